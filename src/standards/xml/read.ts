import { SaxesParser } from 'saxes'
import { Problem } from '../../kernel/problem.ts'
import { decodeXml } from './decode.ts'

/** An element as it was read. Prefixes are gone: what counts is the namespace and the local name. */
export type ParsedElement = {
  readonly namespace: string
  readonly local: string
  readonly attributes: readonly XmlAttribute[]
  readonly children: readonly (ParsedElement | string)[]
}
export type XmlAttribute = { readonly namespace: string; readonly local: string; readonly value: string }

export type XmlLimits = { readonly maxBytes: number; readonly maxDepth: number; readonly maxNodes: number }
const usual: XmlLimits = { maxBytes: 10_000_000, maxDepth: 200, maxNodes: 1_000_000 }

/**
 * Reads a document in UTF-8 or UTF-16. A document type is refused, and with it every entity that is not XML's own five.
 * https://www.w3.org/TR/xml/ https://www.w3.org/TR/xml-names/
 */
export function readXml(document: Uint8Array | string, limits: Partial<XmlLimits> = {}): ParsedElement {
  const { maxBytes, maxDepth, maxNodes } = { ...usual, ...limits }
  if (document.length > maxBytes) throw new Problem('invalid', `XML of more than ${maxBytes} bytes`)
  const text = typeof document === 'string' ? document : decodeXml(document)
  type Open = { namespace: string; local: string; attributes: XmlAttribute[]; children: (Open | string)[] }
  const stack: Open[] = []
  let root: Open | undefined
  let nodes = 0
  const add = (content: string) => {
    const children = stack.at(-1)?.children
    if (!children) return
    const last = children.length - 1
    if (typeof children[last] === 'string') children[last] += content
    else children.push(content)
  }
  const parser = new SaxesParser({ xmlns: true, position: false })
  parser.on('error', (error) => {
    throw new Problem('invalid', `XML is not well-formed: ${reason(error)}`)
  })
  parser.on('doctype', () => {
    throw new Problem('invalid', 'XML with a document type is refused')
  })
  parser.on('opentag', (tag) => {
    if (stack.length >= maxDepth) throw new Problem('invalid', `XML nested deeper than ${maxDepth}`)
    const attributes: XmlAttribute[] = []
    for (const name in tag.attributes) {
      const { uri, local, value, prefix } = tag.attributes[name]!
      if (prefix !== 'xmlns' && name !== 'xmlns') attributes.push({ namespace: uri, local, value })
    }
    nodes += 1 + attributes.length
    if (nodes > maxNodes) throw new Problem('invalid', `XML of more than ${maxNodes} nodes`)
    const element: Open = { namespace: tag.uri, local: tag.local, attributes, children: [] }
    if (stack.length) stack.at(-1)!.children.push(element)
    else root = element
    stack.push(element)
  })
  parser.on('closetag', () => void stack.pop())
  parser.on('text', add)
  parser.on('cdata', add)
  // saxes collects a document type to its end before it says so; a bomb need not be read that far.
  if (/<!DOCTYPE/.test(text.slice(0, text.search(/<[^?!]/) + 1)))
    throw new Problem('invalid', 'XML with a document type is refused')
  parser.write(text).close()
  if (!root) throw new Problem('invalid', 'XML has no element')
  return root
}

/** The parser's complaint without what it quotes of the document: that may be a name. */
function reason(error: Error): string {
  return (
    error.message
      .replaceAll(/^(?:undefined:)?[\d:]*\s*/g, '')
      .split(/[:<"'.]/)[0]!
      .trim() || 'syntax'
  )
}
