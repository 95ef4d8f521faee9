import { fromDecimal, fromQuantity } from '../arithmetic.ts'
import {
  ceiling,
  decimal,
  decimalFromNumber,
  decimalToNumber,
  floor,
  multiply,
  negate,
  round,
  truncate,
  type Decimal,
} from '../decimal.ts'
import { Problem } from '../../../../kernel/problem.ts'
import { single, singleInteger } from '../singleton.ts'
import { systemValue, toDecimal } from '../system-value.ts'
import { fromInteger, nothing, type Collection } from '../typed-value.ts'
import { always, ofValues, same, unknown, type FunctionList } from './function.ts'

const real = always('System.Decimal')
const whole = always('System.Integer')

/** https://hl7.org/fhirpath/N1/#math-1 */
export const math: FunctionList = {
  abs: ofValues(0, 0, same, (input) => {
    const item = single(input, 'abs')
    const value = item && systemValue(item)
    if (value?.kind === 'Integer') return fromInteger(Math.abs(value.value))
    if (value?.kind === 'Quantity') return fromQuantity({ ...value.value, value: positive(value.value.value) })
    return onDecimal(input, 'abs', (number) => fromDecimal(positive(number)))
  }),
  ceiling: ofValues(0, 0, whole, (input) => onDecimal(input, 'ceiling', (value) => integer(ceiling(value)))),
  floor: ofValues(0, 0, whole, (input) => onDecimal(input, 'floor', (value) => integer(floor(value)))),
  truncate: ofValues(0, 0, whole, (input) => onDecimal(input, 'truncate', (value) => integer(truncate(value)))),
  round: ofValues(0, 1, real, (input, [places = nothing]) => {
    const digits = singleInteger(places, 'round') ?? 0
    if (digits < 0) throw new Problem('invalid', 'FHIRPath: round() takes no negative number of places')
    return onDecimal(input, 'round', (value) => fromDecimal(round(value, digits)))
  }),
  exp: ofValues(0, 0, real, (input) =>
    onDecimal(input, 'exp', (value) => approximate(Math.exp(decimalToNumber(value)))),
  ),
  ln: ofValues(0, 0, real, (input) => onDecimal(input, 'ln', (value) => approximate(Math.log(decimalToNumber(value))))),
  log: ofValues(1, 1, real, (input, [base = nothing]) =>
    onDecimal(input, 'log', (value) =>
      onDecimal(base, 'log', (of) => approximate(logarithm(decimalToNumber(value), decimalToNumber(of)))),
    ),
  ),
  sqrt: ofValues(0, 0, real, (input) =>
    onDecimal(input, 'sqrt', (value) => approximate(Math.sqrt(decimalToNumber(value)))),
  ),
  power: ofValues(1, 1, unknown, (input, [exponent = nothing]) => {
    const base = single(input, 'power')
    const by = single(exponent, 'power')
    const x = base && systemValue(base)
    const y = by && systemValue(by)
    if (!x || !y) return nothing
    if (y.kind === 'Integer' && y.value >= 0 && y.value <= 1000) {
      const number = toDecimal(x)
      if (!number) return nothing
      const result = raised(number, y.value)
      return x.kind === 'Integer' ? integer(result) : fromDecimal(result)
    }
    return onDecimal(input, 'power', (value) =>
      onDecimal(exponent, 'power', (to) => approximate(decimalToNumber(value) ** decimalToNumber(to))),
    )
  }),
}

function onDecimal(input: Collection, name: string, apply: (value: Decimal) => Collection): Collection {
  const item = single(input, name)
  if (item === undefined || item.value === undefined) return nothing
  const value = systemValue(item)
  const number = value && toDecimal(value)
  if (!number) throw new Problem('invalid', `FHIRPath: ${name} takes a number, not a ${item.type}`)
  return apply(number)
}

const positive = (value: Decimal) => (value.coefficient < 0n ? negate(value) : value)

function integer({ coefficient }: Decimal): Collection {
  return coefficient >= -2147483648n && coefficient <= 2147483647n ? fromInteger(Number(coefficient)) : nothing
}

/** Empty for what has no real result: the root or logarithm of a negative number. */
function approximate(value: number): Collection {
  const number = decimalFromNumber(value)
  return number ? fromDecimal(number) : nothing
}

/** Exact where the base has a function of its own. */
function logarithm(value: number, base: number): number {
  if (base === 2) return Math.log2(value)
  return base === 10 ? Math.log10(value) : Math.log(value) / Math.log(base)
}

function raised(base: Decimal, exponent: number): Decimal {
  let result = decimal(1)
  // Each step is looked at, so that the number stops growing before it fills the memory.
  for (let i = 0; i < exponent; i++) {
    result = multiply(result, base)
    fromDecimal(result)
  }
  return result
}
