import { Buffer } from 'node:buffer'
import { bytesOf, instantiate, type WasmMemory, wasmModule } from '../wasm.ts'
import { jsonScanner } from './json-scan.wasm.ts'

/** What one pass over the text saw that native JSON.parse would pass over. */
export type JsonScan = {
  /** Something only a look at every token can decide: too deep, perhaps a key twice, perhaps a character no database holds. */
  readonly suspicious: boolean
  /** Numbers that JavaScript would print with other digits, and how to get to them from the root. */
  readonly oddNumbers: readonly OddNumber[]
  /** Surely no string of it holds a control character, other than tabs and ends of lines, or half a surrogate or U+FFFE or U+FFFF. */
  readonly plain: boolean
}
export type OddNumber = { readonly path: readonly (string | number)[]; readonly text: string }

/** As deep as the scanner keeps count. */
export const deepestScan = 1000

/**
 * One pass, nothing allocated for a text without surprises. The text need not be valid JSON: the caller has JSON.parse judge
 * that. The loop is in json-scan.wat, which looks at sixteen bytes at a time; here is what goes in and comes out.
 */
export function scanJson(source: string | Uint8Array, maxDepth: number): JsonScan {
  // A character of UTF-16 is at most three bytes: for a short text that is sooner said than counted.
  const room =
    typeof source !== 'string' ? source.length : source.length < short ? source.length * 3 : byteLength(source)
  const { bytes, scan } = roomFor(room)
  let { length } = source
  if (typeof source === 'string') length = encoder.encodeInto(source, bytes.subarray(textAt)).written
  else bytes.set(source, textAt)
  const end = textAt + length
  // What another text left there is no part of this one.
  bytes.fill(0x20, end, end + blockSize)
  found = none
  const told = scan(end, quotesFrom(end), Math.min(maxDepth, deepestScan))
  const oddNumbers = found
  found = none
  return { suspicious: (told & 1) === 1, oddNumbers, plain: (told & 2) === 0 }
}
const encoder = new TextEncoder()
const { byteLength } = Buffer
const short = 100_000
const none: OddNumber[] = []
let found = none

/** The scanner's memory, as json-scan.wat has it. */
const textAt = 99_392
const levelSize = 32
const blockSize = 64
/** Where the bits of the quotes go. */
function quotesFrom(end: number): number {
  return (end + 2 * blockSize - 1) & -blockSize
}

type Scanner = {
  readonly bytes: Uint8Array
  readonly numbers: Int32Array
  /** 1 where a look at every token has to decide, 2 where text may not be plain, 3 for both. */
  readonly scan: (end: number, quotes: number, maxDepth: number) => number
}
let ready: Scanner | undefined

/** As much memory is kept from text to text: a larger one gets its own, which goes with it. */
const kept = 16 * 1024 * 1024

function roomFor(length: number): Scanner {
  const size = quotesFrom(textAt + length) + (length >> 3) + blockSize
  if (ready && size <= ready.bytes.length) return ready
  if (size > kept) return scanner(size)
  return (ready = scanner(Math.min(kept, 2 * size)))
}

const module = wasmModule(jsonScanner)

function scanner(size: number): Scanner {
  const odd = (start: number, end: number, depth: number): void => {
    // A number is ASCII.
    const text = Buffer.from(bytes.buffer, start, end - start).toString('latin1')
    if (String(Number(text)) === text) return
    if (found === none) found = []
    found.push({ path: pathNow(bytes, numbers, depth), text })
  }
  const { memory, scan } = instantiate<{ readonly memory: WasmMemory; readonly scan: Scanner['scan'] }>(module, {
    json: { odd },
  })
  const bytes = bytesOf(memory, size)
  const numbers = new Int32Array(bytes.buffer)
  return { bytes, numbers, scan }
}

/** From the root to the value that begins here. */
function pathNow(bytes: Uint8Array, numbers: Int32Array, depth: number): (string | number)[] {
  const path: (string | number)[] = []
  for (let level = 1; level <= depth; level++) {
    const at = (level * levelSize) >> 2
    const [index, from, to] = [numbers[at] ?? 0, numbers[at + 1] ?? 0, numbers[at + 2] ?? 0]
    if (numbers[at + 6] !== 1) path.push(index)
    else {
      const key = Buffer.from(bytes.buffer, from, to - from).toString()
      path.push(key.includes('\\') ? decode(key) : key)
    }
  }
  return path
}

/** A key as it was written becomes the key it means; a broken one stays, and JSON.parse refuses the text. */
function decode(key: string): string {
  try {
    return JSON.parse(`"${key}"`) as string
  } catch {
    return key
  }
}
