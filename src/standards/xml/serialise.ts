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
  let out = options.declaration === false ? '' : '<?xml version="1.0" encoding="UTF-8"?>\n'

  const write = (element: XmlElement): void => {
    const { name, attributes, children } = element
    out += '<'
    out += name
    if (attributes !== undefined)
      for (const key in attributes) {
        const value = attributes[key]
        if (value === undefined) continue
        out += ' '
        out += key
        out += '="'
        out += inAttribute.test(value) ? escape(value, name, everyInAttribute) : value
        out += '"'
      }
    if (children === undefined || children.length === 0) {
      out += '/>'
      return
    }
    out += '>'
    for (const child of children)
      if (typeof child === 'string') out += inText.test(child) ? escape(child, name, everyInText) : child
      else write(child)
    out += '</'
    out += name
    out += '>'
    if (out.length > 16384) {
      // What is concatenated stays a tree of its parts until somebody looks inside: kept until the end, those parts cost
      // more than all the writing.
      out.charCodeAt(0)
      pieces.push(out)
      out = ''
    }
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
