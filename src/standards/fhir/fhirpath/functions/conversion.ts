import { fromDecimal, fromQuantity, fromTemporal } from '../arithmetic.ts'
import { compareDecimals, decimal, decimalText, parseDecimal } from '../decimal.ts'
import { convertQuantity, isCalendarUnit, quantityText, type Quantity } from '../quantity.ts'
import { single, singleString } from '../singleton.ts'
import { systemValue, toDecimal, type SystemValue } from '../system-value.ts'
import { parseTemporal, temporalText, type Temporal } from '../temporal.ts'
import { fromBoolean, fromInteger, fromString, nothing, type Collection } from '../typed-value.ts'
import { always, bool, ofValues, type FhirPathFunction, type FunctionList } from './function.ts'

/** https://hl7.org/fhirpath/N1/#conversion: each `toX` with its `convertsToX`. */
export const conversion: FunctionList = {
  ...pair('Boolean', (value) => {
    const answer = toBoolean(value)
    return fromBoolean(answer)
  }),
  ...pair('Integer', (value) => {
    const number = toInteger(value)
    return number === undefined ? nothing : fromInteger(number)
  }),
  ...pair('Decimal', (value) => {
    const number = value.kind === 'Boolean' ? decimal(value.value ? 1 : 0) : (toDecimal(value) ?? fromText(value))
    return number ? fromDecimal(number) : nothing
  }),
  ...pair('String', (value) => fromString(textOf(value))),
  ...pair('Date', (value) => temporalOf(value, 'Date')),
  ...pair('DateTime', (value) => temporalOf(value, 'DateTime')),
  ...pair('Time', (value) => temporalOf(value, 'Time')),
  toQuantity: ofValues(0, 1, always('System.Quantity'), (input, [unit = nothing]) => {
    const quantity = quantityIn(input, unit)
    return quantity ? fromQuantity(quantity) : nothing
  }),
  convertsToQuantity: ofValues(0, 1, bool, (input, [unit = nothing]) =>
    input.length === 0 ? nothing : fromBoolean(quantityIn(input, unit) !== undefined),
  ),
}

function pair(kind: string, convert: (value: SystemValue) => Collection): Readonly<Record<string, FhirPathFunction>> {
  const converted = (input: Collection) => {
    const item = single(input, `to${kind}`)
    const value = item && systemValue(item)
    return value ? convert(value) : nothing
  }
  return {
    [`to${kind}`]: ofValues(0, 0, always(`System.${kind}`), converted),
    [`convertsTo${kind}`]: ofValues(0, 0, bool, (input) =>
      input.length === 0 ? nothing : fromBoolean(converted(input).length > 0),
    ),
  }
}

const truths: ReadonlySet<string> = new Set(['true', 't', 'yes', 'y', '1', '1.0'])
const falsehoods: ReadonlySet<string> = new Set(['false', 'f', 'no', 'n', '0', '0.0'])

function toBoolean(value: SystemValue): boolean | undefined {
  if (value.kind === 'Boolean') return value.value
  if (value.kind === 'String') {
    const text = value.value.toLowerCase()
    return truths.has(text) ? true : falsehoods.has(text) ? false : undefined
  }
  const number = toDecimal(value)
  if (!number) return undefined
  if (compareDecimals(number, decimal(1)) === 0) return true
  return number.coefficient === 0n ? false : undefined
}

function toInteger(value: SystemValue): number | undefined {
  if (value.kind === 'Integer') return value.value
  if (value.kind === 'Boolean') return value.value ? 1 : 0
  if (value.kind !== 'String' || !/^[+-]?\d{1,10}$/.test(value.value)) return undefined
  const number = Number(value.value)
  return number >= -2147483648 && number <= 2147483647 ? number : undefined
}

const fromText = (value: SystemValue) =>
  value.kind === 'String' && /^[+-]?\d+(\.\d+)?$/.test(value.value) ? parseDecimal(value.value) : undefined

function textOf(value: SystemValue): string {
  switch (value.kind) {
    case 'String':
      return value.value
    case 'Boolean':
    case 'Integer':
      return String(value.value)
    case 'Decimal':
      return decimalText(value.value)
    case 'Quantity':
      return quantityText(value.value)
    case 'Date':
    case 'DateTime':
    case 'Time':
      return temporalText(value.value)
  }
}

function temporalOf(value: SystemValue, kind: Temporal['kind']): Collection {
  if (value.kind === kind) return fromTemporal(value.value)
  if (value.kind === 'String') {
    const parsed = parseTemporal(value.value.replace(kind === 'Time' ? /^T/ : /^@/, ''), kind)
    return parsed ? fromTemporal(parsed) : nothing
  }
  if (kind === 'DateTime' && value.kind === 'Date') return fromTemporal({ ...value.value, kind })
  if (kind === 'Date' && value.kind === 'DateTime') {
    const { precision } = value.value
    return fromTemporal({
      ...value.value,
      kind,
      precision: precision === 'year' || precision === 'month' ? precision : 'day',
    })
  }
  return nothing
}

function quantityIn(input: Collection, unit: Collection): Quantity | undefined {
  const item = single(input, 'toQuantity')
  const value = item && systemValue(item)
  const quantity = value && toQuantity(value)
  const wanted = singleString(unit, 'toQuantity')
  return quantity && wanted !== undefined ? convertQuantity(quantity, wanted) : quantity
}

function toQuantity(value: SystemValue): Quantity | undefined {
  if (value.kind === 'Quantity') return value.value
  if (value.kind === 'Boolean') return { value: decimal(value.value ? 10 : 0, 1), unit: '1' }
  if (value.kind !== 'String') {
    const number = toDecimal(value)
    return number && { value: number, unit: '1' }
  }
  const match = /^([+-]?\d+(?:\.\d+)?)\s*(?:'([^']+)'|([a-z]+))?$/.exec(value.value)
  const number = match && parseDecimal(match[1] ?? '')
  if (!match || !number) return undefined
  const word = match[3]?.replace(/s$/, '')
  if (word !== undefined && !isCalendarUnit(word)) return undefined
  return { value: number, unit: match[2] ?? word ?? '1' }
}
