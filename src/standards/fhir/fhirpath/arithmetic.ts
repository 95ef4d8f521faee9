import { Problem } from '../../../kernel/problem.ts'
import { add, divide, divideWhole, modulo, multiply, negate, subtract, truncate, type Decimal } from './decimal.ts'
import {
  calendarUnits,
  convertQuantity,
  finerUnit,
  isCalendarUnit,
  multiplyQuantities,
  type Quantity,
} from './quantity.ts'
import { single } from './singleton.ts'
import { systemValue, toDecimal, type SystemValue } from './system-value.ts'
import { addToTemporal, temporalText, type Temporal } from './temporal.ts'
import { fromInteger, fromString, nothing, typedValue, type Collection } from './typed-value.ts'

export type Arithmetic = '+' | '-' | '*' | '/' | 'div' | 'mod'

/** https://hl7.org/fhirpath/N1/#math */
export function calculate(operator: Arithmetic, left: Collection, right: Collection): Collection {
  const a = single(left, operator)
  const b = single(right, operator)
  if (a === undefined || b === undefined) return nothing
  const x = systemValue(a)
  const y = systemValue(b)
  if (!x || !y) {
    if (a.value === undefined || b.value === undefined) return nothing
    throw impossible(operator, a.type, b.type)
  }
  const result = combine(operator, x, y)
  if (result === undefined) throw impossible(operator, a.type, b.type)
  return result
}

/** `-x`. */
export function negated(collection: Collection): Collection {
  const item = single(collection, '-')
  if (item === undefined) return nothing
  const value = systemValue(item)
  if (value?.kind === 'Integer') return fromInteger(-value.value)
  if (value?.kind === 'Decimal') return fromDecimal(negate(value.value))
  if (value?.kind === 'Quantity') return fromQuantity({ ...value.value, value: negate(value.value.value) })
  throw new Problem('invalid', `FHIRPath: there is no negative of ${item.type}`)
}

export function fromDecimal(value: Decimal): Collection {
  if (value.coefficient > maximum || value.coefficient < -maximum)
    throw new Problem('invalid', 'FHIRPath: the number grows too long')
  return [typedValue('System.Decimal', value)]
}

/** A thousand digits: far beyond what anybody measures, and still quick to calculate with. */
const maximum = 10n ** 1000n
export const fromQuantity = (value: Quantity): Collection => [typedValue('System.Quantity', value)]
export const fromTemporal = (value: Temporal): Collection => [typedValue(`System.${value.kind}`, temporalText(value))]

/** Undefined when these two cannot be combined so; an empty collection when the result does not exist. */
function combine(operator: Arithmetic, a: SystemValue, b: SystemValue): Collection | undefined {
  if (operator === '+' && a.kind === 'String' && b.kind === 'String') return fromString(a.value + b.value)
  if (a.kind === 'Integer' && b.kind === 'Integer') return combineIntegers(operator, a.value, b.value)
  const x = toDecimal(a)
  const y = toDecimal(b)
  if (x && y) return combineDecimals(operator, x, y)
  if (isTemporal(a) && b.kind === 'Quantity' && (operator === '+' || operator === '-'))
    return shift(a.value, b.value, operator === '-' ? -1 : 1)
  const left = a.kind === 'Quantity' ? a.value : x && { value: x, unit: '1' }
  const right = b.kind === 'Quantity' ? b.value : y && { value: y, unit: '1' }
  return left && right && combineQuantities(operator, left, right)
}

const isTemporal = (value: SystemValue): value is SystemValue & { value: Temporal } =>
  value.kind === 'Date' || value.kind === 'DateTime' || value.kind === 'Time'

function combineIntegers(operator: Arithmetic, a: number, b: number): Collection {
  switch (operator) {
    case '+':
      return integer(a + b)
    case '-':
      return integer(a - b)
    case '*':
      return integer(a * b)
    case '/':
      return decimalOrNothing(divide({ coefficient: BigInt(a), scale: 0 }, { coefficient: BigInt(b), scale: 0 }))
    case 'div':
      return b === 0 ? nothing : integer(Math.trunc(a / b))
    case 'mod':
      return b === 0 ? nothing : integer(a % b)
  }
}

/** Outside of 32 bits there is no Integer: the result is empty, as an overflow is. https://hl7.org/fhirpath/N1/#integer */
function integer(value: number): Collection {
  return value >= -2147483648 && value <= 2147483647 ? fromInteger(value === 0 ? 0 : value) : nothing
}

function combineDecimals(operator: Arithmetic, a: Decimal, b: Decimal): Collection {
  switch (operator) {
    case '+':
      return fromDecimal(add(a, b))
    case '-':
      return fromDecimal(subtract(a, b))
    case '*':
      return fromDecimal(multiply(a, b))
    case '/':
      return decimalOrNothing(divide(a, b))
    case 'div': {
      const quotient = divideWhole(a, b)
      return quotient === undefined ? nothing : integer(Number(quotient))
    }
    case 'mod':
      return decimalOrNothing(modulo(a, b))
  }
}

const decimalOrNothing = (value: Decimal | undefined): Collection =>
  value === undefined ? nothing : fromDecimal(value)

function combineQuantities(operator: Arithmetic, a: Quantity, b: Quantity): Collection | undefined {
  if (operator === '+' || operator === '-') {
    const unit = finerUnit(a.unit, b.unit)
    const left = convertQuantity(a, unit)
    const right = convertQuantity(b, unit)
    if (!left || !right) return nothing
    const value = operator === '+' ? add(left.value, right.value) : subtract(left.value, right.value)
    return fromQuantity({ value, unit })
  }
  if (operator !== '*' && operator !== '/') return undefined
  const result = multiplyQuantities(a, b, operator === '/')
  return result ? fromQuantity(result) : nothing
}

/** https://hl7.org/fhirpath/N1/#datetime-arithmetic: decimals are cut off; UCUM's year and month, of a fixed length, are refused. */
function shift(temporal: Temporal, { value, unit }: Quantity, sign: number): Collection {
  const word = isCalendarUnit(unit) ? unit : Object.hasOwn(calendarUnits, unit) ? calendarUnits[unit] : undefined
  if (word === undefined) throw new Problem('invalid', `FHIRPath: '${unit}' cannot be added to a date`)
  const moved = addToTemporal(temporal, sign * Number(truncate(value).coefficient), word)
  return moved.year >= 1 && moved.year <= 9999 ? fromTemporal(moved) : nothing
}

function impossible(operator: string, left: string, right: string): Problem {
  return new Problem('invalid', `FHIRPath: ${left} ${operator} ${right} has no meaning`)
}
