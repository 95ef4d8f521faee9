/** The shared resources: practices, the hospital, their staff, and the appointment books. */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { clinicians, consultant, hospital, practices } from '../catalogue/places.ts'
import { type Day, instant } from '../dates.ts'
import { slotDays, slotMinutes, slotsADay, slotTime } from '../life/look-after.ts'
import type { Address, Clinician, Person } from '../person.ts'
import { coding, hl7, systems, usCore } from './shape.ts'

export function places(): Resource[] {
  return [
    ...practices.map((practice) => organization(practice, hl7('organization-type', 'prov', 'Healthcare Provider'))),
    organization(hospital, hl7('organization-type', 'prov', 'Healthcare Provider')),
    ...[...practices, hospital].map(location),
    ...[...clinicians, consultant].flatMap((clinician) => [practitioner(clinician), practitionerRole(clinician)]),
  ]
}

type Place = { id: string; odsCode: string; name: string; address: Address; phone: string }

const organization = ({ id, odsCode, name, address, phone }: Place, type: object): Resource => ({
  resourceType: 'Organization',
  id,
  ...usCore('us-core-organization'),
  identifier: [{ system: systems.odsCode, value: odsCode }],
  active: true,
  type: [type],
  name,
  telecom: [{ system: 'phone', value: phone, use: 'work' }],
  address: [addressOf(address)],
})

const location = ({ id, name, address, phone }: Place): Resource => ({
  resourceType: 'Location',
  id: `${id}-site`,
  ...usCore('us-core-location'),
  status: 'active',
  name,
  telecom: [{ system: 'phone', value: phone, use: 'work' }],
  address: addressOf(address),
  managingOrganization: { reference: `Organization/${id}` },
})

export const addressOf = ({ line, city, postcode }: Address) => ({
  line: [...line],
  city,
  postalCode: postcode,
  country: 'GB',
})

const practitioner = ({ id, prefix, given, family, sex }: Clinician): Resource => ({
  resourceType: 'Practitioner',
  id,
  ...usCore('us-core-practitioner'),
  identifier: [
    { system: 'https://fhir.nhs.uk/Id/sds-user-id', value: `5559${id.replace(/\D/g, '').padStart(8, '0')}` },
  ],
  active: true,
  name: [{ use: 'official', family, given: [given], prefix: [prefix] }],
  gender: sex,
})

const specialties = {
  gp: { code: '394814009', display: 'General practice' },
  nurse: { code: '394814009', display: 'General practice' },
  consultant: { code: '419192003', display: 'Internal medicine' },
}
const roles = {
  gp: hl7('practitioner-role', 'doctor', 'Doctor'),
  nurse: hl7('practitioner-role', 'nurse', 'Nurse'),
  consultant: hl7('practitioner-role', 'doctor', 'Doctor'),
}

const practitionerRole = ({ id, role, practiceId }: Clinician): Resource => ({
  resourceType: 'PractitionerRole',
  id: `${id}-role`,
  active: true,
  practitioner: { reference: `Practitioner/${id}` },
  organization: { reference: `Organization/${practiceId}` },
  code: [roles[role]],
  specialty: [{ coding: [coding('snomed', specialties[role])] }],
  location: [{ reference: `Location/${practiceId}-site` }],
})

/** One book for each clinician of a practice; a slot somebody has booked is busy. */
export function appointmentBooks(people: readonly Person[], asOf: Day): Resource[] {
  const busy = new Set(
    people.flatMap(({ history }) =>
      history.appointments
        .filter(({ status }) => status === 'booked')
        .map(({ clinician, day, minute }) => slotId(clinician, day, minute)),
    ),
  )
  const times = Array.from({ length: slotDays * slotsADay }, (_, n) => slotTime(asOf, n))
  const first = times[0]
  const last = times[times.length - 1]
  if (!first || !last) return []
  return clinicians.flatMap((clinician): Resource[] => [
    {
      resourceType: 'Schedule',
      id: `${clinician.id}-schedule`,
      active: true,
      serviceType: [{ text: 'General practice appointment' }],
      actor: [{ reference: `Practitioner/${clinician.id}` }, { reference: `Location/${clinician.practiceId}-site` }],
      planningHorizon: { start: instant(first.day, first.minute), end: instant(last.day, last.minute + slotMinutes) },
    },
    ...times.map(({ day, minute }): Resource => {
      const id = slotId(clinician, day, minute)
      return {
        resourceType: 'Slot',
        id,
        schedule: { reference: `Schedule/${clinician.id}-schedule` },
        status: busy.has(id) ? 'busy' : 'free',
        start: instant(day, minute),
        end: instant(day, minute + slotMinutes),
      }
    }),
  ])
}

export const slotId = ({ id }: Clinician, day: Day, minute: number) => `${id}-slot-${day.replaceAll('-', '')}-${minute}`
