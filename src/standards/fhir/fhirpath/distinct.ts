import { equalValues } from './equality.ts'
import type { Collection, TypedValue } from './typed-value.ts'

/** Each value once, by `=`, in the order of first appearance. */
export function distinct(collection: Collection): Collection {
  if (collection.length < 2) return collection
  const seen = new ValueSet()
  return collection.filter((value) => seen.add(value))
}

/** Values by `=`. Text is found by hashing, anything else by comparing. */
export class ValueSet {
  readonly #texts = new Set<string>()
  readonly #others: TypedValue[] = []

  constructor(values: Collection = []) {
    for (const value of values) this.add(value)
  }

  has(value: TypedValue): boolean {
    if (isText(value)) return this.#texts.has(value.value)
    return this.#others.some((other) => equalValues(value, other) === true)
  }

  /** False when it was there already. */
  add(value: TypedValue): boolean {
    if (this.has(value)) return false
    if (isText(value)) this.#texts.add(value.value)
    else this.#others.push(value)
    return true
  }
}

const temporalTypes: ReadonlySet<string> = new Set([
  'date',
  'dateTime',
  'instant',
  'time',
  'System.Date',
  'System.DateTime',
  'System.Time',
])

const isText = (value: TypedValue): value is TypedValue & { value: string } =>
  typeof value.value === 'string' && !temporalTypes.has(value.type)
