import { Problem } from '../../../kernel/problem.ts'

/**
 * A value with the type it has in the model. FHIR types go by their name (`HumanName`, `code`, `Patient.contact`);
 * FHIRPath's own by `System.Integer`. Values: booleans, strings, numbers or `JSON.rawJSON` objects, and objects as they
 * came in the resource; `System.Decimal` and `System.Quantity` hold decimal.ts' and quantity.ts' values; dates are text.
 */
export type TypedValue = {
  readonly type: string
  /** Undefined for a primitive that has only extensions. */
  readonly value: unknown
  /** Of a primitive: its `_name` companion with id and extension. */
  readonly companion: Companion | undefined
  /** Where it was found; a value that was computed has no parent. */
  readonly parent: TypedValue | undefined
  /** JSON property in the parent: `valueQuantity`. Empty for a root. */
  readonly property: string
  /** In the parent's array; -1 when the property is no array. */
  readonly index: number
}

export type Companion = { readonly id?: string; readonly extension?: readonly unknown[] }

export type Collection = readonly TypedValue[]

export const nothing: Collection = []

export function typedValue(type: string, value: unknown): TypedValue {
  return { type, value, companion: undefined, parent: undefined, property: '', index: -1 }
}

const yes: Collection = [typedValue('System.Boolean', true)]
const no: Collection = [typedValue('System.Boolean', false)]

export const fromBoolean = (value: boolean | undefined): Collection =>
  value === undefined ? nothing : value ? yes : no
export const fromInteger = (value: number): Collection => [typedValue('System.Integer', value)]
export function fromString(value: string): Collection {
  allowLength(value.length)
  return [typedValue('System.String', value)]
}

/** Joined to itself again and again, text would fill the memory. */
export function allowLength(length: number): void {
  if (length > maximumLength) throw new Problem('invalid', 'FHIRPath: the text grows too long')
}

const maximumLength = 16_000_000

/** How `Patient.name[1].given[0]` is written for the value's place; undefined for a computed value. */
export function locationOf(value: TypedValue): string | undefined {
  if (!value.parent) return value.property === '' && typeof value.value === 'object' ? value.type : undefined
  const parent = locationOf(value.parent)
  if (parent === undefined) return undefined
  return value.index < 0 ? `${parent}.${value.property}` : `${parent}.${value.property}[${value.index}]`
}
