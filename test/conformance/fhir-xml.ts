import { SaxesParser } from 'saxes'
import type { Definitions } from '../../src/standards/fhir/definitions/definitions.ts'

/** XML as a tree, for reading published cases. */
export type Tree = { name: string; attributes: Record<string, string>; children: (Tree | string)[] }

export function readTree(xml: string): Tree {
  const root: Tree = { name: '', attributes: {}, children: [] }
  const open = [root]
  const parser = new SaxesParser()
  parser.on('opentag', ({ name, attributes }) => {
    const tree: Tree = { name, attributes: attributes as Record<string, string>, children: [] }
    open.at(-1)?.children.push(tree)
    open.push(tree)
  })
  parser.on('text', (text) => open.at(-1)?.children.push(text))
  parser.on('closetag', () => open.pop())
  parser.write(xml).close()
  const [first] = elements(root)
  if (!first) throw new Error('no element')
  return first
}

export const elements = (tree: Tree | undefined): Tree[] =>
  (tree?.children ?? []).filter((child): child is Tree => typeof child !== 'string')
export const child = (tree: Tree | undefined, name: string) => elements(tree).find((one) => one.name === name)

type Json = Record<string, unknown>

/** A resource of the published cases, as JSON. https://hl7.org/fhir/R4/json.html */
export function resourceOf(tree: Tree, definitions: Definitions): Json & { resourceType: string } {
  return { resourceType: tree.name, ...objectOf(tree, tree.name, definitions) }
}

function objectOf(tree: Tree, type: string, definitions: Definitions): Json {
  const json: Json = {}
  for (const name of ['id', 'url']) if (tree.attributes[name] !== undefined) json[name] = tree.attributes[name]
  for (const one of elements(tree)) {
    const found = definitions.type(type)?.properties.get(one.name)
    if (!found) throw new Error(`${type} has no ${one.name}`)
    const { isArray } = found.element
    const code = found.type.code
    if (definitions.type(code)?.kind === 'primitive') {
      const extensions = elements(one).length > 0 && code !== 'xhtml' ? objectOf(one, code, definitions) : undefined
      put(json, one.name, code === 'xhtml' ? markup(one) : primitive(one.attributes.value, code), isArray)
      if (extensions) put(json, `_${one.name}`, extensions, isArray)
    } else put(json, one.name, objectOf(one, code, definitions), isArray)
  }
  return json
}

function put(json: Json, name: string, value: unknown, isArray: boolean): void {
  if (!isArray) json[name] = value
  else json[name] = [...((json[name] as unknown[] | undefined) ?? []), value]
}

function primitive(text: string | undefined, type: string): unknown {
  if (text === undefined) return undefined
  if (type === 'boolean') return text === 'true'
  if (['integer', 'positiveInt', 'unsignedInt', 'decimal'].includes(type)) return Number(text)
  return text.startsWith('<div') ? markup(readTree(text)) : text
}

/** Narrative in one way of writing, so that two can be compared. */
function markup({ name, attributes, children }: Tree): string {
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`)
  const inner = children.map((one) => (typeof one === 'string' ? escaped(one) : markup(one)))
  return `<${name}${written.join('')}>${inner.join('')}</${name}>`
}
