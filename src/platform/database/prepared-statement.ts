/**
 * One statement on a connection of node-postgres, in one write and, once its columns are known, without asking for them:
 * node-postgres's own query writes six messages and reads the columns anew each time, which a read by id would feel.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
import pg from 'pg'
import { serialize } from 'pg-protocol'
import { asProblem, Problem } from '../../kernel/problem.ts'
import type { Statement } from './port.ts'

/** https://node-postgres.com/apis/types — node-postgres's own mapping of values, which its types leave out. */
const { prepareValue } = (pg as unknown as { utils: { prepareValue: (value: unknown) => Buffer | string | null } })
  .utils

/** What a connection is asked to do first, in the same transaction: a statement it already knows. */
export type Before = { readonly name: string; readonly values: readonly string[] }

type Callback = (error: Error | null, rows: unknown[]) => void
type Column = { readonly name: string; readonly parse: ((text: string) => unknown) | undefined }

/** By the statements' names; two databases may know different statements by one name. */
const described = new Map<string, { readonly text: string; readonly columns: readonly Column[] }>()
const none: readonly Column[] = []

export class PreparedStatement implements pg.Submittable {
  readonly name: string | undefined
  readonly text: string
  readonly callback: Callback
  #values: readonly unknown[]
  #row: Statement['row']
  #before: Before | undefined
  #columns = none
  #rows: unknown[] = []
  #unreadable: Error | undefined

  constructor({ name, text, values, row }: Statement, before: Before | undefined, callback: Callback) {
    this.name = name
    this.text = text
    this.callback = callback
    this.#values = values ?? []
    this.#row = row
    this.#before = before
  }

  /** Called by the client when it is this statement's turn; an error that comes back is told to handleError. */
  submit(connection: pg.Connection): Error | undefined {
    const { stream, parsedStatements } = connection as unknown as PgConnection
    const { name = '', text } = this
    const parsed = name === '' ? undefined : parsedStatements[name]
    if (parsed !== undefined && parsed !== text)
      return new Problem('internal', `The statement '${name}' has another text already`)
    const known = parsed === undefined ? undefined : described.get(name)
    const columns = known?.text === text ? known.columns : undefined
    const messages: Buffer[] = []
    try {
      if (this.#before) messages.push(beginning(this.#before))
      if (parsed === undefined) messages.push(serialize.parse({ name, text }))
      messages.push(bound(name, this.#values))
    } catch (error) {
      // Nothing was sent: neither is the database to blame, nor is the connection spoilt.
      return asProblem(error)
    }
    if (columns) this.#columns = columns
    messages.push(columns ? executeAndSync : describeExecuteAndSync)
    if (stream.writable) stream.write(messages.length === 1 ? (messages[0] as Buffer) : Buffer.concat(messages))
    return undefined
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, parse: parserOf(dataTypeID) }))
    if (this.name !== undefined) described.set(this.name, { text: this.text, columns: this.#columns })
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    if (this.#before || this.#unreadable) return
    try {
      this.#rows.push(this.#row ? this.#row(fields) : this.#named(fields))
    } catch (error) {
      // Thrown on from here it would be nobody's, and end the process.
      this.#unreadable = asProblem(error)
    }
  }

  #named(fields: readonly (string | null)[]): unknown {
    const row: Record<string, unknown> = {}
    const columns = this.#columns
    for (let n = 0; n < columns.length; n++) {
      const { name, parse } = columns[n] as Column
      const field = fields[n] as string | null
      row[name] = field === null || parse === undefined ? field : parse(field)
    }
    return row
  }

  handleCommandComplete(): void {
    // The first to complete is what came before.
    this.#before = undefined
  }

  /** Completes without a CommandComplete. */
  handleEmptyQuery(): void {}

  /** What is copied out is no rows. */
  handleCopyData(): void {}

  /** There is nothing to copy in; while PostgreSQL waited for it, it has passed over the Sync. */
  handleCopyInResponse(connection: pg.Connection): void {
    const { stream } = connection as unknown as PgConnection
    if (stream.writable) stream.write(nothingToCopy)
  }

  handleReadyForQuery(): void {
    if (this.#unreadable) this.callback(this.#unreadable, [])
    else this.callback(null, this.#rows)
  }

  handleError(error: Error): void {
    this.callback(error, [])
  }
}

/** What node-postgres's Connection offers a query; its published types leave it out. */
type PgConnection = {
  readonly stream: { readonly writable: boolean; write(bytes: Buffer): void }
  readonly parsedStatements: Readonly<Record<string, string | undefined>>
}

const nothingToCopy = Buffer.concat([serialize.copyFail('There is nothing to copy'), serialize.sync()])
const executeAndSync = Buffer.concat([serialize.execute(), serialize.sync()])
const describeExecuteAndSync = Buffer.concat([serialize.describe({ type: 'P' }), executeAndSync])

const bound = (statement: string, values: readonly unknown[]) =>
  serialize.bind({ statement, values: values as unknown[], valueMapper: prepareValue })

const beginnings = new Map<string, Buffer>()
const rememberedAtMost = 1_000

/** Always the same bytes for the same tenant. */
function beginning({ name, values }: Before): Buffer {
  const key = `${name} ${values.join(' ')}`
  const known = beginnings.get(key)
  if (known) return known
  const made = Buffer.concat([bound(name, values), serialize.execute()])
  if (beginnings.size >= rememberedAtMost) beginnings.clear()
  beginnings.set(key, made)
  return made
}

/** Texts and 64-bit integers stay the strings they are. */
function parserOf(dataTypeID: number): Column['parse'] {
  const parse = pg.types.getTypeParser(dataTypeID, 'text')
  return parse === asIs || dataTypeID === pg.types.builtins.INT8 ? undefined : parse
}
const asIs = pg.types.getTypeParser(pg.types.builtins.TEXT, 'text')
