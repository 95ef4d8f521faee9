import { element, type XmlElement } from '../../xml/element.ts'
import { ucumUnit } from '../codes/units.ts'
import type { Quantity, Value } from '../record.ts'
import { interval, readable, readableWhen, toTs } from '../time.ts'
import { coded } from './code.ts'

/** A result as CDA's datatypes have it, with the digits it was recorded with. */
export function valueElement(value: Value): XmlElement {
  switch (value.kind) {
    case 'quantity':
      return value.quantity.comparator === undefined ? quantity('value', value.quantity, 'PQ') : bounded(value.quantity)
    case 'coded':
      return coded('value', value.coded, { type: 'CD' })
    case 'time': {
      const ts = toTs(value.when)
      return ts === undefined ? words(value.when) : element('value', { 'xsi:type': 'TS', value: ts })
    }
    case 'period': {
      const { children } = interval(value.when)
      return { name: 'value', attributes: { 'xsi:type': 'IVL_TS' }, children }
    }
    case 'range': {
      const { low, high } = value
      return range('value', low, high) ?? words(valueText(value))
    }
    case 'boolean':
      return element('value', { 'xsi:type': 'BL', value: String(value.value) })
    case 'ratio':
      return words(valueText(value))
    default:
      return words(value.text)
  }
}

function words(text: string): XmlElement {
  return { name: 'value', attributes: { 'xsi:type': 'ST' }, children: [text] }
}

/** CDA's real number: digits, a point, an exponent. */
const real = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** A quantity whose unit has no UCUM code keeps its number and its word for the unit side by side, as HL7 has it for such units. */
export function quantity(name: string, { value, unit, code, ...rest }: Quantity, type?: 'PQ'): XmlElement {
  if (value === undefined || !real.test(value)) {
    const word = unit ?? code
    return element(
      name,
      { 'xsi:type': type, nullFlavor: 'UNK' },
      word !== undefined && element('translation', undefined, element('originalText', undefined, word)),
    )
  }
  const ucum = ucumUnit({ value, ...(unit !== undefined && { unit }), ...(code !== undefined && { code }), ...rest })
  if (ucum !== undefined)
    return { name, attributes: type === undefined ? { value, unit: ucum } : { 'xsi:type': type, value, unit: ucum } }
  return element(
    name,
    { 'xsi:type': type, nullFlavor: 'OTH' },
    element('translation', { value }, element('originalText', undefined, unitWords(unit, code))),
  )
}

function unitWords(unit: string | undefined, code: string | undefined): string {
  if (unit === undefined || code === undefined || unit === code) return unit ?? code ?? ''
  const [one, other] = [ucumUnit({ value: undefined, unit }), ucumUnit({ value: undefined, unit: code })]
  return one !== undefined && other !== undefined && one !== other ? `${unit} (coded as ${code})` : unit
}

/** `< 5` is everything below five. */
function bounded(amount: Quantity): XmlElement {
  const { comparator, ...plain } = amount
  // What is none of FHIR's four says neither above nor below.
  if (comparator === undefined || !/^[<>]=?$/.test(comparator)) return words(quantityText(amount))
  const inclusive = comparator === '>=' || comparator === '<=' ? 'true' : 'false'
  const name = comparator === '<' || comparator === '<=' ? 'high' : 'low'
  const bound = quantity(name, plain)
  return {
    name: 'value',
    attributes: { 'xsi:type': 'IVL_PQ' },
    children: [{ ...bound, attributes: { ...bound.attributes, inclusive } }],
  }
}

export function range(name: string, low: Quantity | undefined, high: Quantity | undefined): XmlElement | undefined {
  if (low === undefined && high === undefined) return undefined
  return element(name, { 'xsi:type': 'IVL_PQ' }, low && quantity('low', low), high && quantity('high', high))
}

/** For people: `< 5 mmol/L`. */
export function valueText(value: Value): string {
  switch (value.kind) {
    case 'quantity':
      return `${value.approximate ? 'About ' : ''}${quantityText(value.quantity)}`
    case 'coded':
      return value.coded.text
    case 'time':
      return readable(value.when)
    case 'period':
      return readableWhen(value.when)
    case 'range':
      return rangeText(value.low, value.high)
    case 'ratio':
      return `${quantityText(value.numerator)} : ${quantityText(value.denominator)}`
    case 'boolean':
      return value.value ? 'Yes' : 'No'
    default:
      return value.text
  }
}

export function quantityText({ comparator, value, unit, code }: Quantity): string {
  const amount = comparator === undefined ? (value ?? '') : `${comparator} ${value ?? ''}`
  const word = unitWords(unit, code)
  return word === '' ? amount : `${amount} ${word}`
}

export function rangeText(low: Quantity | undefined, high: Quantity | undefined): string {
  if (low && high)
    return sameUnit(low, high)
      ? `${low.value ?? ''} to ${quantityText(high)}`
      : `${quantityText(low)} to ${quantityText(high)}`
  if (low) return `From ${quantityText(low)}`
  return high ? `Up to ${quantityText(high)}` : ''
}

function sameUnit(low: Quantity, high: Quantity): boolean {
  return low.comparator === undefined && (low.unit ?? low.code) === (high.unit ?? high.code)
}
