/** The patient, the practice and its staff. */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { hospital } from '../catalogue/places.ts'
import { addYears } from '../dates.ts'
import type { Address, Clinician } from '../person.ts'
import { codeSystem, gpc, nhs, profile, sharedId, type Writer } from './shape.ts'

export function patient(writer: Writer): Resource {
  const { person, manner } = writer
  return {
    resourceType: 'Patient',
    id: writer.id('patient'),
    meta: { versionId: '1', ...profile('Patient') },
    extension: [
      {
        url: gpc('RegistrationDetails'),
        extension: [
          { url: 'registrationPeriod', valuePeriod: { start: person.registered } },
          { url: 'registrationType', valueCodeableConcept: nhs('CareConnect-RegistrationType', 'R', 'Regular') },
          {
            url: 'preferredBranchSurgery',
            valueReference: { reference: `Location/${sharedId(manner, `${person.practice.id}-site`)}` },
          },
        ],
      },
    ],
    identifier: [
      {
        extension: [
          {
            url: gpc('NHSNumberVerificationStatus'),
            valueCodeableConcept: nhs('CareConnect-NHSNumberVerificationStatus', '01', 'Number present and verified'),
          },
        ],
        system: 'https://fhir.nhs.uk/Id/nhs-number',
        value: person.newNhsNumber ?? person.nhsNumber,
      },
    ],
    active: true,
    name: [
      {
        use: 'official',
        text: `${person.given.join(' ')} ${person.family}`,
        family: person.special === 'mismatch' ? `${person.family}-Else` : person.family,
        given: [...person.given],
        prefix: [person.prefix],
      },
      ...(person.formerFamily ? [{ use: 'old', family: person.formerFamily, given: [...person.given] }] : []),
    ],
    telecom: [
      { system: 'phone', value: person.phone, use: 'home' },
      ...(person.mobile ? [{ system: 'phone', value: person.mobile, use: 'mobile' }] : []),
    ],
    gender: person.sex,
    // A wrong record under the right number is what the asking side has to notice.
    birthDate: person.special === 'mismatch' ? addYears(person.birthDate, -7) : person.birthDate,
    ...(person.deathDate && { deceasedDateTime: person.deathDate }),
    address: [{ use: 'home', type: 'physical', ...addressOf(person.address) }],
    generalPractitioner: [practitionerRef(writer, person.gp)],
    managingOrganization: practiceRef(writer),
  }
}

const addressOf = ({ line, city, postcode }: Address) => ({ line: [...line], city, postalCode: postcode })

export const practiceRef = ({ person, manner }: Writer) => ({
  reference: `Organization/${sharedId(manner, person.practice.id)}`,
})
export const hospitalRef = ({ manner }: Writer) => ({ reference: `Organization/${sharedId(manner, hospital.id)}` })
export const practitionerRef = ({ manner }: Writer, { id }: Clinician) => ({
  reference: `Practitioner/${sharedId(manner, id)}`,
})
export const locationRef = ({ person, manner }: Writer) => ({
  reference: `Location/${sharedId(manner, `${person.practice.id}-site`)}`,
})

export function practice(writer: Writer): Resource[] {
  const { practice, special: _ } = writer.person
  const id = sharedId(writer.manner, practice.id)
  const telecom = [{ system: 'phone', value: practice.phone, use: 'work' }]
  return [
    {
      resourceType: 'Organization',
      id,
      meta: { versionId: '1', ...profile('Organization') },
      extension: [{ url: gpc('MainLocation'), valueReference: locationRef(writer) }],
      identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: practice.odsCode }],
      active: true,
      type: [{ ...nhs('GPConnect-OrganisationType', 'gp-practice', 'GP Practice') }],
      name: practice.name,
      telecom,
      address: [{ use: 'work', type: 'physical', ...addressOf(practice.address) }],
    },
    {
      resourceType: 'Location',
      id: sharedId(writer.manner, `${practice.id}-site`),
      meta: { versionId: '1', ...profile('Location') },
      status: 'active',
      name: practice.name,
      telecom,
      address: { use: 'work', type: 'physical', ...addressOf(practice.address) },
      managingOrganization: { reference: `Organization/${id}` },
    },
  ]
}

export const hospitalOrganization = (writer: Writer): Resource => ({
  resourceType: 'Organization',
  id: sharedId(writer.manner, hospital.id),
  meta: { versionId: '1', ...profile('Organization') },
  identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: hospital.odsCode }],
  name: hospital.name,
  telecom: [{ system: 'phone', value: hospital.phone, use: 'work' }],
  address: [{ use: 'work', ...addressOf(hospital.address) }],
})

const roles = {
  gp: ['R0260', 'General Medical Practitioner'],
  nurse: ['R0600', 'Nurse'],
  consultant: ['R0050', 'Consultant'],
} as const

export function staff(writer: Writer, clinician: Clinician): Resource[] {
  const { manner, person } = writer
  const id = sharedId(manner, clinician.id)
  const [code, display] = roles[clinician.role]
  const organization =
    clinician.role === 'consultant'
      ? hospitalRef(writer)
      : { reference: `Organization/${sharedId(manner, person.practice.id)}` }
  return [
    {
      resourceType: 'Practitioner',
      id,
      meta: { versionId: '1', ...profile('Practitioner') },
      name: [{ use: 'official', family: clinician.family, given: [clinician.given], prefix: [clinician.prefix] }],
      gender: clinician.sex,
    },
    {
      resourceType: 'PractitionerRole',
      id: sharedId(manner, `${clinician.id}-role`),
      meta: { versionId: '1', ...profile('PractitionerRole') },
      practitioner: { reference: `Practitioner/${id}` },
      organization,
      code: [{ coding: [{ system: codeSystem('CareConnect-SDSJobRoleName'), code, display }] }],
    },
  ]
}
