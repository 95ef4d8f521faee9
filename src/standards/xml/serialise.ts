import { Buffer } from 'node:buffer'
import { isLegalXml, legalXml } from './characters.ts'
import { type Hole, type XmlElement, type XmlNode, type XmlPart, XmlTemplate, XmlWritten } from './element.ts'

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
  const out = new Output(onIllegal, 'in pieces')
  if (declaration !== false) out.fixed(xmlDeclaration)
  write(root, out)
  // What is kept is as large as the document.
  return Buffer.concat(out.take())
}

/** An element in UTF-8. */
export function serialisePart(root: XmlPart): Uint8Array {
  const { bytes, start, end } = writeParts(root)
  return bytes.subarray(start, end)
}

/**
 * Writes parts of a document before the rest: a part's bytes are all that is kept of it. For the many of a document whose
 * trees would otherwise wait until the last of them is made. Those of one writer lie one after the other in the same memory,
 * so that a list of them is copied into the document in one go.
 */
export function partWriter(): (part: XmlPart) => XmlWritten {
  const out = new Output(undefined, 'in one piece')
  return (part) => {
    out.begin()
    write(part, out)
    return out.part()
  }
}

/** What stands in a document as it is, ready to be copied there. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}
const encoder = new TextEncoder()
const xmlDeclaration = utf8('<?xml version="1.0" encoding="UTF-8"?>\n')

/** Bytes so far, in pieces of which only the last is still written to. What was taken is never written to again. */
class Output {
  readonly #onIllegal: SerialiseOptions['onIllegal']
  /** Whether what begins in one piece has to end in it. */
  readonly #whole: boolean
  #full: Uint8Array[] = []
  #bytes = new Uint8Array(4096)
  #start = 0
  #end = 0
  constructor(onIllegal: SerialiseOptions['onIllegal'], pieces: 'in pieces' | 'in one piece') {
    this.#onIllegal = onIllegal
    this.#whole = pieces === 'in one piece'
  }

  /** Markup, encoded before. */
  fixed(text: Uint8Array): void {
    const length = text.length
    if (this.#end + length > this.#bytes.length) this.#more(length)
    const bytes = this.#bytes
    const end = this.#end
    // For a few bytes a loop is quicker than a call.
    if (length > 32) bytes.set(text, end)
    else for (let at = 0; at < length; at++) bytes[end + at] = text[at] as number
    this.#end = end + length
  }

  written({ bytes: from, start, end }: XmlWritten): void {
    this.fixed(from.subarray(start, end))
  }

  text(value: string): void {
    if (!this.#plain(value, oddInText)) this.#long(inText.test(value) ? this.#escaped(value, everyInText) : value)
  }

  attribute(value: string): void {
    if (!this.#plain(value, oddInAttribute))
      this.#long(inAttribute.test(value) ? this.#escaped(value, everyInAttribute) : value)
  }

  /** Whatever was left by something that failed is forgotten. */
  begin(): void {
    this.#start = this.#end
  }

  part(): XmlWritten {
    return new XmlWritten(this.#bytes, this.#start, this.#end)
  }

  take(): Uint8Array[] {
    return [...this.#full, this.#bytes.subarray(this.#start, this.#end)]
  }

  /** Most of a document is words and codes: for those a loop is quicker than a regular expression and an encoder. */
  #plain(value: string, odd: Uint8Array): boolean {
    const length = value.length
    if (length > short) return false
    if (this.#end + length > this.#bytes.length) this.#more(length)
    const bytes = this.#bytes
    const end = this.#end
    for (let at = 0; at < length; at++) {
      const code = value.charCodeAt(at)
      if (code > 127 || odd[code] === 1) return false
      bytes[end + at] = code
    }
    this.#end = end + length
    return true
  }

  #long(value: string): void {
    // No room for three times of much.
    if (value.length > 10_000) return this.fixed(utf8(value))
    // A character of UTF-16 is at most three bytes.
    const length = value.length * 3
    if (this.#end + length > this.#bytes.length) this.#more(length)
    this.#end += encoder.encodeInto(value, this.#bytes.subarray(this.#end)).written
  }

  #more(length: number): void {
    const begun = this.#bytes.subarray(this.#start, this.#end)
    const kept = this.#whole ? begun.length : 0
    if (kept === 0 && begun.length > 0) this.#full.push(begun)
    // Twice as much for what does not end: it is moved each time.
    const size = Math.max(kept * 2 + length, Math.min(this.#bytes.length * 4, 65_536))
    // Nothing is read of it that was not written before.
    this.#bytes = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)
    if (kept > 0) this.#bytes.set(begun)
    this.#start = 0
    this.#end = kept
  }

  #escaped(value: string, every: RegExp): string {
    if (!isLegalXml(value)) {
      this.#onIllegal?.(value)
      value = legalXml(value)
    }
    return value.replace(every, (character) => references[character] ?? character)
  }
}

function write(node: XmlNode, out: Output): void {
  if (typeof node === 'string') out.text(node)
  else if (node instanceof XmlTemplate) writeTemplate(node, out)
  else if (node instanceof XmlWritten) out.written(node)
  else writeElement(node, out)
}

function writeAll(nodes: readonly (XmlNode | undefined | false)[], out: Output): void {
  const { length } = nodes
  for (let at = 0; at < length; at++) {
    const node = nodes[at]
    if (node === undefined || node === false) continue
    if (typeof node === 'string' || !(node instanceof XmlWritten)) {
      write(node, out)
      continue
    }
    // Rows and entries follow one another in memory as they do in the document.
    const { bytes, start } = node
    let { end } = node
    for (let next = nodes[at + 1]; next instanceof XmlWritten; next = nodes[at + 1]) {
      if (next.bytes !== bytes || next.start !== end) break
      end = next.end
      at++
    }
    out.written(new XmlWritten(bytes, start, end))
  }
}

function writeElement({ name, attributes, children }: XmlElement, out: Output): void {
  const tag = tagOf(name)
  out.fixed(tag.begin)
  for (const key in attributes) {
    const value = attributes[key]
    if (value === undefined) continue
    out.fixed(attributeOf(key))
    out.attribute(value)
    out.fixed(quote)
  }
  if (children === undefined || children.length === 0) return out.fixed(emptyEnd)
  out.fixed(tagEnd)
  writeAll(children, out)
  out.fixed(tag.close)
}
const quote = utf8('"')
const emptyEnd = utf8('/>')
const tagEnd = utf8('>')

function writeTemplate({ shape: { texts, inAttribute }, values }: XmlTemplate, out: Output): void {
  let written = 0
  const length = values.length
  for (let at = 0; at < length; at++) {
    const value = values[at] as Hole
    if (typeof value === 'string') {
      if (inAttribute[at] === true) {
        out.fixed(texts[at * 4 + written + 1] as Uint8Array)
        out.attribute(value)
        written = 2
      } else if (value !== '') {
        out.fixed(texts[at * 4 + written + 1] as Uint8Array)
        out.text(value)
        written = 2
      } else {
        out.fixed(texts[at * 4 + written] as Uint8Array)
        written = 0
      }
    } else if (isNothing(value)) {
      out.fixed(texts[at * 4 + written] as Uint8Array)
      written = 0
    } else {
      if (inAttribute[at] === true) throw new Error('An attribute is text')
      out.fixed(texts[at * 4 + written + 1] as Uint8Array)
      written = 2
      if (isList(value)) writeAll(value, out)
      else write(value, out)
    }
  }
  out.fixed(texts[length * 4 + written] as Uint8Array)
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
/** ASCII that may need a second look. */
const oddInText = odd(inText)
const oddInAttribute = odd(inAttribute)
function odd(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0))
}

const short = 200

const writeParts = partWriter()
