import { Buffer } from 'node:buffer'
import { isLegalXml, legalXml } from './characters.ts'
import { type Hole, type XmlElement, type XmlNode, XmlTemplate } from './element.ts'

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
export function serialise(root: XmlElement | XmlTemplate, options: SerialiseOptions = {}): string {
  const pieces: string[] = []
  writePieces(root, options, (piece) => void pieces.push(piece))
  return pieces.length === 1 ? (pieces[0] as string) : pieces.join('')
}

/** The same in UTF-8, for what is stored or sent: the text is never put together. */
export function serialiseUtf8(root: XmlElement | XmlTemplate, options: SerialiseOptions = {}): Buffer {
  let bytes = Buffer.allocUnsafe(65_536)
  let length = 0
  writePieces(root, options, (piece) => {
    // A character of UTF-16 is at most three bytes.
    if (length + piece.length * 3 > bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, length + piece.length * 3))
      bytes.copy(larger, 0, 0, length)
      bytes = larger
    }
    length += bytes.write(piece, length)
  })
  // What is kept is as large as the document.
  return Buffer.from(bytes.subarray(0, length))
}

function writePieces(
  root: XmlElement | XmlTemplate,
  { declaration, onIllegal }: SerialiseOptions,
  take: (piece: string) => void,
): void {
  let out = declaration === false ? '' : '<?xml version="1.0" encoding="UTF-8"?>\n'

  const write = (node: XmlNode): void => {
    if (typeof node === 'string') out += isPlainText(node) ? node : escape(node, everyInText)
    else if (node instanceof XmlTemplate) writeTemplate(node)
    else writeElement(node)
  }
  const writeElement = ({ name, attributes, children }: XmlElement): void => {
    const tag = tagOf(name)
    if (attributes === undefined) {
      if (children === undefined || children.length === 0) {
        out += tag.empty
        return
      }
      out += tag.open
    } else {
      out += tag.begin
      for (const key in attributes) {
        const value = attributes[key]
        if (value === undefined) continue
        out += attributeOf(key)
        out += isPlainAttribute(value) ? value : escape(value, everyInAttribute)
        out += '"'
      }
      if (children === undefined || children.length === 0) {
        out += '/>'
        return
      }
      out += '>'
    }
    for (const child of children) write(child)
    out += tag.close
    if (out.length > 16384) cut()
  }
  const writeTemplate = ({ shape: { texts, inAttribute }, values }: XmlTemplate): void => {
    let written = 0
    const length = values.length
    for (let at = 0; at < length; at++) {
      const value = values[at] as Hole
      if (typeof value === 'string') {
        if (inAttribute[at] === true) {
          out += texts[at * 4 + written + 1] as string
          out += isPlainAttribute(value) ? value : escape(value, everyInAttribute)
          written = 2
        } else if (value !== '') {
          out += texts[at * 4 + written + 1] as string
          out += isPlainText(value) ? value : escape(value, everyInText)
          written = 2
        } else {
          out += texts[at * 4 + written] as string
          written = 0
        }
      } else if (isNothing(value)) {
        out += texts[at * 4 + written] as string
        written = 0
      } else {
        if (inAttribute[at] === true) throw new Error('An attribute is text')
        out += texts[at * 4 + written + 1] as string
        written = 2
        if (isList(value)) {
          for (const node of value) if (node !== undefined && node !== false) write(node)
        } else write(value)
      }
    }
    out += texts[length * 4 + written] as string
    if (out.length > 16384) cut()
  }
  /**
   * What is concatenated stays a tree of its parts until somebody looks inside: kept until the end, those parts cost more
   * than all the writing.
   */
  const cut = (): void => {
    out.charCodeAt(0)
    take(out)
    out = ''
  }
  const escape = (value: string, every: RegExp): string => {
    if (!isLegalXml(value)) {
      onIllegal?.(value)
      value = legalXml(value)
    }
    return value.replace(every, (character) => references[character] ?? character)
  }

  write(root)
  take(out)
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

type Tag = { readonly begin: string; readonly open: string; readonly close: string; readonly empty: string }
const tags = new Map<string, Tag>()
function tagOf(name: string): Tag {
  const known = tags.get(name)
  if (known) return known
  const tag = { begin: `<${name}`, open: `<${name}>`, close: `</${name}>`, empty: `<${name}/>` }
  // Names come from code, all but for documents read from elsewhere and written again.
  if (tags.size > 1000) tags.clear()
  tags.set(name, tag)
  return tag
}

const attributeNames = new Map<string, string>()
function attributeOf(key: string): string {
  const known = attributeNames.get(key)
  if (known !== undefined) return known
  const text = ` ${key}="`
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

/** Most of a document is words and codes: for those a loop is quicker than calling a regular expression. */
const short = 48

function isPlainText(value: string): boolean {
  const { length } = value
  if (length > short) return !inText.test(value)
  for (let at = 0; at < length; at++) {
    const code = value.charCodeAt(at)
    if (code > 127 ? code >= 0xd800 : oddInText[code] === 1) return false
  }
  return true
}

function isPlainAttribute(value: string): boolean {
  const { length } = value
  if (length > short) return !inAttribute.test(value)
  for (let at = 0; at < length; at++) {
    const code = value.charCodeAt(at)
    if (code > 127 ? code >= 0xd800 : oddInAttribute[code] === 1) return false
  }
  return true
}
