import { element, type XmlElement } from '../../xml/element.ts'

/** A template's ids: with its version, and without for readers that know the one before (C-CDA R2.1, 1.8 Compatibility). */
export function templates(root: string, extension?: string): XmlElement[] {
  const id = `2.16.840.1.113883.10.20.22.${root}`
  return extension === undefined
    ? [element('templateId', { root: id })]
    : [element('templateId', { root: id }), element('templateId', { root: id, extension })]
}
