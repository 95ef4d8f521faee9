import type { Resource } from '../../src/standards/fhir/types.ts'
import { nhsNumberSystem } from '../../src/standards/nhs/nhs-number.ts'
import { odsCodeSystem } from '../../src/standards/nhs/ods-code.ts'
import { hospital, practices } from '../people/catalogue/places.ts'
import { gpRecord, type Include } from '../people/gp-record.ts'
import type { Person, Practice, Special } from '../people/person.ts'
import { population } from '../people/population.ts'
import type { RecordRequest } from './gp-connect/parameters.ts'
import type { Consumer, GpConnectBehaviour, SimulatedPatient, SimulatedPractice, World } from './world.ts'

/** What the simulated EHR's community is called. */
export const madeCommunity = 'urn:oid:1.2.840.114350.1.13.999'

/** The made people of a seed as PDS and their practices know them; their hospital is who asks. */
export function madeWorld(wish: {
  readonly seed: number | string
  readonly people: number
  /** Who asks; the made hospital when absent. */
  readonly consumers?: readonly Consumer[]
}): World {
  const patients = population(wish.seed, wish.people).flatMap(patientsOf)
  return {
    patients: new Map(patients.map((patient) => [patient.nhsNumber, patient])),
    practices: new Map(practices.map((practice, index) => [practice.odsCode, practiceOf(practice, index)])),
    consumers: wish.consumers ?? [madeHospital],
  }
}

export const madeHospital: Consumer = {
  odsCode: hospital.odsCode,
  name: hospital.name,
  asid: '200000000115',
  commonName: `${hospital.odsCode.toLowerCase()}.gateway.example`,
  communities: [madeCommunity],
}

function practiceOf(practice: Practice, index: number): SimulatedPractice {
  const code = practice.odsCode
  return {
    odsCode: code,
    name: practice.name,
    asid: String(918_999_198_700 + index),
    partyKey: `${code}-82160${index}`,
    address: `https://${practice.supplier}.provider.example/${code}/STU3/1/gpconnect/structured/fhir`,
    // One of them asks others too: who takes the first Device that SDS gives is sent away.
    ...(index === 0 && { consumerAsid: '918999198999' }),
  }
}

/** What the record itself does not show already. */
const behaviours: Partial<Record<Special, GpConnectBehaviour>> = {
  dissent: 'dissent',
  slow: 'slow',
  failing: 'failing',
}

function patientsOf(person: Person): SimulatedPatient[] {
  const { special, newNhsNumber } = person
  const behaviour = special && behaviours[special]
  const patient: SimulatedPatient = {
    nhsNumber: newNhsNumber ?? person.nhsNumber,
    pds: pdsPatient(person, newNhsNumber ?? person.nhsNumber),
    ...((special === 'restricted' || special === 'invalidated') && { pdsState: special }),
    ...(behaviour && { gpConnect: behaviour }),
    record: (request) => gpRecord(person, { include: includeOf(request) }),
  }
  if (!newNhsNumber) return [patient]
  return [{ ...patient, nhsNumber: person.nhsNumber, pdsState: { supersededBy: newNhsNumber } }, patient]
}

/** The parameters a provider has checked, in the words of the made records. */
function includeOf({ areas, problemFilters }: RecordRequest): Include {
  const parts = (area: Parameters<typeof areas.get>[0]) => {
    const found = areas.get(area)
    return found && Object.fromEntries(found)
  }
  const include = {
    allergies: parts('includeAllergies'),
    medication: parts('includeMedication'),
    consultations: parts('includeConsultations'),
    problems: areas.has('includeProblems')
      ? {
          filters: problemFilters.map(({ status, significance }) => ({
            ...(status && { filterStatus: status }),
            ...(significance && { filterSignificance: significance }),
          })),
        }
      : undefined,
    immunisations: parts('includeImmunisations'),
    uncategorisedData: parts('includeUncategorisedData'),
    investigations: parts('includeInvestigations'),
    referrals: parts('includeReferrals'),
    diaryEntries: parts('includeDiaryEntries'),
  }
  return Object.fromEntries(Object.entries(include).filter(([, value]) => value !== undefined)) as Include
}

/** https://digital.nhs.uk/developer/api-catalogue/personal-demographics-service-fhir#get-/Patient/-id- */
function pdsPatient(person: Person, nhsNumber: string): Resource {
  const start = person.birthDate
  const name = (use: string, family: string) => ({
    id: use,
    use,
    period: { start },
    family,
    given: [...person.given],
    ...(person.prefix && { prefix: [person.prefix] }),
  })
  const telecom = [
    { id: '1', period: { start }, system: 'phone', value: person.phone, use: 'home' },
    ...(person.mobile ? [{ id: '2', period: { start }, system: 'phone', value: person.mobile, use: 'mobile' }] : []),
    ...(person.email ? [{ id: '3', period: { start }, system: 'email', value: person.email, use: 'home' }] : []),
  ]
  const { line, city, postcode } = person.address
  return {
    resourceType: 'Patient',
    id: nhsNumber,
    meta: { versionId: '2' },
    identifier: [
      {
        system: nhsNumberSystem,
        value: nhsNumber,
        extension: [
          {
            url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus',
            valueCodeableConcept: {
              coding: [
                {
                  system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus',
                  version: '1.0.0',
                  code: '01',
                  display: 'Number present and verified',
                },
              ],
            },
          },
        ],
      },
    ],
    name: [name('usual', person.family), ...(person.formerFamily ? [name('maiden', person.formerFamily)] : [])],
    gender: person.sex,
    birthDate: person.birthDate,
    // PDS writes the town as the last line.
    address: [{ id: '4', period: { start }, use: 'home', line: [...line, city.toUpperCase()], postalCode: postcode }],
    telecom,
    ...(person.deathDate && { ...death(person.deathDate) }),
    ...(person.special !== 'no-gp' && { generalPractitioner: [registration(person)] }),
  }
}

function registration(person: Person) {
  const end = person.special === 'ended-gp' ? { end: person.asOf } : {}
  return {
    id: '5',
    type: 'Organization',
    identifier: { system: odsCodeSystem, value: person.practice.odsCode, period: { start: person.registered, ...end } },
  }
}

function death(day: string) {
  const at = `${day}T00:00:00+00:00`
  const status = {
    system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-DeathNotificationStatus',
    version: '1.0.0',
    code: '2',
    display: 'Formal - death notice received from Registrar of Deaths',
  }
  return {
    deceasedDateTime: at,
    extension: [
      {
        url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeathNotificationStatus',
        extension: [
          { url: 'deathNotificationStatus', valueCodeableConcept: { coding: [status] } },
          { url: 'systemEffectiveDate', valueDateTime: at },
        ],
      },
    ],
  }
}
