import type { ExpandedElement, ExpandedNode } from '../../xml/element.ts'

/**
 * A section's narrative as HTML. Only the elements of the Narrative Block are known, and only what they need of their
 * attributes: nothing that a record holds can become script, style or link.
 */
export function narrativeHtml(node: ExpandedNode, parent = ''): ExpandedNode[] {
  if (typeof node === 'string') return [node]
  const { name, attributes } = node
  const id = attributes?.ID
  const inside = (node.children ?? []).flatMap((child) => narrativeHtml(child, name))
  switch (name) {
    case 'paragraph':
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
        html('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': captionOf(node) }, [
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
    default:
      return inside
  }
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

function captionOf(table: ExpandedElement): string {
  for (const child of table.children ?? [])
    if (typeof child !== 'string' && child.name === 'caption')
      return (child.children ?? []).filter((part) => typeof part === 'string').join('')
  return 'Table'
}
