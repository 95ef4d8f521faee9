import type { XmlTemplate } from '../../xml/element.ts'
import { shape, xml } from '../../xml/template.ts'
import { ucumUnit } from '../codes/units.ts'
import type { Coded, Coding, Quantity, Value } from '../record.ts'
import { bounds, readable, readableWhen, toTs } from '../time.ts'
import { codedValue } from './code.ts'

/** A result as CDA's datatypes have it, with the digits it was recorded with. */
export function valueElement(value: Value): XmlTemplate {
  switch (value.kind) {
    case 'quantity':
      // CDA has no number that is about right: in words it is taken for none that is exact.
      if (value.approximate) return words(valueText(value))
      return value.quantity.comparator === undefined ? quantity('value', value.quantity, 'PQ') : bounded(value.quantity)
    case 'coded':
      return codedValue(value.coded)
    case 'time': {
      const ts = toTs(value.when)
      return ts === undefined ? words(value.when) : xml`<value xsi:type="TS" value="${ts}"/>`
    }
    case 'period':
      return xml`<value xsi:type="IVL_TS">${bounds(value.when)}</value>`
    case 'range': {
      const { low, high } = value
      return low === undefined && high === undefined ? words(valueText(value)) : range(low, high)
    }
    case 'boolean':
      return xml`<value xsi:type="BL" value="${String(value.value)}"/>`
    case 'ratio':
      return words(valueText(value))
    default:
      return words(value.text)
  }
}

function words(text: string): XmlTemplate {
  return xml`<value xsi:type="ST">${[text]}</value>`
}

/** CDA's real number: digits, a point, an exponent. */
const real = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** A few digits, mostly, with a point among them: for those a loop is quicker than a regular expression. */
function isReal(value: string): boolean {
  const { length } = value
  let points = 0
  for (let at = 0; at < length; at++) {
    const character = value.charCodeAt(at)
    if (character === 0x2e && at > 0 && at < length - 1) points++
    else if (character < 0x30 || character > 0x39) return real.test(value)
  }
  return length > 0 && points <= 1
}

/** A quantity whose unit has no UCUM code keeps its number and its word for the unit side by side, as HL7 has it for such units. */
export function quantity(name: string, amount: Quantity, type?: 'PQ', inclusive?: 'true' | 'false'): XmlTemplate {
  const { value, unit, code, comparator } = amount
  // A number that is a bound and is not told as one would be another number.
  if (comparator !== undefined && inclusive === undefined) {
    const bound = xml`<translation><originalText>${quantityText(amount)}</originalText></translation>`
    return quantityShape(name)(type, undefined, undefined, 'OTH', inclusive, bound)
  }
  if (value === undefined || !isReal(value)) {
    const word = unit ?? code
    return quantityShape(name)(
      type,
      undefined,
      undefined,
      'UNK',
      inclusive,
      word !== undefined && xml`<translation><originalText>${word}</originalText></translation>`,
    )
  }
  const ucum = ucumUnit(amount)
  if (inclusive === undefined) {
    const { inUcum, inWords } = (type === undefined ? untyped : typed)(name)
    return ucum === undefined ? inWords(value, [unitWords(unit, code)]) : inUcum(value, ucum)
  }
  const make = quantityShape(name)
  if (ucum !== undefined) return make(type, value, ucum, undefined, inclusive, undefined)
  const translation = xml`<translation value="${value}"><originalText>${[unitWords(unit, code)]}</originalText></translation>`
  return make(type, undefined, undefined, 'OTH', inclusive, translation)
}

function unitWords(unit: string | undefined, code: string | undefined): string {
  if (unit === undefined || code === undefined || unit === code) return unit ?? code ?? ''
  const [one, other] = [ucumUnit({ value: undefined, unit }), ucumUnit({ value: undefined, unit: code })]
  return one !== undefined && other !== undefined && one !== other ? `${unit} (coded as ${code})` : unit
}

/** Nearly all quantities are these two. */
type PlainShapes = Readonly<Record<'inUcum' | 'inWords', ReturnType<typeof shape>>>
const untyped = plainShapes('')
const typed = plainShapes(' xsi:type="PQ"')
function plainShapes(type: string): (name: string) => PlainShapes {
  const shapes = new Map<string, PlainShapes>()
  return (name) => {
    const known = shapes.get(name)
    if (known) return known
    const made = {
      inUcum: shape(`<${name}${type} value="`, '" unit="', '"/>'),
      inWords: shape(
        `<${name}${type} nullFlavor="OTH"><translation value="`,
        '"><originalText>',
        `</originalText></translation></${name}>`,
      ),
    }
    shapes.set(name, made)
    return made
  }
}

function quantityShape(name: string): ReturnType<typeof shape> {
  const known = quantityShapes.get(name)
  if (known) return known
  const made = shape(
    `<${name} xsi:type="`,
    '" value="',
    '" unit="',
    '" nullFlavor="',
    '" inclusive="',
    '">',
    `</${name}>`,
  )
  quantityShapes.set(name, made)
  return made
}
const quantityShapes = new Map<string, ReturnType<typeof shape>>()

/** `< 5` is everything below five. */
function bounded(amount: Quantity): XmlTemplate {
  const { comparator } = amount
  // What is none of FHIR's four says neither above nor below.
  if (comparator === undefined || !/^[<>]=?$/.test(comparator)) return words(quantityText(amount))
  const inclusive = comparator === '>=' || comparator === '<=' ? 'true' : 'false'
  const name = comparator === '<' || comparator === '<=' ? 'high' : 'low'
  return xml`<value xsi:type="IVL_PQ">${quantity(name, amount, undefined, inclusive)}</value>`
}

/** `value` as a range. */
export function range(low: Quantity | undefined, high: Quantity | undefined): XmlTemplate {
  return xml`<value xsi:type="IVL_PQ">${[low && quantity('low', low), high && quantity('high', high)]}</value>`
}

/** For people: `< 5 mmol/L`. */
export function valueText(value: Value): string {
  switch (value.kind) {
    case 'quantity':
      return `${value.approximate ? 'About ' : ''}${quantityText(value.quantity)}`
    case 'coded':
      return value.coded.codings.length > 1 ? value.coded.text + alsoCoded(value.coded) : value.coded.text
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

/** Two codes of one system are two meanings, of which the words show one. Codes of two systems mostly mean the same. */
export function alsoCoded({ codings, text }: Coded, told?: string): string {
  // Nearly all have none, and nothing is made for them.
  let others: Set<string> | undefined
  for (const coding of codings) {
    const { display } = coding
    if (display === undefined || display === text || display === told || !hasRival(coding, codings)) continue
    others ??= new Set()
    others.add(display)
  }
  return others === undefined ? '' : ` (also coded as ${[...others].join(', ')})`
}

/** Another code of the same system. */
function hasRival({ system, code }: Coding, codings: readonly Coding[]): boolean {
  for (const one of codings) if (one.system === system && one.code !== code) return true
  return false
}

/** For people, who do not read `3E+1` as thirty: its digits with the point where it belongs, beside what was recorded. */
export function numberWords(value: string): string {
  const parts = exponent.exec(value)
  if (parts === null) return value
  const [, sign = '', whole = '', fraction = '', power = ''] = parts
  const places = Number(power)
  if (Math.abs(places) > 15) return value
  const digits = whole + fraction
  const point = whole.length + places
  const padded = '0'.repeat(Math.max(0, 1 - point)) + digits + '0'.repeat(Math.max(0, point - digits.length))
  const at = Math.max(1, point)
  const plain = padded.length > at ? `${padded.slice(0, at)}.${padded.slice(at)}` : padded
  return `${sign}${plain.replace(/^0+(?=\d)/, '')} (written as ${value})`
}
const exponent = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,4})$/

/** A quantity in words: `5 ml`, `< 28 mmol/L`. */
export function quantityText({ comparator, value, unit, code }: Quantity): string {
  const digits = value === undefined ? '' : numberWords(value)
  const amount = comparator === undefined ? digits : `${comparator} ${digits}`
  const word = unitWords(unit, code)
  return amount === '' || word === '' ? amount + word : `${amount} ${word}`
}

export function rangeText(low: Quantity | undefined, high: Quantity | undefined): string {
  if (low && high)
    return sameUnit(low, high)
      ? `${low.value === undefined ? '' : numberWords(low.value)} to ${quantityText(high)}`
      : `${quantityText(low)} to ${quantityText(high)}`
  if (low) return `From ${quantityText(low)}`
  return high ? `Up to ${quantityText(high)}` : ''
}

function sameUnit(low: Quantity, high: Quantity): boolean {
  return low.comparator === undefined && (low.unit ?? low.code) === (high.unit ?? high.code)
}
