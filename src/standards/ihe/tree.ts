import { element, type XmlElement, type XmlNode } from '../xml/element.ts'

export type Xml = XmlElement
type Child = XmlNode | undefined | '' | readonly (XmlNode | undefined)[]

/** `element` for messages full of optional and repeating parts: undefined and empty children fall away, lists are laid flat. */
export function xml(name: string, attributes: Readonly<Record<string, string | undefined>>, ...children: Child[]): Xml {
  return element(name, attributes, ...children.flat().filter((child) => child !== undefined && child !== ''))
}
