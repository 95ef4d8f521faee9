/** https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured_development_allergies.html */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { noKnownAllergy } from '../catalogue/allergies.ts'
import type { Allergy } from '../person.ts'
import type { Item } from './item.ts'
import { practitionerRef } from './people.ts'
import { gpc, snomed, type Writer } from './shape.ts'

export function allergyItems(writer: Writer): Item[] {
  const { allergies, noKnownAllergy: none } = writer.person.history
  const items = allergies.map(
    (allergy): Item => ({
      area: 'allergies',
      key: allergy.key,
      day: allergy.recorded,
      consultation: allergy.consultation,
      main: allergyIntolerance(writer, allergy),
      others: [],
      ...(allergy.ended && { ended: true }),
      heading: 'History',
    }),
  )
  if (none)
    items.push({
      area: 'allergies',
      key: 'no-known-allergy',
      day: none.day,
      consultation: none.consultation,
      main: noKnown(writer, none),
      others: [],
      heading: 'History',
    })
  return items
}

function allergyIntolerance(writer: Writer, allergy: Allergy): Resource {
  const { ended, reaction, severity } = allergy
  return {
    ...writer.head('AllergyIntolerance', allergy.key),
    extension: [
      associated(writer, allergy.consultation),
      ...(ended
        ? [
            {
              url: gpc('AllergyIntoleranceEnd'),
              extension: [
                { url: 'endDate', valueDateTime: ended },
                { url: 'reasonEnded', valueString: 'Tolerates it now' },
              ],
            },
          ]
        : []),
    ],
    clinicalStatus: ended ? 'resolved' : 'active',
    verificationStatus: 'unconfirmed',
    // The specification knows only these two, and food is "environment".
    category: [allergy.category === 'medication' ? 'medication' : 'environment'],
    code: snomed(allergy.concept),
    patient: writer.subject,
    onsetDateTime: allergy.recorded,
    assertedDate: allergy.recorded,
    recorder: practitionerRef(writer, writer.person.gp),
    ...(reaction && { reaction: [{ manifestation: [snomed(reaction)], ...(severity && { severity }) }] }),
  }
}

export function noKnown(writer: Writer, { day, consultation }: { day: string; consultation: string }): Resource {
  return {
    ...writer.head('AllergyIntolerance', 'no-known-allergy'),
    extension: [associated(writer, consultation)],
    clinicalStatus: 'active',
    verificationStatus: 'unconfirmed',
    category: ['medication'],
    code: snomed(noKnownAllergy),
    patient: writer.subject,
    assertedDate: day,
    recorder: practitionerRef(writer, writer.person.gp),
  }
}

const associated = (writer: Writer, consultation: string) => ({
  url: 'http://hl7.org/fhir/StructureDefinition/encounter-associatedEncounter',
  valueReference: writer.ref('Encounter', consultation),
})
