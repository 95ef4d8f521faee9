import { Buffer } from 'node:buffer'
import { SaxesParser } from 'saxes'
import {
  type ExpandedElement,
  type ExpandedNode,
  type Hole,
  type Shape,
  type XmlElement,
  type XmlNode,
  type XmlPart,
  XmlTemplate,
  XmlWritten,
} from './element.ts'
import { keep } from './memory.ts'
import { partWriter, utf8 } from './serialise.ts'

/**
 * Elements of a fixed shape, written as the XML they become:
 *
 *     xml`<text><reference value="#${id}"/></text>`
 *
 * A node of the tree like any other, and plain values: what stands between the holes was made text once, when the program
 * first came by; what stands in the holes is escaped by the serialiser like everything else. So a shape costs its holes,
 * however many elements it has, and markup gets into a document only by being written into the program.
 *
 * A hole is an attribute's value, or the end of one, or content between tags. An attribute whose hole is `undefined` is not
 * written; as content, `undefined` and `false` are nothing. White space between tags that has a line break in it is the
 * program's, not the document's. docs/decisions/0071-shapes-with-holes.md
 */
export function xml(strings: TemplateStringsArray, ...values: Hole[]): XmlTemplate {
  return new XmlTemplate(shapes.get(strings) ?? known(strings), values)
}

/**
 * The same for a shape that the program puts together: the name of an element is an argument. Made once, and kept for as long
 * as the program runs, so nothing of a record may be in it.
 */
export function shape(...strings: readonly string[]): (...values: Hole[]) => XmlTemplate {
  const made = compile(strings)
  return (...values) => new XmlTemplate(made, values)
}

/** For an element that a document repeats: its text is made here, once. */
export function constant(repeated: XmlElement | XmlTemplate): XmlTemplate {
  return new XmlTemplate({ inAttribute: [false], texts: noTexts, expanded: () => expandNode(repeated) }, [
    writtenConstant(repeated),
  ])
}
const writtenConstant = partWriter()
/** Around one hole. */
const noTexts: readonly number[] = Array.from({ length: 16 }, () => 0)

/** The element with every template in it written out as elements, for whoever walks a tree. */
export function expand(element: XmlPart): ExpandedElement {
  const [first, ...others] = expandNode(element)
  if (first === undefined || typeof first === 'string' || others.length > 0) throw new Error('Not one element')
  return first
}

function expandNode(node: XmlNode): ExpandedNode[] {
  if (typeof node === 'string') return [node]
  if (node instanceof XmlTemplate) return node.shape.expanded(node.values)
  if (node instanceof XmlWritten) return readParts(node.bytes.subarray(node.start, node.end))
  const { name, attributes, children } = node
  return [{ name, attributes, children: children?.flatMap(expandNode) }]
}

const shapes = new Map<readonly string[], Shape>()
function known(strings: readonly string[]): Shape {
  const made = compile(strings)
  shapes.set(strings, made)
  return made
}

/** Text, an element, or the number of a hole. */
type Part = string | number | FixedElement
type FixedElement = { readonly name: string; readonly attributes: FixedAttribute[]; readonly children: Part[] }
/** `hole` is -1 where the text is all of the value. */
type FixedAttribute = { readonly name: string; readonly text: string; readonly hole: number }

function compile(strings: readonly string[]): Shape {
  const roots = parse(strings)
  /** Between the holes. */
  const fixed = ['']
  /** What a hole brings along before and after it when it is written, and what stands there when it is not. */
  const holes: { attribute: boolean; open: string; close: string; absent: string }[] = []
  const hole = (attribute: boolean, open: string, close: string, absent: string): void => {
    holes.push({ attribute, open, close, absent })
    fixed.push('')
  }
  const text = (more: string): void => void (fixed[fixed.length - 1] += more)
  const write = (part: Part): void => {
    if (typeof part === 'string') return text(part)
    if (typeof part === 'number') return hole(false, '', '', '')
    const { name, attributes, children } = part
    text(`<${name}`)
    for (const attribute of attributes)
      if (attribute.hole === -1) text(` ${attribute.name}="${attribute.text}"`)
      else hole(true, ` ${attribute.name}="${attribute.text}`, '"', '')
    if (children.length === 0) text('/>')
    else if (children.length === 1 && typeof children[0] === 'number') hole(false, '>', `</${name}>`, '/>')
    else {
      if (children.every((child) => typeof child === 'number'))
        throw new Error(`<${name}> may have nothing in it: put its holes into one`)
      text('>')
      children.forEach(write)
      text(`</${name}>`)
    }
  }
  roots.forEach(write)
  return {
    inAttribute: holes.map((one) => one.attribute),
    texts: fixed.flatMap((between, at) => {
      const [before, after] = [holes[at - 1], holes[at]]
      const starts = [before?.absent ?? '', before?.close ?? '']
      return starts.flatMap((start) => ['', after?.open ?? ''].flatMap((end) => keep(utf8(start + between + end))))
    }),
    expanded: (values) => roots.flatMap((part) => instance(part, values)),
  }
}

/** A hole; the start of a tag; an attribute; the end of a tag; an end tag; text. */
const token =
  // oxlint-disable-next-line no-control-regex
  /(\0)|<([A-Za-z][\w:.-]*)|\s+([A-Za-z][\w:.-]*)="([^"&<\0]*)(\0?)"|\s*(\/?>)|<\/([A-Za-z][\w:.-]*)>|([^<>&"\0]+)/y

function parse(strings: readonly string[]): Part[] {
  const source = strings.join('\0')
  const roots: Part[] = []
  const open: FixedElement[] = []
  let holes = 0
  let inTag = false
  token.lastIndex = 0
  while (token.lastIndex < source.length) {
    const at = token.lastIndex
    const found = token.exec(source)
    const here = open.at(-1)
    const [, hole, begin, attribute, value = '', ending, tagEnd, endTag, text] = found ?? []
    const inside = begin === undefined && endTag === undefined && text === undefined && hole === undefined
    if (!found || inTag !== inside || (endTag !== undefined && here?.name !== endTag))
      throw new Error(`No template, from here: ${source.slice(at, at + 60)}`)
    if (begin !== undefined) {
      const element = { name: begin, attributes: [], children: [] }
      ;(here?.children ?? roots).push(element)
      open.push(element)
      inTag = true
    } else if (attribute !== undefined)
      here?.attributes.push({ name: attribute, text: value, hole: ending === '' ? -1 : holes++ })
    else if (tagEnd !== undefined) {
      inTag = false
      if (tagEnd === '/>') open.pop()
    } else if (endTag !== undefined) open.pop()
    else if (hole !== undefined) (here?.children ?? roots).push(holes++)
    else if (text !== undefined && !/^\s*\n\s*$/.test(text)) (here?.children ?? roots).push(text)
  }
  if (open.length > 0) throw new Error(`No template: <${open.at(-1)?.name}> has no end`)
  return roots
}

function instance(part: Part, values: readonly Hole[]): ExpandedNode[] {
  if (typeof part === 'string') return [part]
  if (typeof part === 'number') {
    const value = values[part]
    const nodes = (value === '' ? [] : [value].flat()) as (XmlNode | undefined | false)[]
    return nodes.flatMap((node) => (node === undefined || node === false ? [] : expandNode(node)))
  }
  const attributes: Record<string, string> = {}
  for (const { name, text, hole } of part.attributes) {
    const value = hole === -1 ? '' : values[hole]
    if (typeof value === 'string') attributes[name] = text + value
  }
  return [{ name: part.name, attributes, children: part.children.flatMap((child) => instance(child, values)) }]
}

/** What was written here, as elements again. */
function readParts(text: Uint8Array): ExpandedNode[] {
  const roots: ExpandedNode[] = []
  const open: ExpandedNode[][] = [roots]
  const parser = new SaxesParser({ fragment: true, position: false })
  parser.on('opentag', ({ name, attributes }) => {
    const children: ExpandedNode[] = []
    open.at(-1)?.push({ name, attributes: { ...(attributes as Record<string, string>) }, children })
    open.push(children)
  })
  parser.on('closetag', () => void open.pop())
  parser.on('text', (more) => void open.at(-1)?.push(more))
  parser.write(Buffer.from(text.buffer, text.byteOffset, text.length).toString()).close()
  return roots
}
