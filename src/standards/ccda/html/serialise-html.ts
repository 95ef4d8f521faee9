import { lookup } from '../../lookup.ts'
import type { ExpandedNode } from '../../xml/element.ts'

/** A tree as HTML text: void elements have no end, all others have one, and text is never markup. https://html.spec.whatwg.org/#serialising-html-fragments */
export function serialiseHtml(node: ExpandedNode): string {
  if (typeof node === 'string') return escape(node)
  const { name, attributes, children } = node
  let out = `<${name}`
  for (const key in attributes) {
    const value = attributes[key]
    if (value !== undefined) out += value === '' ? ` ${key}` : ` ${key}="${escape(value)}"`
  }
  out += '>'
  if (voids.has(name)) return out
  for (const child of children ?? []) out += serialiseHtml(child)
  return `${out}</${name}>`
}
const voids = new Set(['br', 'meta'])

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => references[character] ?? character)
}
const references: Record<string, string> = lookup({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })
