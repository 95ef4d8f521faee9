import type { ExpandedElement, ExpandedNode } from '../../xml/element.ts'

/**
 * A section's narrative as HTML. Only the elements of the Narrative Block are known, and only what they need of their
 * attributes: nothing that a record holds can become script, style or link.
 */
export function narrativeHtml(node: ExpandedNode, title = 'Table', parent = ''): ExpandedNode[] {
  if (typeof node === 'string') return [node]
  const { name, attributes } = node
  const id = attributes?.ID
  const inside = insideOf(node, title, parent)
  switch (name) {
    case 'paragraph':
      if (attributes?.styleCode === 'xHeading' && !isWarning(node)) return [html('h3', { id }, [textOf(node)])]
      return [html('p', { id, class: isWarning(node) ? 'warning' : undefined }, inside)]
    case 'content':
      return [html(attributes?.styleCode === 'Bold' ? 'strong' : 'span', { id }, inside)]
    case 'br':
      return [{ name: 'br' }]
    case 'list':
      return [html('ul', { id }, inside)]
    case 'item':
      return [html('li', { id }, inside)]
    case 'table':
      // Wide tables scroll inside a region that a keyboard can reach.
      return [
        html('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': captionOf(node) ?? title }, [
          html('table', { id }, inside),
        ]),
      ]
    case 'caption':
      return [html(parent === 'table' ? 'caption' : 'strong', {}, inside)]
    case 'thead':
    case 'tbody':
    case 'tr':
      return [html(name, { id }, inside)]
    case 'th':
      return [html('th', { scope: 'col' }, inside)]
    case 'td':
      return [html('td', { id }, inside)]
    case heading:
      return [html('th', { id, scope: 'row' }, inside)]
    default:
      return inside
  }
}

/** The first cell of a row says what the row is about. */
const heading = 'th row'

function insideOf({ name, children = [] }: ExpandedElement, title: string, parent: string): ExpandedNode[] {
  const of = name === 'tr' && parent === 'tbody' ? withHeading(children) : children
  return of.flatMap((child) => narrativeHtml(child, title, name))
}

function withHeading(cells: readonly ExpandedNode[]): readonly ExpandedNode[] {
  const [first, ...others] = cells
  return first !== undefined && typeof first !== 'string' && first.name === 'td'
    ? [{ ...first, name: heading }, ...others]
    : cells
}

function textOf(node: ExpandedNode): string {
  return typeof node === 'string' ? node : (node.children ?? []).map(textOf).join('')
}

function html(
  name: string,
  attributes: ExpandedElement['attributes'],
  children: readonly ExpandedNode[],
): ExpandedElement {
  return { name, attributes, children }
}

function isWarning(paragraph: ExpandedElement): boolean {
  const [child] = paragraph.children ?? []
  return typeof child === 'object' && typeof child.children?.[0] === 'string' && child.children[0].startsWith('Warning')
}

function captionOf(table: ExpandedElement): string | undefined {
  for (const child of table.children ?? [])
    if (typeof child !== 'string' && child.name === 'caption') return textOf(child)
  return undefined
}
