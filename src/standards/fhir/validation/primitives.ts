import { numberText } from '../json.ts'
import { isDate, isDateTime, isInstant, isTime } from './date-time.ts'

/** How a primitive type is written in JSON, which values it takes, and how to say so. */
export type Primitive = {
  readonly json: 'string' | 'number' | 'boolean'
  isValid(value: unknown): boolean
  readonly expected: string
}

/** https://hl7.org/fhir/R4/datatypes.html#primitive, by type name. xhtml has rules of its own: xhtml.ts. */
export const primitives: ReadonlyMap<string, Primitive> = new Map<string, Primitive>([
  ['boolean', { json: 'boolean', isValid: () => true, expected: 'true or false' }],
  ['decimal', { json: 'number', isValid: isDecimal, expected: 'a decimal number' }],
  ['integer', integer(-2147483648, 'an integer of 32 bits')],
  ['unsignedInt', integer(0, 'an integer from 0 to 2147483647')],
  ['positiveInt', integer(1, 'an integer from 1 to 2147483647')],
  ['string', text(isString, 'text that is not blank, of at most 1 MB, without control characters')],
  ['markdown', text(isString, 'text that is not blank, of at most 1 MB, without control characters')],
  ['code', text(isCode, 'a code: no white space at its ends, single spaces within')],
  ['id', text(isId, '1 to 64 characters of A-Z, a-z, 0-9, - and .')],
  ['uri', text(isUri, 'a URI without white space')],
  ['url', text(isUri, 'a URL without white space')],
  ['canonical', text(isUri, 'a canonical URL without white space')],
  ['oid', text(matches(/^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$/), 'urn:oid: and an OID')],
  ['uuid', text(matches(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/), 'urn:uuid: and a UUID in lower case')],
  ['base64Binary', text(isBase64, 'base64')],
  ['date', text(isDate, 'a date that exists: YYYY, YYYY-MM or YYYY-MM-DD')],
  ['dateTime', text(isDateTime, 'a date that exists, or a date with hh:mm:ss and a time zone')],
  ['instant', text(isInstant, 'YYYY-MM-DDThh:mm:ss with a time zone, on a date that exists')],
  ['time', text(isTime, 'hh:mm:ss')],
])

function text(isValid: (value: string) => boolean, expected: string): Primitive {
  return { json: 'string', isValid: isValid as (value: unknown) => boolean, expected }
}

function integer(least: number, expected: string): Primitive {
  return {
    json: 'number',
    isValid(value) {
      if (typeof value === 'number') return Number.isInteger(value) && value >= least && value <= 2147483647
      // Of the numbers kept as written only -0 is an integer by the type's regular expression.
      return least < 0 && numberText(value) === '-0'
    },
    expected,
  }
}

/** Any JSON number is written as the type wants it; one that no double can hold could not be searched for. */
function isDecimal(value: unknown): boolean {
  return Number.isFinite(Number(numberText(value)))
}

const maxLength = 1024 * 1024

function isString(value: string): boolean {
  if (value.length > 64) return value.length <= maxLength && !hasControls(value) && /\S/.test(value)
  let blank = true
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code < 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return false
    if (code > 0x7f) return !hasControls(value) && /\S/.test(value)
    if (code > 0x20) blank = false
  }
  return !blank
}

function isCode(value: string): boolean {
  return isGraphic(value) || (/^\S+(\s\S+)*$/.test(value) && !hasControls(value) && value.length <= maxLength)
}

function isUri(value: string): boolean {
  return isGraphic(value) || (/^\S+$/.test(value) && !hasControls(value))
}

/** Visible ASCII and nothing else: what nearly every code and URI is. */
function isGraphic(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code <= 0x20 || code > 0x7e) return false
  }
  return value.length > 0 && value.length <= maxLength
}

/** FHIR strings hold none below U+0020 but tab, line feed and carriage return. */
function hasControls(value: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(value)
}

export function isId(value: string): boolean {
  return value.length <= 64 && /^[A-Za-z0-9\-.]+$/.test(value)
}

/** Groups of four, white space only between them, padding only at the end. */
function isBase64(value: string): boolean {
  if (!/\s/.test(value)) return value.length % 4 === 0 && /^[0-9a-zA-Z+/]+={0,2}$/.test(value)
  const groups = value.trim().split(/\s+/)
  return groups.every((group, i) =>
    group.length % 4 === 0 && i === groups.length - 1 ? isBase64(group) : /^([0-9a-zA-Z+/]{4})+$/.test(group),
  )
}

function matches(pattern: RegExp): (value: string) => boolean {
  return (value) => pattern.test(value)
}
