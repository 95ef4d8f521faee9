import { constant, element, type XmlElement } from '../../xml/element.ts'
import { loinc } from '../codes/systems.ts'

const template = constant(element('templateId', { root: '2.16.840.1.113883.10.20.22.4.64' }))
const code = constant(element('code', { code: '48767-8', codeSystem: loinc, displayName: 'Annotation comment' }))

/** Comment Activity: the words are in the narrative, where `id` marks them. */
export function comment(id: string): XmlElement {
  return {
    name: 'entryRelationship',
    attributes: { typeCode: 'SUBJ', inversionInd: 'true' },
    children: [
      { name: 'act', attributes: { classCode: 'ACT', moodCode: 'EVN' }, children: [template, code, textReference(id)] },
    ],
  }
}

export function textReference(id: string): XmlElement {
  return { name: 'text', children: [{ name: 'reference', attributes: { value: `#${id}` } }] }
}
