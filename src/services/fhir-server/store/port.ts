import type { Call } from '../../../kernel/ports.ts'
import type { Statement } from '../../../platform/database/port.ts'
import type { CompiledSearch } from '../search/compiled-search.ts'
import type { IndexRows } from '../search/index-rows.ts'

/** A version as it is stored. `document` is the JSON text as it goes over the wire; a deletion has none. */
export type Stored = {
  readonly type: string
  readonly id: string
  /** Names the resource in the index tables; grows with every new resource. */
  readonly rid: string
  /** Grows with every write. */
  readonly v: string
  /** meta.versionId as a number: 1, 2, 3 … */
  readonly version: number
  readonly operation: 'C' | 'U' | 'D'
  readonly lastUpdated: Date
  readonly document: string | undefined
}

export type Key = { readonly type: string; readonly id: string }

/** One resource's next version. `before` is what the writer saw; the write fails as a whole if that is no longer so. */
export type Change = {
  readonly key: Key
  readonly operation: 'C' | 'U' | 'D'
  readonly before: { readonly rid: string; readonly version: number; readonly rows: IndexRows | undefined } | undefined
  readonly document: string | undefined
  readonly rows: IndexRows | undefined
}

export type HistoryScope = {
  readonly type?: string
  readonly id?: string
  /** The types there are; a history of all is merged from theirs. */
  readonly types: readonly string[]
}
export type HistoryWindow = {
  readonly since?: Date | undefined
  /** As it was at this time: the versions current in the interval. */
  readonly at?: { readonly lo: Date; readonly hi: Date } | undefined
  /** Versions before this one only: where the last page ended. */
  readonly before?: string | undefined
  readonly count: number
}

/** The FHIR repository: versions in, versions out. Knows tables; knows neither HTTP nor permissions. */
export type Store = {
  read(call: Call, key: Key): Promise<Stored | undefined>
  readVersion(call: Call, key: Key, version: number): Promise<Stored | undefined>
  /** The current versions of those that exist, deleted ones too, in no order. */
  readMany(call: Call, keys: readonly Key[]): Promise<Stored[]>
  history(call: Call, scope: HistoryScope, window: HistoryWindow): Promise<Stored[]>
  historyTotal(call: Call, scope: HistoryScope, window: HistoryWindow): Promise<number>
  /** Runs what search/ compiled. */
  search<Row>(call: Call, search: CompiledSearch): Promise<Row[]>
  query<Row>(call: Call, statement: Statement): Promise<Row[]>
  /**
   * All or nothing; versions, index rows and change log in one statement. Throws WriteConflict when a resource is
   * not what its writer saw. Answers in the order of the changes.
   */
  write(call: Call, changes: readonly Change[], lastUpdated: Date): Promise<{ rid: string; v: string }[]>
  /** Several steps in one transaction. `lock` names make others wait who take the same name. */
  transaction<T>(call: Call, locks: readonly string[], work: (store: Store) => Promise<T>): Promise<T>
}
