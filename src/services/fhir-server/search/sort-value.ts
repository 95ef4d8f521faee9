/** A resource's sort key, from the resource itself; the least value for an ascending sort, the greatest for a descending one. */
import type { Resource } from '../../../standards/fhir/types.ts'
import { fold } from './fold.ts'
import { order } from './index-rows.ts'
import type { SearchParameters, SearchParameterType, TypedValue } from './parameters.ts'
import { postgresTime } from './postgres-time.ts'
import type { SortKey } from './term.ts'
import { intervalsOf } from './values/date.ts'
import { amountsOf } from './values/quantity.ts'
import { referencesOf } from './values/reference.ts'
import { stringsOf } from './values/string.ts'
import { tokensOf } from './values/token.ts'

type Read = (value: TypedValue, descending: boolean, base: string) => readonly (string | number)[]

const readers: Partial<Record<SearchParameterType, Read>> = {
  token: (value) => tokensOf(value).flatMap(({ code }) => code ?? []),
  string: (value) => stringsOf(value).map(fold),
  uri: ({ value }) => (typeof value === 'string' ? [value] : []),
  reference: (value, _descending, base) => referencesOf(value, base).flatMap(({ target }) => target ?? []),
  date: (value, descending) =>
    intervalsOf(value).map(({ lo, hi }) => (descending ? timeOf(hi, Infinity) : timeOf(lo, -Infinity))),
  number: (value, descending) => amountsOf(value).map(({ lo, hi }) => (descending ? hi : lo)),
  quantity: (value, descending) => amountsOf(value).map(({ lo, hi }) => (descending ? hi : lo)),
}

/** As the index has it: what ends with the last year, or is open, has no end. */
function timeOf(time: Date | undefined, open: number): number {
  if (time === undefined) return open
  const text = postgresTime(time)
  return text === 'infinity' ? Infinity : text === '-infinity' ? -Infinity : time.getTime()
}

export function sortValue(
  resource: Resource,
  { parameter, descending }: SortKey,
  parameters: SearchParameters,
  base: string,
): string | number | undefined {
  if (parameter === 'id') return resource.id
  const own = parameters.of(resource.resourceType).get(parameter.code)
  const read = own && readers[own.type]
  if (!read) return undefined
  const values = own.extract(resource).flatMap((value) => read(value, descending, base))
  if (values.length === 0) return undefined
  return values.reduce((best, value) => (isBefore(value, best) === descending ? best : value))
}

function isBefore(a: string | number, b: string | number): boolean {
  return typeof a === 'number' && typeof b === 'number' ? a < b : order(String(a), String(b)) < 0
}
