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
  return read(document, limits)
}

/** A document with the text its elements were read from. */
export type SourcedXml = {
  readonly root: ParsedElement
  /** As a document of its own: the very same text, with the namespaces that its ancestors declared declared on it. */
  sourceOf(element: ParsedElement): string
}

export function readXmlWithSource(document: string, limits: Partial<XmlLimits> = {}): SourcedXml {
  const spans = new Map<ParsedElement, Span>()
  const root = read(document, limits, spans)
  return { root, sourceOf: (element) => excerpt(document, spans.get(element)) }
}

/** Where an element stands, and what it declares: prefixes (the default one is empty) and their namespaces. */
type Span = {
  readonly start: number
  end: number
  readonly declared: Readonly<Record<string, string>>
  readonly parent: Span | undefined
}

function excerpt(document: string, span: Span | undefined): string {
  if (!span) throw new RangeError('The element is not one of this document')
  const source = document.slice(span.start, span.end)
  const inherited = new Map<string, string>()
  for (let above = span.parent; above; above = above.parent)
    for (const [prefix, namespace] of Object.entries(above.declared))
      if (!inherited.has(prefix) && !Object.hasOwn(span.declared, prefix)) inherited.set(prefix, namespace)
  const declarations = Array.from(inherited, ([prefix, namespace]) => {
    const value = namespace.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
    return ` xmlns${prefix && `:${prefix}`}="${value}"`
  })
  const afterName = source.search(/[\s/>]/)
  return source.slice(0, afterName) + declarations.join('') + source.slice(afterName)
}

function read(
  document: Uint8Array | string,
  limits: Partial<XmlLimits>,
  spans?: Map<ParsedElement, Span>,
): ParsedElement {
  const { maxBytes, maxDepth, maxNodes } = { ...usual, ...limits }
  if (document.length > maxBytes) throw new Problem('invalid', `XML of more than ${maxBytes} bytes`)
  const text = typeof document === 'string' ? document : decodeXml(document)
  type Open = { namespace: string; local: string; attributes: XmlAttribute[]; children: (Open | string)[] }
  const stack: Open[] = []
  let root: Open | undefined
  let nodes = 0
  let start = 0
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
    const above = stack.at(-1)
    spans?.set(element, { start, end: 0, declared: tag.ns, parent: above && spans.get(above) })
    if (stack.length) stack.at(-1)!.children.push(element)
    else root = element
    stack.push(element)
  })
  // Between the beginning of a tag and its name there is no other.
  if (spans) parser.on('opentagstart', () => void (start = text.lastIndexOf('<', parser.position - 1)))
  parser.on('closetag', () => {
    const closed = stack.pop()
    const span = closed && spans?.get(closed)
    if (span) span.end = parser.position
  })
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
