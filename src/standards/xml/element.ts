/**
 * XML as a tree of plain values. Built once, serialised once (serialise.ts), never edited as text.
 * Names are written as they stand, prefix included; namespaces are declared with `xmlns` attributes.
 * https://www.w3.org/TR/xml/
 */
export type XmlElement = {
  readonly name: string
  /** In document order; an attribute that is undefined is not written. */
  readonly attributes?: XmlAttributes | undefined
  /** Elements and text; text is escaped by the serialiser. */
  readonly children?: readonly XmlNode[] | undefined
}
export type XmlPart = XmlElement | XmlTemplate | XmlWritten
export type XmlNode = XmlPart | string
export type XmlAttributes = Readonly<Record<string, string | undefined>>

/** `undefined` and `false` children fall away, so that optional parts can be written in place. */
export function element(
  name: string,
  attributes?: XmlAttributes,
  ...children: (XmlNode | undefined | false)[]
): XmlElement {
  // In place: the array is this call's own, and most calls have something to leave out.
  let kept = 0
  for (const child of children) if (child !== undefined && child !== false) children[kept++] = child
  children.length = kept
  return { name, attributes, children: children as XmlNode[] }
}

/** Elements of a fixed shape with holes, and what stands in the holes: see template.ts, which makes them. */
export class XmlTemplate {
  readonly shape: Shape
  readonly values: readonly Hole[]
  constructor(shape: Shape, values: readonly Hole[]) {
    this.shape = shape
    this.values = values
  }
}

/** Part of a document that was written before the rest: its bytes, among others of the same memory. See template.ts. */
export class XmlWritten {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes
    this.start = start
    this.end = end
  }
}
export type Hole = XmlNode | undefined | false | readonly (XmlNode | undefined | false)[]

export type Shape = {
  /** For each hole: whether it is in an attribute. */
  readonly inAttribute: readonly boolean[]
  /**
   * The text before each hole, and after the last: four of each, by what depends on the holes beside it. Of each, where it
   * is in memory (memory.ts) and its length, at `8 * i + 4 * (the hole before is written) + 2 * (the hole after is written)`.
   */
  readonly texts: readonly number[]
  /** The same as elements. */
  readonly expanded: (values: readonly Hole[]) => ExpandedNode[]
}

/** An element with no template in it. */
export type ExpandedElement = {
  readonly name: string
  readonly attributes?: XmlAttributes | undefined
  readonly children?: readonly ExpandedNode[] | undefined
}
export type ExpandedNode = ExpandedElement | string
