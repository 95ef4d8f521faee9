import type { XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'

/** Comment Activity: the words are in the narrative, where `id` marks them. */
export function comment(id: string): XmlTemplate {
  return xml`<entryRelationship typeCode="SUBJ" inversionInd="true"><act classCode="ACT" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.64"/>
    <code code="48767-8" codeSystem="2.16.840.1.113883.6.1" displayName="Annotation comment"/>
    <text><reference value="#${id}"/></text>
  </act></entryRelationship>`
}

export function commentAct(id: string): XmlTemplate {
  return xml`<act classCode="ACT" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.64"/>
    <code code="48767-8" codeSystem="2.16.840.1.113883.6.1" displayName="Annotation comment"/>
    <text><reference value="#${id}"/></text>
  </act>`
}
