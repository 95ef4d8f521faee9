import { Problem } from '../../kernel/problem.ts'
import { decodeXml } from './decode.ts'
import { scanXml } from './scan.ts'

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
  readonly declared: ReadonlyMap<string, string> | undefined
  readonly parent: Span | undefined
}

function excerpt(document: string, span: Span | undefined): string {
  if (!span) throw new RangeError('The element is not one of this document')
  const source = document.slice(span.start, span.end)
  const inherited = new Map<string, string>()
  for (let above = span.parent; above; above = above.parent)
    for (const [prefix, namespace] of above.declared ?? [])
      if (!inherited.has(prefix) && !span.declared?.has(prefix)) inherited.set(prefix, namespace)
  const declarations = Array.from(inherited, ([prefix, namespace]) => {
    // White space that was written as a reference would else be read as spaces.
    const value = namespace.replaceAll(/[&<"\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
    return ` xmlns${prefix && `:${prefix}`}="${value}"`
  })
  const afterName = source.search(/[ \t\r\n/>]/)
  return source.slice(0, afterName) + declarations.join('') + source.slice(afterName)
}

function read(
  document: Uint8Array | string,
  limits: Partial<XmlLimits>,
  spans?: Map<ParsedElement, Span>,
): ParsedElement {
  const { maxBytes, maxDepth, maxNodes } = { ...usual, ...limits }
  if (document.length > maxBytes) throw new Problem('invalid', `XML of more than ${maxBytes} bytes`)
  type Open = { namespace: string; local: string; attributes: XmlAttribute[]; children: (Open | string)[] }
  const stack: Open[] = []
  let root: Open | undefined
  let nodes = 0
  scanXml(typeof document === 'string' ? document : decodeXml(document), {
    open({ namespace, local, attributes, declared, start }) {
      if (stack.length >= maxDepth) throw new Problem('invalid', `XML nested deeper than ${maxDepth}`)
      nodes += 1 + attributes.length
      if (nodes > maxNodes) throw new Problem('invalid', `XML of more than ${maxNodes} nodes`)
      const element: Open = {
        namespace,
        local,
        attributes: attributes.map((one) => ({ namespace: one.namespace, local: one.local, value: one.value })),
        children: [],
      }
      const above = stack.at(-1)
      spans?.set(element, { start, end: 0, declared, parent: above && spans.get(above) })
      if (above) above.children.push(element)
      else root = element
      stack.push(element)
    },
    close(end) {
      const closed = stack.pop()
      const span = closed && spans?.get(closed)
      if (span) span.end = end
    },
    text(content) {
      const children = stack.at(-1)?.children
      if (!children) return
      const last = children.length - 1
      if (typeof children[last] === 'string') children[last] += content
      else children.push(content)
    },
  })
  return root as ParsedElement
}
