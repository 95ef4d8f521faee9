import type { XmlTemplate } from '../../xml/element.ts'
import { shape } from '../../xml/template.ts'

/** A template's ids: with its version, and without for readers that know the one before (C-CDA R2.1, 1.8 Compatibility). */
export function templates(root: string, extension?: string): XmlTemplate {
  let ofRoot = made.get(root)
  if (!ofRoot) made.set(root, (ofRoot = new Map()))
  const known = ofRoot.get(extension)
  if (known) return known
  const id = `2.16.840.1.113883.10.20.22.${root}`
  const versioned = extension === undefined ? '' : `<templateId root="${id}" extension="${extension}"/>`
  const template = shape(`<templateId root="${id}"/>${versioned}`)()
  ofRoot.set(extension, template)
  return template
}
const made = new Map<string, Map<string | undefined, XmlTemplate>>()
