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
  /** Stands in a document many times as the very same object, and is small: its text is made once (see `constant`). */
  readonly constant?: true
}
export type XmlNode = XmlElement | string
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

/** For an element that a document repeats: the serialiser makes its text once for each document. */
export function constant(repeated: XmlElement): XmlElement {
  return { ...repeated, constant: true }
}
