import { element, type XmlTemplate } from '../../xml/element.ts'
import { constant } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import type { Item } from '../record.ts'
import { templates } from './template.ts'

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
  const made = constant(
    element(
      'entryRelationship',
      { typeCode: 'REFR' },
      element(
        'act',
        { classCode: 'ACT', moodCode: 'EVN' },
        templates('4.122'),
        desk.id(encounter),
        element('code', { nullFlavor: 'NP' }),
        element('statusCode', { code: 'completed' }),
      ),
    ),
  )
  desk.encounterLinks.set(encounter, made)
  return made
}
