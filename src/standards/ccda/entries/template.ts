import { constant, element, type XmlElement } from '../../xml/element.ts'

/** A template's ids: with its version, and without for readers that know the one before (C-CDA R2.1, 1.8 Compatibility). */
export function templates(root: string, extension?: string): readonly XmlElement[] {
  const key = extension === undefined ? root : `${root}:${extension}`
  const known = made.get(key)
  if (known) return known
  const id = `2.16.840.1.113883.10.20.22.${root}`
  const elements = [constant(element('templateId', { root: id }))]
  if (extension !== undefined) elements.push(constant(element('templateId', { root: id, extension })))
  made.set(key, elements)
  return elements
}
const made = new Map<string, readonly XmlElement[]>()
