import type { XmlNode, XmlTemplate, XmlWritten } from '../xml/element.ts'
import { partWriter } from '../xml/serialise.ts'
import { constant, shape, xml } from '../xml/template.ts'

/** The parts of a section that people read. https://hl7.org/cda/ Narrative Block */
export type Cell = string | readonly XmlNode[]

export function paragraph(...children: XmlNode[]): XmlTemplate {
  return xml`<paragraph>${children}</paragraph>`
}

/** Stands over the blocks that come after it. */
export function caption(text: string): XmlTemplate {
  return xml`<paragraph styleCode="xHeading"><content styleCode="Bold">${text}</content></paragraph>`
}

export function content(id: string | undefined, ...children: XmlNode[]): XmlTemplate {
  return xml`<content ID="${id}">${children}</content>`
}

/** Marked content of any number of parts: a call takes only so many arguments, and a record may hold more. */
export function contentOf(id: string | undefined, children: Cell): XmlTemplate {
  return xml`<content ID="${id}">${children}</content>`
}

export function append(nodes: XmlNode[], more: readonly XmlNode[]): void {
  for (const node of more) nodes.push(node)
}

/** The same as `lines`, at the end of what is there. */
export function appendLines(nodes: XmlNode[], text: string): void {
  if (isBroken(text)) appendBroken(nodes, text)
  else if (text !== '') nodes.push(text)
}

/** The same as `lines` for all that stands in one place; nearly always no more than the text. */
export function broken(text: string): Cell {
  return isBroken(text) ? lines(text) : text
}

export function isBroken(text: string): boolean {
  return text.includes('\n') || text.includes('\r')
}

/** Free text, complete: its line breaks are line breaks. */
export function lines(text: string): readonly XmlNode[] {
  if (!isBroken(text)) return text === '' ? [] : [text]
  const nodes: XmlNode[] = []
  appendBroken(nodes, text)
  return nodes
}

function appendBroken(nodes: XmlNode[], text: string): void {
  const start = nodes.length
  for (const line of text.includes('\r') ? text.split(/\r\n|\r|\n/) : text.split('\n')) {
    if (nodes.length > start) nodes.push(lineBreak)
    if (line !== '') nodes.push(line)
  }
}
export const lineBreak = xml`<br/>`

export function row(id: string, cells: readonly Cell[]): XmlWritten {
  const made = (rows[cells.length] ??= rowOf(cells.length))
  return writtenRow(made(id, ...cells))
}
/** A row whose cells are part of its shape. */
export const writtenRow = partWriter()
/** By the number of cells. */
const rows: ReturnType<typeof shape>[] = []
function rowOf(cells: number): ReturnType<typeof shape> {
  const between = Array.from({ length: Math.max(0, cells - 1) }, () => '</td><td>')
  return shape('<tr ID="', '"><td>', ...between, '</td></tr>')
}

export function table(title: string, head: XmlTemplate, body: readonly XmlNode[]): XmlTemplate {
  return title === ''
    ? xml`<table>${head}<tbody>${body}</tbody></table>`
    : xml`<table><caption>${title}</caption>${head}<tbody>${body}</tbody></table>`
}

/** The head of a table, made once for all documents. */
export function headings(...names: readonly string[]): XmlTemplate {
  return constant(xml`<thead><tr>${names.map((name) => xml`<th>${name}</th>`)}</tr></thead>`)
}

export function list(items: readonly (readonly XmlNode[])[]): XmlTemplate {
  return xml`<list>${items.map((children) => xml`<item>${children}</item>`)}</list>`
}
