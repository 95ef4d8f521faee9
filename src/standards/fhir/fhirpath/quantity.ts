import { numberText } from '../json.ts'
import { compareRationals, over, rational, type Rational } from '../../ucum/rational.ts'
import { fromBaseUnits, parseUnit, toBaseUnits } from '../../ucum/unit.ts'
import {
  compareDecimals,
  decimalText,
  multiply,
  parseDecimal,
  round,
  withoutTrailingZeros,
  type Decimal,
} from './decimal.ts'
import type { CalendarUnit } from './temporal.ts'

/** A number with a UCUM code (`mg`), a calendar word (`month`), or `1`. https://hl7.org/fhirpath/N1/#quantity */
export type Quantity = { readonly value: Decimal; readonly unit: string }

export const ucumSystem = 'http://unitsofmeasure.org'

const calendarWords: ReadonlySet<string> = new Set<CalendarUnit>([
  'year',
  'month',
  'week',
  'day',
  'hour',
  'minute',
  'second',
  'millisecond',
])

export const isCalendarUnit = (unit: string): unit is CalendarUnit => calendarWords.has(unit)

/** The calendar word that a UCUM code equals; years and months have none, since UCUM's are of fixed length. */
export const calendarUnits: Readonly<Record<string, CalendarUnit>> = {
  wk: 'week',
  d: 'day',
  h: 'hour',
  min: 'minute',
  s: 'second',
  ms: 'millisecond',
}

const ucumOfCalendar: ReadonlyMap<string, string> = new Map(
  Object.entries(calendarUnits).map(([code, word]) => [word, code]),
)

/** FHIR's Quantity as FHIRPath calculates with it; undefined without a value. https://hl7.org/fhir/R4/fhirpath.html#quantity */
export function quantityOf(value: unknown): Quantity | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { value: number, code, unit, system, currency } = value as Record<string, unknown>
  const parsed = parseDecimal(numberText(number) ?? '')
  if (!parsed) return undefined
  if (typeof currency === 'string') return { value: parsed, unit: currency }
  if (typeof code === 'string' && (system === undefined || system === ucumSystem)) return { value: parsed, unit: code }
  return { value: parsed, unit: typeof unit === 'string' ? unit : typeof code === 'string' ? code : '1' }
}

/** `1.50 'mg'`, `1 week`, `2 days`. */
export function quantityText({ value, unit }: Quantity): string {
  const number = decimalText(value)
  if (!isCalendarUnit(unit)) return `${number} '${unit}'`
  return number === '1' ? `1 ${unit}` : `${number} ${unit}s`
}

/** Negative, zero or positive; undefined when the units measure different things or are not known. */
export function compareQuantities(a: Quantity, b: Quantity): number | undefined {
  if (a.unit === b.unit) return compareDecimals(a.value, b.value)
  const x = inBaseUnits(a)
  const y = inBaseUnits(b)
  return x && y && x.dimension === y.dimension ? compareRationals(x.value, y.value) : undefined
}

/** The same amount in another unit; undefined when that unit measures something else. */
export function convertQuantity(quantity: Quantity, unit: string): Quantity | undefined {
  if (quantity.unit === unit) return quantity
  const base = inBaseUnits(quantity)
  const code = ucumCode(unit)
  const dimension = code === undefined ? monthly : parseUnit(code)?.dimension
  if (!base || base.dimension !== dimension) return undefined
  const value =
    code === undefined ? over(base.value, rational(unit === 'year' ? 12n : 1n)) : fromBaseUnits(base.value, code)
  return value && { value: decimalOf(value), unit }
}

/** The dimension of what UCUM cannot measure. */
const monthly = 'month'

/** Years and months are of no fixed length: they are comparable with each other only. */
function inBaseUnits({ value, unit }: Quantity): { value: Rational; dimension: string } | undefined {
  const amount = rational(value.coefficient, 10n ** BigInt(value.scale))
  if (unit === 'month') return { value: amount, dimension: monthly }
  if (unit === 'year') return { value: rational(amount.numerator * 12n, amount.denominator), dimension: monthly }
  return toBaseUnits(amount, ucumCode(unit) ?? unit)
}

/** Undefined for years and months. */
function ucumCode(unit: string): string | undefined {
  if (unit === 'year' || unit === 'month') return undefined
  return ucumOfCalendar.get(unit) ?? unit
}

/** Twenty places, where it does not end before. */
export function decimalOf({ numerator, denominator }: Rational): Decimal {
  const scaled = { coefficient: (numerator * 10n ** 21n) / denominator, scale: 21 }
  return withoutTrailingZeros(round(scaled, 20))
}

/** `2 'cm' * 3 'm'` is 0.06 'm2': in base units, unless one of the two has none. */
export function multiplyQuantities(a: Quantity, b: Quantity, divideBy: boolean): Quantity | undefined {
  if (b.unit === '1' && !divideBy) return { value: multiply(a.value, b.value), unit: a.unit }
  if (a.unit === '1' && !divideBy) return { value: multiply(a.value, b.value), unit: b.unit }
  const x = inBaseUnits(a)
  const y = inBaseUnits(b)
  if (!x || !y || (divideBy && y.value.numerator === 0n)) return undefined
  if (x.dimension !== y.dimension && b.unit !== '1' && (x.dimension === monthly || y.dimension === monthly))
    return undefined
  if (divideBy && b.unit === '1') return { value: decimalOf(over(quantityRational(a), y.value)), unit: a.unit }
  const value = divideBy
    ? over(x.value, y.value)
    : rational(x.value.numerator * y.value.numerator, x.value.denominator * y.value.denominator)
  const dimension = x.dimension === y.dimension && divideBy ? '1' : combined(x.dimension, y.dimension, divideBy)
  return { value: decimalOf(value), unit: dimension }
}

const quantityRational = ({ value }: Quantity) => rational(value.coefficient, 10n ** BigInt(value.scale))

/** As UCUM's base units multiply: `g` and `m-1` are `g.m-1`. */
function combined(a: string, b: string, divideBy: boolean): string {
  const code = divideBy ? `${a}/(${b})` : `${a}.${b}`
  return parseUnit(code)?.dimension ?? code
}

/** The smaller of two units of one dimension, in which a sum is said. */
export function finerUnit(a: string, b: string): string {
  const inA = convertQuantity({ value: { coefficient: 1n, scale: 0 }, unit: b }, a)
  return inA && compareDecimals(inA.value, { coefficient: 1n, scale: 0 }) < 0 ? b : a
}
