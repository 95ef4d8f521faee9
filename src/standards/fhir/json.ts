import { Buffer, isUtf8 } from 'node:buffer'
import { Problem } from '../../kernel/problem.ts'
import { findJsonFault, type JsonFault } from './json-fault.ts'
import { deepestReading, readJson } from './json-reader.ts'

/** A number that keeps the digits it was written with: `JSON.stringify` prints `rawJSON` as it stands. */
export type RawNumber = { readonly rawJSON: string }

// https://tc39.es/proposal-json-parse-with-source/ is in Node 24, and not yet in the types.
const rawJson = JSON as unknown as { rawJSON(text: string): RawNumber; isRawJSON(value: unknown): value is RawNumber }

export const defaultMaxDepth = 100

/**
 * JSON as FHIR wants it read, https://hl7.org/fhir/R4/json.html: decimals keep their precision (`1.0` stays `1.0`), a
 * key occurs once in its object, and no string holds what the database could not. Takes text or UTF-8 bytes, returns
 * what JSON.parse returns, save that numbers JavaScript would print otherwise are `RawNumber`. Throws an `invalid`
 * Problem with line, column and path, and never with the text. `maxDepth` is at most 1000. A byte order mark in front is
 * passed over (RFC 8259, 8.1).
 */
export function parseJson(source: string | Uint8Array, options: { readonly maxDepth?: number } = {}): unknown {
  // Whatever is no depth allows none: below zero the reader would take it for one beyond all bounds.
  const maxDepth = Math.max(0, Math.min(options.maxDepth ?? defaultMaxDepth, deepestReading)) || 0
  if (typeof source !== 'string' && !isUtf8(source))
    throw new Problem('invalid', 'The text is not UTF-8', { at: '$this', code: { fhir: 'structure' } })
  const marked = typeof source === 'string' ? source.charCodeAt(0) === 0xfeff : isMarked(source)
  const unmarked = !marked ? source : typeof source === 'string' ? source.slice(1) : source.subarray(3)
  const reading = readJson(unmarked, maxDepth, rawJson.rawJSON)
  // A string that came by another way than UTF-8 may hold half of a surrogate pair. Bytes cannot, so the reader saw another text.
  let value = typeof source === 'string' && !source.isWellFormed() ? undefined : reading.value
  if (value === undefined || reading.suspicious) {
    const text = typeof unmarked === 'string' ? unmarked : utf8(unmarked)
    const fault = findJsonFault(text, maxDepth)
    if (fault) throw refusal(fault, maxDepth)
    if (value === undefined) value = parseSlowly(text)
  }
  if (reading.plain && source.length >= worthKnowing && typeof value === 'object' && value !== null) plain.add(value)
  return value
}

/**
 * True for what was read from a large text that surely had no control character in it but tabs and ends of lines, no half
 * surrogate and no U+FFFE or U+FFFF: whoever would look at each string for these need not. False where nobody knows.
 */
export function isPlainText(value: object): boolean {
  return plain.has(value)
}
const plain = new WeakSet<object>()
const worthKnowing = 10_000

/** True for a number that was kept as written; `typeof` says object of it. */
export function isRawNumber(value: unknown): value is RawNumber {
  // Whether it has such a property is told sooner than whether it is raw: nearly every object asked about has none.
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as Partial<RawNumber>).rawJSON !== undefined &&
    rawJson.isRawJSON(value)
  )
}

/** A number as JSON text, whichever way it was kept; undefined for what is no number. */
export function numberText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return isRawNumber(value) ? value.rawJSON : undefined
}

/** A number with exactly these digits, e.g. `'1.50'`. */
export function rawNumber(text: string): number | RawNumber {
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw new Problem('invalid', 'Not a JSON number')
  return String(Number(text)) === text ? Number(text) : rawJson.rawJSON(text)
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

/** A byte order mark in UTF-8. */
function isMarked(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

/** For the few texts that the reader leaves alone: the engine asks us about each value, with the text of each number. */
function parseSlowly(text: string): unknown {
  type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
  const reviver: Reviver = (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? rawJson.rawJSON(source) : value
  try {
    return JSON.parse(text, reviver as (key: string, value: unknown) => unknown)
  } catch {
    throw new Problem('invalid', 'Not JSON', { code: { fhir: 'structure' } })
  }
}

function refusal({ rule, line, column, path }: JsonFault, maxDepth: number): Problem {
  const { reason, fhir } = {
    syntax: { reason: 'Not JSON', fhir: 'structure' },
    depth: { reason: `Nested deeper than ${maxDepth} levels`, fhir: 'too-costly' },
    duplicate: { reason: 'A key that its object already has', fhir: 'structure' },
    character: { reason: 'A character that cannot be stored (U+0000, or half of a surrogate pair)', fhir: 'value' },
  }[rule]
  return new Problem('invalid', `${reason}, at line ${line}, column ${column}`, { at: path, code: { fhir } })
}
