import { fromDecimal, fromQuantity, fromTemporal } from '../arithmetic.ts'
import { add, ceiling, floor, subtract, withScale, type Decimal } from '../decimal.ts'
import { parseUnit } from '../../../ucum/unit.ts'
import { single, singleInteger, singleOf } from '../singleton.ts'
import { systemValue, toDecimal } from '../system-value.ts'
import { daysInMonth, precisions, type Temporal, type TemporalPrecision } from '../temporal.ts'
import { fromBoolean, fromInteger, nothing, type Collection } from '../typed-value.ts'
import { always, bool, ofValues, same, type FunctionList } from './function.ts'

/** https://build.fhir.org/ig/HL7/FHIRPath/#utility-functions: what a value of limited precision may at least and at most be. */
export const boundaries: FunctionList = {
  lowBoundary: ofValues(0, 1, same, (input, [precision = nothing]) => boundary(input, precision, 'low')),
  highBoundary: ofValues(0, 1, same, (input, [precision = nothing]) => boundary(input, precision, 'high')),
  precision: ofValues(0, 0, always('System.Integer'), (input) => {
    const item = single(input, 'precision')
    const value = item && systemValue(item)
    if (!value) return nothing
    if (value.kind === 'Integer') return fromInteger(0)
    if (value.kind === 'Decimal') return fromInteger(value.value.scale)
    return value.kind === 'Date' || value.kind === 'DateTime' || value.kind === 'Time'
      ? fromInteger(digitsOf(value.value))
      : nothing
  }),
  comparable: ofValues(1, 1, bool, (input, [other = nothing]) => {
    const a = singleOf(input, 'Quantity', 'comparable')
    const b = singleOf(other, 'Quantity', 'comparable')
    if (!a || !b) return nothing
    const dimension = parseUnit(a.value.unit)?.dimension
    return fromBoolean(
      a.value.unit === b.value.unit || (dimension !== undefined && dimension === parseUnit(b.value.unit)?.dimension),
    )
  }),
}

type Side = 'low' | 'high'

function boundary(input: Collection, precision: Collection, side: Side): Collection {
  const item = single(input, `${side}Boundary`)
  const value = item && systemValue(item)
  if (!value) return nothing
  const digits = singleInteger(precision, `${side}Boundary`)
  if (value.kind === 'Date' || value.kind === 'DateTime' || value.kind === 'Time')
    return temporalBoundary(value.value, digits, side)
  if (value.kind === 'Quantity') {
    const number = decimalBoundary(value.value.value, digits, side)
    return number ? fromQuantity({ ...value.value, value: number }) : nothing
  }
  const number = toDecimal(value)
  const found = number && decimalBoundary(number, digits, side)
  return found ? fromDecimal(found) : nothing
}

const defaultPlaces = 8
const maximumPlaces = 28

/** Half a unit of the last digit away, then outwards to the places asked for. */
function decimalBoundary(value: Decimal, places = defaultPlaces, side: Side = 'low'): Decimal | undefined {
  if (places < 0 || places > maximumPlaces) return undefined
  const half: Decimal = { coefficient: 5n, scale: value.scale + 1 }
  const exact = side === 'low' ? subtract(value, half) : add(value, half)
  return withScale(side === 'low' ? floor(exact, places) : ceiling(exact, places), places)
}

/** Digits that a date or time of each precision is written with. */
const dateDigits: Readonly<Record<number, TemporalPrecision>> = {
  4: 'year',
  6: 'month',
  8: 'day',
  10: 'hour',
  12: 'minute',
  14: 'second',
  17: 'second',
}
const timeDigits: Readonly<Record<number, TemporalPrecision>> = { 2: 'hour', 4: 'minute', 6: 'second', 9: 'second' }

function digitsOf(value: Temporal): number {
  const depth = precisions.indexOf(value.precision)
  const digits = value.kind === 'Time' ? (depth - 2) * 2 : 4 + depth * 2
  return value.precision === 'second' && value.fractionDigits > 0 ? digits + 3 : digits
}

function temporalBoundary(value: Temporal, digits: number | undefined, side: Side): Collection {
  const wanted = digits ?? (value.kind === 'Date' ? 8 : value.kind === 'DateTime' ? 17 : 9)
  const precision = value.kind === 'Time' ? timeDigits[wanted] : dateDigits[wanted]
  if (precision === undefined || (value.kind === 'Date' && precisions.indexOf(precision) > 2)) return nothing
  const filled = side === 'low' ? value : filledUp(value)
  const hasTime = precisions.indexOf(precision) > 2
  return fromTemporal({
    ...filled,
    precision,
    fractionDigits: wanted === 17 || wanted === 9 ? 3 : 0,
    // A zone that was not said may be any between +14:00, where the day begins first, and -12:00, where it ends last.
    offsetMinutes:
      value.kind === 'DateTime' && hasTime ? (value.offsetMinutes ?? (side === 'low' ? 840 : -720)) : undefined,
  })
}

function filledUp(value: Temporal): Temporal {
  const depth = precisions.indexOf(value.precision)
  const month = depth < 1 ? 12 : value.month
  return {
    ...value,
    month,
    day: depth < 2 ? daysInMonth(value.year, month) : value.day,
    hour: depth < 3 ? 23 : value.hour,
    // FHIR has no hour without its minutes: T08 is 08:00.
    minute: depth < 3 ? 59 : value.minute,
    milliseconds: depth < 5 ? 59_999 : value.milliseconds,
  }
}
