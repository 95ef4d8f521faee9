import type { XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import type { Item } from '../record.ts'

/**
 * Entry Reference to the encounter that an item was recorded in, by the id of that encounter's entry.
 * https://hl7.org/cda/us/ccda/ 2.16.840.1.113883.10.20.22.4.122
 */
export function encounterLink({ encounter }: Pick<Item, 'encounter'>, desk: Desk): XmlTemplate | undefined {
  if (encounter === undefined) return undefined
  const known = desk.encounterLinks.get(encounter)
  if (known !== undefined) return known
  // One that is not in this document is nowhere to be found by its id.
  if (desk.item(encounter) === undefined) return undefined
  const made = entryReference(desk.id(encounter))
  desk.encounterLinks.set(encounter, made)
  return made
}

/** Entry Reference to another entry of this document, by its id. */
export function entryReference(id: XmlTemplate): XmlTemplate {
  return xml`<entryRelationship typeCode="REFR"><act classCode="ACT" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.122"/>
    ${id}
    <code nullFlavor="NP"/>
    <statusCode code="completed"/>
  </act></entryRelationship>`
}
