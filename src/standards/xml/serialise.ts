import { Buffer } from 'node:buffer'
import { isLegalXml, legalXml } from './characters.ts'
import { type Hole, type XmlElement, type XmlNode, type XmlPart, XmlTemplate, XmlWritten } from './element.ts'
import { bytes, copy, scratchEnd, scratchStart, oddInAttribute, oddInText, put } from './memory.ts'

export type SerialiseOptions = {
  /** `<?xml version="1.0" encoding="UTF-8"?>` first. Default true. */
  readonly declaration?: boolean
  /** Called with each text or attribute value that held characters XML cannot carry; a space was written for each of them. */
  readonly onIllegal?: (value: string) => void
}

/**
 * The document as text, in one pass: no added white space, attributes in the order given, the same tree gives the same bytes.
 * Line ends in attributes and carriage returns in text become character references, so that a reader gets back what was put in
 * (https://www.w3.org/TR/xml/#AVNormalize).
 */
export function serialise(root: XmlPart, options: SerialiseOptions = {}): string {
  return serialiseUtf8(root, options).toString()
}

/** The same in UTF-8, for what is stored or sent: the text is never put together. */
export function serialiseUtf8(root: XmlPart, { declaration, onIllegal }: SerialiseOptions = {}): Buffer {
  const out = output(onIllegal)
  const start = declaration === false ? scratchStart : fixed(xmlDeclaration, scratchStart, out)
  const end = write(root, start, out)
  // What is kept is as large as the document.
  const document = Buffer.allocUnsafe(sizeOf(out, end))
  take(out, end, document, 0)
  return document
}

/**
 * Writes parts of a document before the rest: a part's bytes are all that is kept of it. For the many of a document whose
 * trees would otherwise wait until the last of them is made. Those of one writer lie one after the other in the same memory,
 * so that a list of them is copied into the document in one go.
 */
export function partWriter(): (part: XmlPart) => XmlWritten {
  let piece = new Uint8Array(4096)
  let used = 0
  return (part) => {
    const out = output(undefined)
    const end = write(part, scratchStart, out)
    const start = used
    const size = sizeOf(out, end)
    if (start + size <= piece.length) {
      take(out, end, piece, start)
      used = start + size
      return new XmlWritten(piece, start, used)
    }
    // Nothing is read of it that was not written before.
    piece = new Uint8Array(Buffer.allocUnsafeSlow(Math.max(size, Math.min(piece.length * 4, 65_536))).buffer)
    take(out, end, piece, 0)
    used = size
    return new XmlWritten(piece, 0, size)
  }
}

/** What stands in a document as it is, ready to be copied there. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}
const encoder = new TextEncoder()
const xmlDeclaration = utf8('<?xml version="1.0" encoding="UTF-8"?>\n')

/**
 * What has left the scratch memory (memory.ts) because there was no room for more, and what is too large for it. The rest of
 * what is written so far is there, up to an end that every function here is given and gives back.
 */
type Output = { readonly chunks: Uint8Array[]; size: number; readonly onIllegal: SerialiseOptions['onIllegal'] }

function output(onIllegal: SerialiseOptions['onIllegal']): Output {
  return { chunks: [], size: 0, onIllegal }
}

function sizeOf({ size }: Output, end: number): number {
  return size + end - scratchStart
}

function take({ chunks }: Output, end: number, to: Uint8Array, at: number): void {
  for (const chunk of chunks) {
    to.set(chunk, at)
    at += chunk.length
  }
  to.set(bytes.subarray(scratchStart, end), at)
}

function clear(end: number, out: Output): number {
  return end === scratchStart ? end : refer(bytes.slice(scratchStart, end), scratchStart, out)
}

/** For what is large: it is copied once, at the end. */
function refer(text: Uint8Array, end: number, out: Output): number {
  end = clear(end, out)
  out.chunks.push(text)
  out.size += text.length
  return end
}
const large = 4096

/** Markup, encoded before. */
function fixed(text: Uint8Array, end: number, out: Output): number {
  const { length } = text
  if (length > large) return refer(text, end, out)
  if (end + length > scratchEnd) end = clear(end, out)
  // For a few bytes a loop is quicker than a call.
  if (length > 32) bytes.set(text, end)
  else for (let at = 0; at < length; at++) bytes[end + at] = text[at] as number
  return end + length
}

function written(from: Uint8Array, start: number, stop: number, end: number, out: Output): number {
  return fixed(from.subarray(start, stop), end, out)
}

/** Text of a shape. */
function between(from: number, length: number, end: number, out: Output): number {
  if (end + length <= scratchEnd) return copy(from, length, end)
  return length > large ? refer(bytes.slice(from, from + length), end, out) : copy(from, length, clear(end, out))
}

/** Text of a shape, and a value after it. Most of a document is words and codes, which are written as they are. */
function value(from: number, length: number, text: string, odd: number, end: number, out: Output): number {
  if (text.length <= short && end + length + text.length <= scratchEnd) {
    const next = put(from, length, text, odd, end)
    if (next !== -1) return next
  }
  return anyValue(text, odd, between(from, length, end, out), out)
}

function anyValue(text: string, odd: number, end: number, out: Output): number {
  const [seldom, every] = odd === oddInAttribute ? [inAttribute, everyInAttribute] : [inText, everyInText]
  if (seldom.test(text)) {
    if (!isLegalXml(text)) {
      if (out.onIllegal) {
        // Whoever is told may write something too.
        end = clear(end, out)
        out.onIllegal(text)
      }
      text = legalXml(text)
    }
    text = text.replace(every, (character) => references[character] ?? character)
  }
  // No room for three times of much.
  if (text.length > 10_000) return refer(utf8(text), end, out)
  // A character of UTF-16 is at most three bytes.
  const length = text.length * 3
  if (end + length > scratchEnd) end = clear(end, out)
  return end + encoder.encodeInto(text, bytes.subarray(end, scratchEnd)).written
}

function write(node: XmlNode, end: number, out: Output): number {
  if (typeof node === 'string') return value(0, 0, node, oddInText, end, out)
  if (node instanceof XmlTemplate) return writeTemplate(node, end, out)
  if (node instanceof XmlWritten) return written(node.bytes, node.start, node.end, end, out)
  return writeElement(node, end, out)
}

function writeAll(nodes: readonly (XmlNode | undefined | false)[], end: number, out: Output): number {
  const { length } = nodes
  for (let at = 0; at < length; at++) {
    const node = nodes[at]
    if (node === undefined || node === false) continue
    if (typeof node === 'string' || !(node instanceof XmlWritten)) {
      end = write(node, end, out)
      continue
    }
    // Rows and entries follow one another in memory as they do in the document.
    const { bytes: from, start } = node
    let stop = node.end
    for (let next = nodes[at + 1]; next instanceof XmlWritten; next = nodes[at + 1]) {
      if (next.bytes !== from || next.start !== stop) break
      stop = next.end
      at++
    }
    end = written(from, start, stop, end, out)
  }
  return end
}

function writeElement({ name, attributes, children }: XmlElement, end: number, out: Output): number {
  const tag = tagOf(name)
  end = fixed(tag.begin, end, out)
  for (const key in attributes) {
    const text = attributes[key]
    if (text === undefined) continue
    end = fixed(attributeOf(key), end, out)
    end = value(0, 0, text, oddInAttribute, end, out)
    end = fixed(quote, end, out)
  }
  if (children === undefined || children.length === 0) return fixed(emptyEnd, end, out)
  end = fixed(tagEnd, end, out)
  end = writeAll(children, end, out)
  return fixed(tag.close, end, out)
}
const quote = utf8('"')
const emptyEnd = utf8('/>')
const tagEnd = utf8('>')

function writeTemplate({ shape: { texts, inAttribute }, values }: XmlTemplate, end: number, out: Output): number {
  /** Where in `texts` the next one is, if the hole after it is not written; two further on if it is. */
  let next = 0
  const length = values.length
  for (let at = 0; at < length; at++) {
    const hole = values[at] as Hole
    if (typeof hole === 'string') {
      if (inAttribute[at] === true) {
        end = value(texts[next + 2] as number, texts[next + 3] as number, hole, oddInAttribute, end, out)
        next = at * 8 + 12
      } else if (hole !== '') {
        end = value(texts[next + 2] as number, texts[next + 3] as number, hole, oddInText, end, out)
        next = at * 8 + 12
      } else {
        end = between(texts[next] as number, texts[next + 1] as number, end, out)
        next = at * 8 + 8
      }
    } else if (isNothing(hole)) {
      end = between(texts[next] as number, texts[next + 1] as number, end, out)
      next = at * 8 + 8
    } else {
      if (inAttribute[at] === true) throw new Error('An attribute is text')
      end = between(texts[next + 2] as number, texts[next + 3] as number, end, out)
      next = at * 8 + 12
      end = isList(hole) ? writeAll(hole, end, out) : write(hole, end, out)
    }
  }
  return between(texts[next] as number, texts[next + 1] as number, end, out)
}

function isList(value: Hole): value is readonly (XmlNode | undefined | false)[] {
  return Array.isArray(value)
}

function isNothing(value: Exclude<Hole, string>): value is undefined | false {
  if (value === undefined || value === false) return true
  if (!isList(value)) return false
  for (const node of value) if (node !== undefined && node !== false) return false
  return true
}

type Tag = { readonly begin: Uint8Array; readonly close: Uint8Array }
const tags = new Map<string, Tag>()
function tagOf(name: string): Tag {
  const known = tags.get(name)
  if (known) return known
  const tag = { begin: utf8(`<${name}`), close: utf8(`</${name}>`) }
  // Names come from code, all but for documents read from elsewhere and written again.
  if (tags.size > 1000) tags.clear()
  tags.set(name, tag)
  return tag
}

const attributeNames = new Map<string, Uint8Array>()
function attributeOf(key: string): Uint8Array {
  const known = attributeNames.get(key)
  if (known !== undefined) return known
  const text = utf8(` ${key}="`)
  if (attributeNames.size > 1000) attributeNames.clear()
  attributeNames.set(key, text)
  return text
}

const references: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}
const everyInText = /[&<>\r]/g
const everyInAttribute = /[&<>"\t\n\r]/g

// These two also find what might be no character of XML at all.
// oxlint-disable-next-line no-control-regex
const inText = /[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]/
// oxlint-disable-next-line no-control-regex
const inAttribute = /[&<>"\x00-\x1f\ufffe\uffff\ud800-\udfff]/
// ASCII that may need a second look.
for (const [at, pattern] of [
  [oddInText, inText],
  [oddInAttribute, inAttribute],
] as const)
  for (let code = 0; code < 128; code++) bytes[at + code] = pattern.test(String.fromCharCode(code)) ? 1 : 0

/** Longer ones are seldom plain, and there a regular expression is as quick. */
const short = 1000
