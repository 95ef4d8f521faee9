import { Buffer } from 'node:buffer'
import { bytesOf, instantiate, type WasmMemory, wasmModule } from '../wasm.ts'
import { objectsFor } from './json-objects.ts'
import { jsonReader } from './json-reader.wasm.ts'

/** What one pass over the text found. */
export type JsonReading = {
  /** Something only a look at every token can decide: too deep, perhaps a key twice, perhaps a character no database holds. */
  readonly suspicious: boolean
  /** Surely no string of it holds a control character, other than tabs and ends of lines, or half a surrogate or U+FFFE or U+FFFF. */
  readonly plain: boolean
  /** What the text says, numbers as they were written; undefined where it is no JSON, or some that has to be read another way. */
  readonly value: unknown
}

/** As deep as the reader keeps count. */
export const deepestReading = 1000

/**
 * What JSON.parse returns, but for numbers that JavaScript would print with other digits: `rawJson` makes something of their
 * text. Sooner than JSON.parse, because a record says the same few thousand things again and again, and each is made once:
 * equal strings are one string. The loop is in json-reader.wat, which looks at sixteen bytes at a time; here is what goes in,
 * and the value is put together.
 */
export function readJson(
  source: string | Uint8Array,
  maxDepth: number,
  rawJson: (text: string) => unknown,
): JsonReading {
  // A character of UTF-16 is at most three bytes: for a short text that is sooner said than counted.
  const room =
    typeof source !== 'string' ? source.length : source.length < short ? source.length * 3 : byteLength(source)
  const reader = room > longest ? undefined : readerFor(room)
  if (!reader) return { suspicious: true, plain: false, value: undefined }
  let answer = scan(reader, source, maxDepth)
  if ((answer & full) !== 0) {
    forget(reader)
    answer = scan(reader, source, maxDepth)
  }
  const oddNumbers = odd
  odd = none
  const value = (answer & noList) === 0 && learn(reader) ? valueOf(reader, oddNumbers, rawJson) : undefined
  // What is no element's name may be anything, and is not kept.
  if (value === undefined || reader.strange) forget(reader)
  // Where there is no list, the rest of the text was not looked at.
  return { suspicious: (answer & suspicious) !== 0, plain: (answer & (notPlain | noList)) === 0, value }
}
const { byteLength } = Buffer
const short = 100_000
/** Four times as much has to be within reach of a signed number of 32 bits. */
const longest = 400_000_000

/** The answer is a sum of these, as json-reader.wat has them. */
const [suspicious, notPlain, noList, full] = [1, 2, 4, 8]

/** The reader's memory, as json-reader.wat has it. */
const knownAt = 99_392
const textAt = 230_528
const blockSize = 64
const entrySize = 32
type Places = { readonly end: number; readonly seen: number; readonly list: number; readonly told: number }
function placesOf(length: number): Places {
  const end = textAt + length
  const seen = (end + 3 * blockSize) & -blockSize
  const list = seen + tableSize(length)
  // Two bytes of text are four of the list at most, but for what is opened and never closed.
  return { end, seen, list, told: list + 2 * length + 4 * deepestReading + blockSize }
}
function sizeOf(length: number): number {
  return placesOf(length).told + length + 2 * blockSize
}
/** Twice as many places as there may be different values, a power of two. */
function tableSize(length: number): number {
  return entrySize << (32 - Math.clz32(Math.min(Math.max(length >> 7, 32), 65_535)))
}

type Reader = {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly numbers: Int32Array
  readonly read: (end: number, seen: number, seenSize: number, list: number, told: number, maxDepth: number) => number
  readonly forget: () => void
  /** The keys it knows by their numbers. They stay known from text to text, since nearly all are names of elements. */
  keys: string[]
  keysEnd: number
  /** A key is known that is no element's name. */
  strange: boolean
  /** A key is known that is more than a name to JavaScript. */
  special: boolean
  places: Places
}
let ready: Reader | undefined

/** As much memory is kept from text to text: a larger one gets its own, which goes with it. */
const kept = 32 * 1024 * 1024

/** Undefined where the machine has no memory for it: reading without may need less, or fails by itself. */
function readerFor(length: number): Reader | undefined {
  const size = sizeOf(length)
  if (ready && size <= ready.bytes.length) return ready
  try {
    if (size > kept) return newReader(size)
    return (ready = newReader(Math.min(kept, 2 * size)))
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
    return undefined
  }
}

const module = wasmModule(jsonReader)

function newReader(size: number): Reader {
  const note = (from: number, to: number, number: number): void => {
    const text = Buffer.from(bytes.buffer, from, to - from).toString('latin1')
    if (String(Number(text)) === text) return
    if (odd === none) odd = []
    odd.push({ number, text })
  }
  type Exports = Pick<Reader, 'read' | 'forget'> & { readonly memory: WasmMemory }
  const { memory, read, forget } = instantiate<Exports>(module, { json: { odd: note } })
  const bytes = bytesOf(memory, size)
  return {
    bytes,
    numbers: new Int32Array(bytes.buffer),
    read,
    forget,
    keys: [],
    keysEnd: knownAt,
    strange: false,
    special: false,
    places: placesOf(0),
  }
}

/** A number that JavaScript would print with other digits, and which of the different values it is. */
type OddNumber = { readonly number: number; readonly text: string }
const none: OddNumber[] = []
let odd = none

function scan(reader: Reader, source: string | Uint8Array, maxDepth: number): number {
  const { bytes } = reader
  let { length } = source
  if (typeof source === 'string') length = encoder.encodeInto(source, bytes.subarray(textAt)).written
  else bytes.set(source, textAt)
  const { end, seen, list, told } = (reader.places = placesOf(length))
  // What another text left there is no part of this one.
  bytes.fill(0x20, end, end + 2 * blockSize)
  odd = none
  return reader.read(end, seen, list - seen, list, told, Math.min(maxDepth, deepestReading))
}
const encoder = new TextEncoder()

function forget(reader: Reader): void {
  reader.forget()
  reader.keys = []
  reader.keysEnd = knownAt
  reader.strange = false
  reader.special = false
}

/**
 * The keys that the text had and none before it; false where one of them is no string, or is written with an escape, since it
 * may be the same as one that is not.
 */
function learn(reader: Reader): boolean {
  const { bytes, numbers, keys, keysEnd } = reader
  const count = numbers[2] ?? 0
  if (count === keys.length) return true
  reader.keysEnd = numbers[3] ?? 0
  if (bytes.subarray(keysEnd, reader.keysEnd).includes(backslash)) return false
  const found = listed(bytes, keysEnd, reader.keysEnd)
  if (found?.length !== count - keys.length) return false
  for (const key of found as string[]) {
    if (!elementName.test(key)) reader.strange = true
    if (key in Object.prototype || index.test(key)) reader.strange = reader.special = true
    // The very string that the engine has among its names, so that it need not look for it at each use.
    keys.push(Object.keys({ [key]: 0 })[0] ?? key)
  }
  return true
}
const backslash = 0x5c
const elementName = /^_?[A-Za-z][A-Za-z0-9]{0,63}$/
/** What an object keeps in an array: given one by one, a key of four digits takes room for thousands. */
const index = /^(?:0|[1-9][0-9]{0,9})$/

function valueOf(reader: Reader, oddNumbers: readonly OddNumber[], rawJson: (text: string) => unknown): unknown {
  const { bytes, numbers, keys, places, special } = reader
  // An assignment is not all that JSON.parse does with such keys.
  if (special) return oddNumbers.length === 0 ? parsed(textOf(bytes, textAt, places.end)) : undefined
  const values = listed(bytes, places.told, numbers[0] ?? 0)
  if (!values || values.length !== numbers[1]) return undefined
  for (const { number, text } of oddNumbers) values[number] = rawJson(text)
  // Past the number that tells of the array around the text.
  at = (places.list >> 2) + 1
  return build(numbers, keys, values)
}

/**
 * What JSON.parse makes of values with a comma after each, or a line feed where a stretch of them ends: shorter strings are
 * cheaper for the engine than a long one. Undefined where they are no values. Writes over the separators.
 */
function listed(bytes: Uint8Array<ArrayBuffer>, from: number, to: number): unknown[] | undefined {
  const all = bytes.subarray(from, to)
  let values: unknown[] = []
  try {
    for (let start = from; start < to; ) {
      // One before that is part of the text, where none may be.
      const lineFeed = all.indexOf(newLine, start - from + stretch - 1)
      const end = lineFeed === -1 ? to : from + lineFeed + 1
      // In place, since several strings put together are put together once more before they are read.
      bytes[start - 1] = opening
      bytes[end - 1] = closing
      const some = JSON.parse(textOf(bytes, start - 1, end)) as unknown[]
      if (values.length === 0) values = some
      else for (const value of some) values.push(value)
      start = end
    }
  } catch {
    return undefined
  }
  return values
}
const [newLine, opening, closing] = [0x0a, 0x5b, 0x5d]
/** As many bytes, it itself among them, are before a line feed ends them. */
const stretch = 65_536

/** What the engine alone makes of it; undefined where that is nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textOf(bytes: Uint8Array<ArrayBuffer>, from: number, to: number): string {
  return Buffer.from(bytes.buffer, from, to - from).toString()
}

const small = objectsFor(1)
const large = objectsFor(16)
let at = 0
function build(list: Int32Array, keys: readonly string[], values: readonly unknown[]): unknown {
  const told = list[at++] ?? 0
  const count = told >> 2
  if ((told & 3) === 2) return values[count]
  if ((told & 3) === 1) {
    // Most arrays of a record hold one thing: made for it, they take the least room. One that grows has seventeen places at once.
    if (count === 1) return [build(list, keys, values)]
    if (count === 2) return [build(list, keys, values), build(list, keys, values)]
    if (count === 3) return [build(list, keys, values), build(list, keys, values), build(list, keys, values)]
    const array: unknown[] = []
    for (let index = 0; index < count; index++) array.push(build(list, keys, values))
    return array
  }
  const object: Record<string, unknown> = count === 1 ? small() : count > 4 ? large() : {}
  for (let index = 0; index < count; index++) {
    const key = keys[list[at++] ?? 0] ?? ''
    object[key] = build(list, keys, values)
  }
  return object
}
