import { isRawNumber } from '../json.ts'
import { decimalText, withoutTrailingZeros } from './decimal.ts'
import { equalValues } from './equality.ts'
import { systemValue, toDecimal } from './system-value.ts'
import { bounds } from './temporal.ts'
import type { Collection, TypedValue } from './typed-value.ts'

/** Each value once, by `=`, in the order of first appearance. */
export function distinct(collection: Collection): Collection {
  if (collection.length < 2) return collection
  const seen = new ValueSet()
  return collection.filter((value) => seen.add(value))
}

/** Values by `=`. Equal values have the same key, so that only few have to be compared. */
export class ValueSet {
  readonly #byKey = new Map<string, TypedValue[]>()

  constructor(values: Collection = []) {
    for (const value of values) this.add(value)
  }

  has(value: TypedValue): boolean {
    return this.#find(keyOf(value), value)
  }

  /** False when it was there already. */
  add(value: TypedValue): boolean {
    const key = keyOf(value)
    if (this.#find(key, value)) return false
    const others = this.#byKey.get(key)
    if (others) others.push(value)
    else this.#byKey.set(key, [value])
    return true
  }

  #find(key: string, value: TypedValue): boolean {
    return this.#byKey.get(key)?.some((other) => equalValues(value, other) === true) ?? false
  }
}

function keyOf(value: TypedValue): string {
  const system = systemValue(value)
  if (!system) return `parts ${textsOf(value.value ?? value.companion)}`
  const number = toDecimal(system)
  if (number) return `number ${decimalText(withoutTrailingZeros(number))}`
  switch (system.kind) {
    case 'Date':
    case 'DateTime':
    case 'Time':
      return `${system.value.precision} ${bounds(system.value, true).first}`
    case 'Quantity':
      return 'quantity'
    default:
      return `${system.kind} ${String(system.value)}`
  }
}

/** Equal objects have equal texts, of which a few suffice; numbers are left out, since 1.0 equals 1. */
function textsOf(value: unknown, depth = 4): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || depth === 0) return ''
  return Object.entries(value)
    .filter(([, inner]) => typeof inner === 'string' || (typeof inner === 'object' && !isRawNumber(inner)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, 4)
    .map(([key, inner]) => `${key}=${textsOf(inner, depth - 1)}`)
    .join()
}
