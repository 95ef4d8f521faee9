/** https://hl7.org/fhir/us/core/STU5.0.1/StructureDefinition-us-core-patient.html, with the NHS number as identifier. */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { instant } from '../dates.ts'
import type { Person } from '../person.ts'
import { addressOf } from './places.ts'
import { hl7, systems, usCore } from './shape.ts'

const extension = (name: string) => `http://hl7.org/fhir/us/core/StructureDefinition/${name}`
const omb = 'urn:oid:2.16.840.1.113883.6.238'

export function patient(person: Person): Resource {
  const { ethnicity, sex } = person
  return {
    resourceType: 'Patient',
    id: person.id,
    ...usCore('us-core-patient'),
    extension: [
      {
        url: extension('us-core-race'),
        extension: [
          // Other Race is not one of the five categories; the text says it.
          ...(ethnicity.race.code === '2131-1'
            ? []
            : [{ url: 'ombCategory', valueCoding: { system: omb, ...ethnicity.race } }]),
          { url: 'text', valueString: ethnicity.text },
        ],
      },
      {
        url: extension('us-core-ethnicity'),
        extension: [
          {
            url: 'ombCategory',
            valueCoding: ethnicity.hispanic
              ? { system: omb, code: '2135-2', display: 'Hispanic or Latino' }
              : { system: omb, code: '2186-5', display: 'Not Hispanic or Latino' },
          },
          { url: 'text', valueString: ethnicity.text },
        ],
      },
      { url: extension('us-core-birthsex'), valueCode: sex === 'male' ? 'M' : 'F' },
    ],
    identifier: [{ use: 'official', system: systems.nhsNumber, value: person.nhsNumber }],
    active: !person.deathDate,
    name: [
      { use: 'official', family: person.family, given: [...person.given], prefix: [person.prefix] },
      ...(person.formerFamily ? [{ use: 'maiden', family: person.formerFamily, given: [...person.given] }] : []),
    ],
    telecom: [
      { system: 'phone', value: person.phone, use: 'home' },
      ...(person.mobile ? [{ system: 'phone', value: person.mobile, use: 'mobile' }] : []),
      ...(person.email ? [{ system: 'email', value: person.email, use: 'home' }] : []),
    ],
    gender: sex,
    birthDate: person.birthDate,
    ...(person.deathDate && { deceasedDateTime: instant(person.deathDate, 1_000) }),
    address: [{ use: 'home', ...addressOf(person.address) }],
    maritalStatus: person.married ? hl7('v3-MaritalStatus', 'M', 'Married') : hl7('v3-MaritalStatus', 'U', 'unmarried'),
    communication: [
      { language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'en', display: 'English' }] }, preferred: true },
    ],
    generalPractitioner: [{ reference: `Practitioner/${person.gp.id}` }],
    managingOrganization: { reference: `Organization/${person.practice.id}` },
  }
}
