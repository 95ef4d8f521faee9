import { Buffer } from 'node:buffer'

/** What one pass over the bytes saw that native JSON.parse would pass over. */
export type JsonScan = {
  /** Something only a look at every token can decide: too deep, perhaps a key twice, perhaps a character no database holds. */
  readonly suspicious: boolean
  /** Numbers that JavaScript would print with other digits, and how to get to them from the root. */
  readonly oddNumbers: readonly OddNumber[]
}
export type OddNumber = { readonly path: readonly (string | number)[]; readonly text: string }

/** No FHIR element has so many children; an object that does gets the pass that keeps a set of its keys. */
const manyKeys = 64

const quote = 0x22
const backslash = 0x5c

/**
 * One loop, no recursion, nothing allocated for a text without surprises. The text need not be valid JSON: the caller
 * has JSON.parse judge that. Stacks are flat arrays: per open container its kind, its place, where its keys are.
 */
export function scanJson(bytes: Uint8Array, maxDepth: number): JsonScan {
  const length = bytes.length
  const isObject = new Uint8Array(maxDepth + 2)
  const keyStart = new Int32Array(maxDepth + 2)
  const keyEnd = new Int32Array(maxDepth + 2)
  const keyCount = new Int32Array(maxDepth + 2)
  const keysFrom = new Int32Array(maxDepth + 2)
  const index = new Int32Array(maxDepth + 2)
  const starts: number[] = []
  const lengths: number[] = []
  const oddNumbers: OddNumber[] = []
  let suspicious = false
  let expectKey = false
  let depth = 0
  let at = 0

  while (at < length) {
    const byte = bytes[at] as number
    if (byte === quote) {
      const start = ++at
      let character = bytes[at] as number
      if (expectKey) {
        while (character !== quote && at < length) {
          if (character === backslash) {
            suspicious = true
            at++
          }
          character = bytes[++at] as number
        }
        keyStart[depth] = start
        keyEnd[depth] = at
        const from = keysFrom[depth] as number
        const count = keyCount[depth] as number
        const size = at - start
        for (let i = from; i < from + count; i++)
          if (lengths[i] === size && isSame(bytes, starts[i] as number, start, size)) suspicious = true
        if (count < manyKeys) {
          starts[from + count] = start
          lengths[from + count] = size
          keyCount[depth] = count + 1
        } else suspicious = true
        expectKey = false
      } else {
        while (character !== quote && at < length) {
          if (character === backslash) {
            at++
            if (bytes[at] === 0x75 && mayBeUnstorable(bytes, at + 1)) suspicious = true
          }
          character = bytes[++at] as number
        }
      }
      at++
    } else if (byte === 0x2c) {
      if (isObject[depth] === 1) expectKey = true
      else index[depth] = (index[depth] as number) + 1
      at++
    } else if (byte === 0x7b || byte === 0x5b) {
      if (depth >= maxDepth) return { suspicious: true, oddNumbers }
      const next = (keysFrom[depth] as number) + (keyCount[depth] as number)
      depth++
      keysFrom[depth] = next
      keyCount[depth] = 0
      index[depth] = 0
      expectKey = byte === 0x7b
      isObject[depth] = expectKey ? 1 : 0
      at++
    } else if (byte === 0x7d || byte === 0x5d) {
      if (depth > 0) depth--
      expectKey = false
      at++
    } else if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
      const start = at
      const end = endOfNumber(bytes, start, length)
      if (mayPrintOtherwise(bytes, start, end)) {
        const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
        if (String(Number(text)) !== text) oddNumbers.push({ path: pathNow(), text })
      }
      at = end
    } else at++
  }
  return { suspicious, oddNumbers }

  function pathNow(): (string | number)[] {
    const path: (string | number)[] = []
    for (let level = 1; level <= depth; level++) {
      if (isObject[level] === 1) {
        const from = keyStart[level] as number
        const key = Buffer.from(bytes.buffer, bytes.byteOffset + from, (keyEnd[level] as number) - from).toString()
        path.push(key.includes('\\') ? decode(key) : key)
      } else path.push(index[level] as number)
    }
    return path
  }
}

function isSame(bytes: Uint8Array, one: number, other: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[one + i] !== bytes[other + i]) return false
  return true
}

/** A key as it was written becomes the key it means; a broken one stays, and JSON.parse refuses the text. */
function decode(key: string): string {
  try {
    return JSON.parse(`"${key}"`) as string
  } catch {
    return key
  }
}

function endOfNumber(bytes: Uint8Array, start: number, length: number): number {
  let end = start + 1
  while (end < length) {
    const byte = bytes[end] as number
    // Digits, '.', 'e', 'E', '+', '-'.
    if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2e || (byte | 0x20) === 0x65 || byte === 0x2b || byte === 0x2d)
      end++
    else break
  }
  return end
}

/** False for the plain ones: at most 15 digits, no exponent, no closing zero after a point, not tiny, not minus zero. */
function mayPrintOtherwise(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start] === 0x2d ? start + 1 : start
  if (end - first > 15 || first === end) return true
  let point = false
  for (let i = first; i < end; i++) {
    const byte = bytes[i] as number
    if (byte === 0x2e) point = true
    else if (byte < 0x30 || byte > 0x39) return true
  }
  if (point) return bytes[end - 1] === 0x30 || (bytes[first] === 0x30 && end - first > 8)
  return bytes[first] === 0x30 && (first > start || end - first > 1)
}

/** \u0000 and \ud800 to \udfff. A good pair is let pass by the closer look. */
function mayBeUnstorable(bytes: Uint8Array, digits: number): boolean {
  const first = (bytes[digits] as number) | 0x20
  if (first === 0x64) return true
  return (
    bytes[digits] === 0x30 && bytes[digits + 1] === 0x30 && bytes[digits + 2] === 0x30 && bytes[digits + 3] === 0x30
  )
}
