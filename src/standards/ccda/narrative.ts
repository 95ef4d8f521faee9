import type { XmlElement, XmlNode } from '../xml/element.ts'

/** The parts of a section that people read. https://hl7.org/cda/ Narrative Block */
export type Cell = string | readonly XmlNode[]

export function paragraph(...children: XmlNode[]): XmlElement {
  return { name: 'paragraph', children }
}

export function caption(text: string): XmlElement {
  return { name: 'paragraph', children: [{ name: 'content', attributes: { styleCode: 'Bold' }, children: [text] }] }
}

export function content(id: string | undefined, ...children: XmlNode[]): XmlElement {
  return { name: 'content', attributes: { ID: id }, children }
}

/** Marked content of any number of parts: a call takes only so many arguments, and a record may hold more. */
export function contentOf(id: string | undefined, children: readonly XmlNode[]): XmlElement {
  return { name: 'content', attributes: { ID: id }, children }
}

export function append(nodes: XmlNode[], more: readonly XmlNode[]): void {
  for (const node of more) nodes.push(node)
}

/** Free text, complete: its line breaks are line breaks. */
export function lines(text: string): readonly XmlNode[] {
  if (!text.includes('\n') && !text.includes('\r')) return text === '' ? [] : [text]
  const nodes: XmlNode[] = []
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (nodes.length > 0) nodes.push(lineBreak)
    if (line !== '') nodes.push(line)
  }
  return nodes
}
export const lineBreak: XmlElement = { name: 'br' }

export function row(id: string, cells: readonly Cell[]): XmlElement {
  const children: XmlElement[] = []
  for (const cell of cells)
    children.push(cell === '' ? emptyCell : { name: 'td', children: typeof cell === 'string' ? [cell] : cell })
  return { name: 'tr', attributes: { ID: id }, children }
}
const emptyCell: XmlElement = { name: 'td' }

export function table(title: string, headings: readonly string[], rows: readonly XmlElement[]): XmlElement {
  return {
    name: 'table',
    children: [
      ...(title === '' ? [] : [{ name: 'caption', children: [title] }]),
      {
        name: 'thead',
        children: [{ name: 'tr', children: headings.map((heading) => ({ name: 'th', children: [heading] })) }],
      },
      { name: 'tbody', children: rows },
    ],
  }
}

export function list(items: readonly (readonly XmlNode[])[]): XmlElement {
  return { name: 'list', children: items.map((children) => ({ name: 'item', children })) }
}
