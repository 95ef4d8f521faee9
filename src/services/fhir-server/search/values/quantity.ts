import { numberText } from '../../../../standards/fhir/json.ts'
import type { TypedValue } from '../parameters.ts'

export type Amount = {
  readonly lo: number
  readonly hi: number
  readonly system?: string | undefined
  readonly code?: string | undefined
  readonly unit?: string | undefined
}

type Quantity = { value?: unknown; comparator?: string; unit?: string; system?: string; code?: string }

/** The amounts of a number, Quantity, Money or Range. https://hl7.org/fhir/R4/search.html#quantity */
export function amountsOf({ type, value }: TypedValue): readonly Amount[] {
  const text = numberText(value)
  if (text !== undefined) return [{ lo: Number(text), hi: Number(text) }]
  if (typeof value !== 'object' || value === null) return []
  if (type === 'Range') return range(value as { low?: Quantity; high?: Quantity })
  if (type === 'Money') {
    const { value: amount, currency } = value as { value?: unknown; currency?: string }
    return amounts({ value: amount, ...(currency && { code: currency, system: 'urn:iso:std:iso:4217' }) })
  }
  return 'value' in value ? amounts(value as Quantity) : []
}

function amounts(quantity: Quantity): Amount[] {
  const text = numberText(quantity.value)
  if (text === undefined) return []
  const value = Number(text)
  const { system, code, unit } = quantity
  const [lo, hi] = open.get(quantity.comparator)?.(value) ?? [value, value]
  return [{ lo, hi, system, code, unit }]
}

/** "More than 5" is every number above 5. */
const open: ReadonlyMap<unknown, (value: number) => [number, number]> = new Map([
  ['<', (value) => [-Infinity, value]],
  ['<=', (value) => [-Infinity, value]],
  ['>', (value) => [value, Infinity]],
  ['>=', (value) => [value, Infinity]],
])

function range({ low, high }: { low?: Quantity; high?: Quantity }): Amount[] {
  const [from] = low ? amounts(low) : []
  const [to] = high ? amounts(high) : []
  const named = from ?? to
  if (!named) return []
  return [{ ...named, lo: from?.lo ?? -Infinity, hi: to?.hi ?? Infinity }]
}
