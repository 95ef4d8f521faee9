import { isLegalXml, legalXml } from './characters.ts'
import type { XmlElement } from './element.ts'

export type SerialiseOptions = {
  /** `<?xml version="1.0" encoding="UTF-8"?>` first. Default true. */
  readonly declaration?: boolean
  /** Called with each text or attribute value that held characters XML cannot carry; a space was written for each of them. */
  readonly onIllegal?: (value: string, elementName: string) => void
}

/**
 * The document as text, in one pass: no added white space, attributes in the order given, the same tree gives the same bytes.
 * Line ends in attributes and carriage returns in text become character references, so that a reader gets back what was put in
 * (https://www.w3.org/TR/xml/#AVNormalize).
 */
export function serialise(root: XmlElement, options: SerialiseOptions = {}): string {
  const onIllegal = options.onIllegal
  const pieces: string[] = []
  const constants = new Map<XmlElement, string>()
  let insideConstant = false
  let out = options.declaration === false ? '' : '<?xml version="1.0" encoding="UTF-8"?>\n'

  const write = (element: XmlElement): void => {
    const { attributes, children } = element
    const tag = tagOf(element.name)
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
        out += inAttribute.test(value) ? escape(value, element.name, everyInAttribute) : value
        out += '"'
      }
      if (children === undefined || children.length === 0) {
        out += '/>'
        return
      }
      out += '>'
    }
    for (const child of children)
      if (typeof child === 'string') out += inText.test(child) ? escape(child, element.name, everyInText) : child
      else if (child.constant === true) out += constantText(child)
      else write(child)
    out += tag.close
    if (out.length > 16384 && !insideConstant) {
      // What is concatenated stays a tree of its parts until somebody looks inside: kept until the end, those parts cost
      // more than all the writing.
      out.charCodeAt(0)
      pieces.push(out)
      out = ''
    }
  }
  const constantText = (element: XmlElement): string => {
    const known = constants.get(element)
    if (known !== undefined) return known
    const before = out
    const nested = insideConstant
    out = ''
    insideConstant = true
    write(element)
    insideConstant = nested
    const text = out
    out = before
    constants.set(element, text)
    return text
  }
  const escape = (value: string, name: string, every: RegExp): string => {
    if (!isLegalXml(value)) {
      onIllegal?.(value, name)
      value = legalXml(value)
    }
    return value.replace(every, (character) => references[character] ?? character)
  }

  write(root)
  return pieces.length === 0 ? out : pieces.join('') + out
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
// The first two also find what might be no character of XML at all.
// oxlint-disable-next-line no-control-regex
const inText = /[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]/
// oxlint-disable-next-line no-control-regex
const inAttribute = /[&<>"\x00-\x1f\ufffe\uffff\ud800-\udfff]/
const everyInText = /[&<>\r]/g
const everyInAttribute = /[&<>"\t\n\r]/g
