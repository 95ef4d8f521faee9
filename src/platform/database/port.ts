import { Problem } from '../../kernel/problem.ts'

/** PostgreSQL as the services see it. https://www.postgresql.org/docs/current/protocol-flow.html */

/** A statement. With a `name` it is planned once per connection; without one it is planned for its values each time. */
export type Statement = {
  readonly name?: string | undefined
  readonly text: string
  readonly values?: readonly unknown[]
  /** Makes a row of its columns as PostgreSQL writes them, in the text's order; absent: each by its name and its type. */
  readonly row?: (columns: readonly (string | null)[]) => unknown
  /** Of a statement in a transaction of its own: how long it waits for each lock before it fails with LockTimeout. */
  readonly lockTimeoutMs?: number
}

export type Query = { query<Row>(statement: Statement): Promise<Row[]> }

/** A transaction somebody opened. Whoever takes one commits or vanishes with it. */
export type Tx = Query & { readonly tx: true }

export type Database = {
  /** One statement in a transaction of its own, as `tenant`: one round trip. */
  query<Row>(tenant: number, statement: Statement): Promise<Row[]>
  transaction<T>(tenant: number, work: (tx: Tx) => Promise<T>): Promise<T>
}

/** Another writer was faster. Who reads again and tries again may succeed. */
export class WriteConflict extends Problem {
  constructor(message: string, cause?: unknown) {
    super('conflict', message, { at: 'Resource.meta.versionId', cause })
  }
}

/** What the statement was made by is not so any more; nothing was read or written. Who looks anew may succeed. */
export class Outdated extends Problem {
  constructor(message: string, cause?: unknown) {
    super('unavailable', message, { cause })
  }
}

/** Another transaction held what the statement wanted for longer than it would wait; nothing was written. */
export class LockTimeout extends WriteConflict {}
