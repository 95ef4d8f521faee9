import { Problem } from '../../../kernel/problem.ts'
import { isRawNumber, numberText } from '../json.ts'
import { compareDecimals, parseDecimal, round, withoutTrailingZeros, type Decimal } from './decimal.ts'
import { compareQuantities, convertQuantity, type Quantity } from './quantity.ts'
import { compareNumbers, systemValue, toDecimal, type SystemValue } from './system-value.ts'
import { compareTemporal, equivalentTemporal } from './temporal.ts'
import type { Collection, TypedValue } from './typed-value.ts'

/** `=` on collections; undefined when the answer is empty. https://hl7.org/fhirpath/N1/#equals */
export function equalCollections(a: Collection, b: Collection): boolean | undefined {
  if (a.length === 0 || b.length === 0) return undefined
  if (a.length !== b.length) return false
  let result: boolean | undefined = true
  for (const [index, left] of a.entries()) {
    const right = b[index]
    const equal = right && equalValues(left, right)
    if (equal === false) return false
    if (equal === undefined) result = undefined
  }
  return result
}

/** `=` on single values; undefined where precision or units leave it open. */
export function equalValues(a: TypedValue, b: TypedValue): boolean | undefined {
  const x = systemValue(a)
  const y = systemValue(b)
  if (x && y) return equalSystem(x, y)
  if (x || y) return false
  if (a.value === undefined || b.value === undefined) return deepEqual(a.companion, b.companion)
  return deepEqual(a.value, b.value)
}

function equalSystem(a: SystemValue, b: SystemValue): boolean | undefined {
  if (a.kind === 'String' || a.kind === 'Boolean') return a.kind === b.kind && a.value === b.value
  const numbers = compareNumbers(a, b)
  if (numbers !== undefined) return numbers === 0
  if (isMoment(a) && isMoment(b)) return same(compareTemporal(a.value, b.value))
  if (a.kind === 'Time' && b.kind === 'Time') return same(compareTemporal(a.value, b.value))
  if (a.kind === 'Quantity' || b.kind === 'Quantity') {
    const x = asQuantity(a)
    const y = asQuantity(b)
    return x && y ? same(compareQuantities(x, y)) : false
  }
  return false
}

const same = (order: number | undefined) => (order === undefined ? undefined : order === 0)
const isMoment = (value: SystemValue): value is SystemValue & { kind: 'Date' | 'DateTime' } =>
  value.kind === 'Date' || value.kind === 'DateTime'

/** A number counts as a quantity of unit 1. */
function asQuantity(value: SystemValue) {
  if (value.kind === 'Quantity') return value.value
  const number = toDecimal(value)
  return number && { value: number, unit: '1' }
}

/** `~` on collections, whatever their order. https://hl7.org/fhirpath/N1/#equivalent */
export function equivalentCollections(a: Collection, b: Collection): boolean {
  if (a.length !== b.length) return false
  const rest = [...b]
  return a.every((left) => {
    const index = rest.findIndex((right) => equivalentValues(left, right))
    if (index < 0) return false
    rest.splice(index, 1)
    return true
  })
}

export function equivalentValues(a: TypedValue, b: TypedValue): boolean {
  const x = systemValue(a)
  const y = systemValue(b)
  if (!x || !y) return !x && !y && equivalentParts(a.value, b.value)
  if (x.kind === 'String' && y.kind === 'String') return folded(x.value) === folded(y.value)
  const left = toDecimal(x)
  const right = toDecimal(y)
  if (left && right) return equivalentDecimals(left, right)
  if ((isMoment(x) && isMoment(y)) || (x.kind === 'Time' && y.kind === 'Time'))
    return equivalentTemporal(x.value, y.value)
  if (x.kind === 'Quantity' && y.kind === 'Quantity') return equivalentQuantities(x.value, y.value)
  return equalSystem(x, y) === true
}

/** Rounded to the precision of the less precise. */
function equivalentDecimals(a: Decimal, b: Decimal): boolean {
  const places = Math.min(withoutTrailingZeros(a).scale, withoutTrailingZeros(b).scale)
  return compareDecimals(round(a, places), round(b, places)) === 0
}

function equivalentQuantities(a: Quantity, b: Quantity): boolean {
  const left = calendarDuration(a)
  const right = calendarDuration(b)
  const converted = convertQuantity(left, right.unit)
  if (converted && equivalentDecimals(converted.value, right.value)) return true
  const back = convertQuantity(right, left.unit)
  return back !== undefined && equivalentDecimals(back.value, left.value)
}

/** Equivalence, unlike equality, takes UCUM's year and month for the calendar's. */
function calendarDuration(quantity: Quantity): Quantity {
  if (quantity.unit === 'a') return { ...quantity, unit: 'year' }
  return quantity.unit === 'mo' ? { ...quantity, unit: 'month' } : quantity
}

const folded = (text: string) => text.toLowerCase().replaceAll(/\s+/g, ' ').trim()

/** Structural equality of what came as JSON, numbers by value. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  const x = number(a)
  const y = number(b)
  if (x && y) return compareDecimals(x, y) === 0
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, i) => deepEqual(one, b[i]))
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => deepEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}

const number = (value: unknown) =>
  typeof value === 'number' || isRawNumber(value) ? parseDecimal(numberText(value) ?? '') : undefined

function equivalentParts(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return folded(a) === folded(b)
  const x = number(a)
  const y = number(b)
  if (x && y) return equivalentDecimals(x, y)
  if (Array.isArray(a) && Array.isArray(b)) {
    const rest = [...b]
    return (
      a.length === b.length &&
      a.every((one) => {
        const index = rest.findIndex((other) => equivalentParts(one, other))
        if (index >= 0) rest.splice(index, 1)
        return index >= 0
      })
    )
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => equivalentParts((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
}

/** `<` and its kin: the sign of the order; undefined when empty; a Problem for types that have no order between them. */
export function compareValues(a: TypedValue, b: TypedValue): number | undefined {
  const x = systemValue(a)
  const y = systemValue(b)
  if (x && y) {
    if (x.kind === 'String' && y.kind === 'String') return x.value < y.value ? -1 : x.value > y.value ? 1 : 0
    const numbers = compareNumbers(x, y)
    if (numbers !== undefined) return numbers
    if ((isMoment(x) && isMoment(y)) || (x.kind === 'Time' && y.kind === 'Time'))
      return compareTemporal(x.value, y.value)
    if (x.kind === 'Quantity' || y.kind === 'Quantity') {
      const left = asQuantity(x)
      const right = asQuantity(y)
      if (left && right) return compareQuantities(left, right)
    }
  }
  // A primitive with extensions and no value has nothing to compare.
  if ((!x && a.value === undefined) || (!y && b.value === undefined)) return undefined
  throw new Problem('invalid', `FHIRPath: ${a.type} and ${b.type} have no order`)
}
