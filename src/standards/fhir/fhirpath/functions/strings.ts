import { Buffer } from 'node:buffer'
import { Problem } from '../../../../kernel/problem.ts'
import { singleInteger, singleString } from '../singleton.ts'
import {
  allowLength,
  fromBoolean,
  fromInteger,
  fromString,
  nothing,
  typedValue,
  type Collection,
} from '../typed-value.ts'
import { always, bool, byRegularExpression, ofValues, type FhirPathFunction, type FunctionList } from './function.ts'

const text = always('System.String')
const whole = always('System.Integer')

/** https://hl7.org/fhirpath/N1/#string-manipulation and https://build.fhir.org/ig/HL7/FHIRPath/#string-manipulation for the later ones */
export const strings: FunctionList = {
  indexOf: ofText('indexOf', 1, whole, (value, [part]) => fromInteger(value.indexOf(part))),
  lastIndexOf: ofText('lastIndexOf', 1, whole, (value, [part]) => fromInteger(value.lastIndexOf(part))),
  substring: ofValues(1, 2, text, (input, [start = nothing, length = nothing]) => {
    const value = singleString(input, 'substring')
    const from = singleInteger(start, 'substring')
    if (value === undefined || from === undefined || from < 0 || from >= value.length) return nothing
    const size = singleInteger(length, 'substring')
    return fromString(size === undefined ? value.slice(from) : value.slice(from, from + Math.max(0, size)))
  }),
  startsWith: ofText('startsWith', 1, bool, (value, [part]) => fromBoolean(value.startsWith(part))),
  endsWith: ofText('endsWith', 1, bool, (value, [part]) => fromBoolean(value.endsWith(part))),
  contains: ofText('contains', 1, bool, (value, [part]) => fromBoolean(value.includes(part))),
  upper: ofText('upper', 0, text, (value) => fromString(value.toUpperCase())),
  lower: ofText('lower', 0, text, (value) => fromString(value.toLowerCase())),
  trim: ofText('trim', 0, text, (value) => fromString(value.trim())),
  length: ofText('length', 0, whole, (value) => fromInteger(value.length)),
  toChars: ofText('toChars', 0, text, (value) => [...value].map((one) => typedValue('System.String', one))),
  replace: ofText('replace', 2, text, (value, [pattern, by]) => fromString(replaced(value, pattern, by))),
  matches: byRegularExpression(
    ofText('matches', 1, bool, (value, [pattern]) => fromBoolean(regularExpression(pattern).test(value))),
  ),
  matchesFull: byRegularExpression(
    ofText('matchesFull', 1, bool, (value, [pattern]) =>
      fromBoolean(regularExpression(`^(?:${pattern})$`).test(value)),
    ),
  ),
  replaceMatches: byRegularExpression(
    ofText('replaceMatches', 2, text, (value, [pattern, by]) =>
      fromString(pattern === '' ? value : value.replaceAll(new RegExp(regularExpression(pattern), 'gs'), by)),
    ),
  ),
  split: ofText('split', 1, text, (value, [separator]) =>
    value.split(separator).map((one) => typedValue('System.String', one)),
  ),
  join: ofValues(0, 1, text, (input, [separator = nothing]) => {
    if (input.length === 0) return nothing
    const parts = input.map((item) => singleString([item], 'join') ?? '')
    return fromString(parts.join(singleString(separator, 'join') ?? ''))
  }),
  encode: ofText('encode', 1, text, (value, [format]) =>
    fromString(Buffer.from(value, 'utf8').toString(encoding(format)) + padding(value, format)),
  ),
  decode: ofText('decode', 1, text, (value, [format]) =>
    fromString(Buffer.from(value, encoding(format)).toString('utf8')),
  ),
  escape: ofText('escape', 1, text, (value, [target]) => fromString(escaping(target).escape(value))),
  unescape: ofText('unescape', 1, text, (value, [target]) => fromString(escaping(target).unescape(value))),
}

/** A function of one text and texts: empty when any of them is. */
function ofText(
  name: string,
  count: number,
  result: FhirPathFunction['result'],
  apply: (value: string, args: readonly [string, string]) => Collection,
): FhirPathFunction {
  return ofValues(count, count, result, (input, args) => {
    const value = singleString(input, name)
    const texts = args.map((arg) => singleString(arg, name))
    if (value === undefined || texts.includes(undefined)) return nothing
    return apply(value, [texts[0] ?? '', texts[1] ?? ''])
  })
}

function replaced(value: string, pattern: string, by: string): string {
  let count = 0
  for (
    let at = value.indexOf(pattern);
    at >= 0 && at < value.length;
    at = value.indexOf(pattern, at + (pattern.length || 1))
  )
    allowLength(value.length + ++count * (by.length - pattern.length))
  return value.replaceAll(pattern, () => by)
}

const expressions = new Map<string, RegExp>()

/** Single-line mode, as FHIRPath has it: `.` fits a line break too. */
function regularExpression(pattern: string): RegExp {
  const known = expressions.get(pattern)
  if (known) return known
  let expression: RegExp
  try {
    expression = new RegExp(pattern, 's')
  } catch (cause) {
    throw new Problem('invalid', 'FHIRPath: not a regular expression', { cause })
  }
  if (expressions.size < 1000) expressions.set(pattern, expression)
  return expression
}

function encoding(format: string): 'base64' | 'base64url' | 'hex' {
  if (format === 'urlbase64') return 'base64url'
  if (format === 'base64' || format === 'hex') return format
  throw new Problem('invalid', `FHIRPath: there is no encoding ${format}`)
}

/** FHIRPath's URL-safe base64 keeps the padding that Node leaves off. */
function padding(value: string, format: string): string {
  return format === 'urlbase64' ? '='.repeat((3 - (Buffer.byteLength(value) % 3)) % 3) : ''
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function escaping(target: string): { escape(value: string): string; unescape(value: string): string } {
  if (target === 'json')
    return {
      escape: (value) => JSON.stringify(value).slice(1, -1),
      unescape: (value) =>
        value.replaceAll(/\\(u[0-9a-fA-F]{4}|.)/gs, (whole) => {
          try {
            return String(JSON.parse(`"${whole}"`))
          } catch {
            return whole
          }
        }),
    }
  if (target === 'html')
    return {
      escape: (value) =>
        value
          .replaceAll('&', '&amp;')
          .replaceAll('<', '&lt;')
          .replaceAll('>', '&gt;')
          .replaceAll('"', '&quot;')
          .replaceAll("'", '&#39;'),
      unescape: (value) =>
        value.replaceAll(
          /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]+));/g,
          (whole, decimal?: string, hex?: string, name?: string) => {
            if (name !== undefined) return named[name] ?? whole
            const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
            return code <= 0x10ffff ? String.fromCodePoint(code) : whole
          },
        ),
    }
  throw new Problem('invalid', `FHIRPath: there is no escaping for ${target}`)
}
