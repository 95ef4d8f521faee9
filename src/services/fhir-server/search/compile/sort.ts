/** Sort keys that the index tables or the resource itself hold. https://hl7.org/fhir/R4/search.html#sort */
import { parameterKey } from '../hash.ts'
import type { SearchParameterType } from '../parameters.ts'
import type { SortKey } from '../term.ts'
import { type Context, equalsAny, indexesOf, tenant } from './context.ts'

export type SortTable = {
  readonly table: 'ix_date' | 'ix_num' | 'ix_str'
  /** Ascending goes by the least value, descending by the greatest. */
  readonly column: string
  readonly type: string
}

const tables: Partial<
  Record<SearchParameterType, { table: SortTable['table']; up: string; down: string; type: string }>
> = {
  date: { table: 'ix_date', up: 'lo', down: 'hi', type: 'timestamptz' },
  number: { table: 'ix_num', up: 'lo', down: 'hi', type: 'float8' },
  quantity: { table: 'ix_num', up: 'lo', down: 'hi', type: 'float8' },
  string: { table: 'ix_str', up: 's', down: 's', type: 'text' },
}

/** The table that holds the keys, or undefined where only the document does (tokens, references, uris). */
export function sortTable({ parameter, descending }: SortKey): SortTable | undefined {
  if (parameter === 'id') return undefined
  const found = tables[parameter.type]
  return found && { table: found.table, column: descending ? found.down : found.up, type: found.type }
}

/** The row of `alias` that holds the key of its resource. */
export function sortRow(alias: string, key: SortKey, types: readonly string[], context: Context): string {
  if (key.parameter === 'id') throw new TypeError('An id has no row of its own')
  const p = equalsAny(`${alias}.p`, indexesOf(key.parameter, types, context).map(parameterKey), 'int8', context)
  return `${alias}.tenant = ${tenant} and ${p} and ${alias}.${key.descending ? 'last' : 'first'} and ${context.alive(alias)}`
}
