import type { Bundle, Resource } from '../../src/standards/fhir/types.ts'
import { nhsNumberFrom } from '../../src/standards/nhs/nhs-number.ts'
import { filterRecord } from '../../simulators/nhs/gp-connect/filter-record.ts'
import type { Consumer, SimulatedPatient, SimulatedPractice, World } from '../../simulators/nhs/world.ts'

/** The n-th NHS number of the test range that checks. */
export function aNhsNumber(n: number): string {
  let found = -1
  for (let nine = 999_000_000; ; nine++) {
    const number = nhsNumberFrom(String(nine))
    if (number && ++found === n) return number
  }
}

export const aPractice = (over: Partial<SimulatedPractice> = {}): SimulatedPractice => ({
  odsCode: 'A20047',
  name: 'Dr Legg and partners',
  asid: '200000000205',
  partyKey: 'A20047-821603',
  address: 'https://a20047.provider.example/A20047/STU3/1/gpconnect/structured/fhir',
  ...over,
})

export const aConsumer = (over: Partial<Consumer> = {}): Consumer => ({
  odsCode: 'RR8',
  name: 'Leeds Teaching Hospitals',
  asid: '200000000115',
  commonName: 'rr8.gateway.example',
  communities: ['urn:oid:2.16.840.1.113883.3.1'],
  ...over,
})

export type PatientOver = Partial<Pick<SimulatedPatient, 'pdsState' | 'gpConnect'>> & {
  readonly family?: string
  readonly given?: string
  readonly birthDate?: string
  readonly postcode?: string
  readonly practice?: string | { readonly odsCode: string; readonly end: string }
  readonly deceased?: string
  readonly record?: (nhsNumber: string) => Bundle
}

export function aPatient(n: number, over: PatientOver = {}): SimulatedPatient {
  const nhsNumber = aNhsNumber(n)
  const { practice = 'A20047', family = 'Smith', given = 'Jane', birthDate = '1980-01-02' } = over
  const gp = typeof practice === 'string' ? { odsCode: practice, end: undefined } : practice
  const name = [{ use: 'usual', family, given: [given], prefix: ['Mrs'], period: { start: '1990-01-01' } }]
  const pds: Resource = {
    resourceType: 'Patient',
    id: nhsNumber,
    meta: { versionId: '2' },
    identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: nhsNumber }],
    name,
    gender: 'female',
    birthDate,
    address: [{ use: 'home', line: ['1 Trevelyan Square', 'Leeds'], postalCode: over.postcode ?? 'LS1 6AE' }],
    telecom: [{ system: 'phone', value: '01632960587', use: 'home' }],
    ...(over.deceased && { deceasedDateTime: over.deceased }),
    ...(practice !== '' && {
      generalPractitioner: [
        {
          type: 'Organization',
          identifier: {
            system: 'https://fhir.nhs.uk/Id/ods-organization-code',
            value: gp.odsCode,
            period: { start: '2000-01-01', ...(gp.end && { end: gp.end }) },
          },
        },
      ],
    }),
  }
  return {
    nhsNumber,
    pds,
    ...(over.pdsState && { pdsState: over.pdsState }),
    ...(over.gpConnect && { gpConnect: over.gpConnect }),
    record: (request) =>
      filterRecord(over.record?.(nhsNumber) ?? aGpRecord(nhsNumber, { family, given, birthDate }), request),
  }
}

/** A small record with something in most areas, as a practice's system would hold it. */
export function aGpRecord(
  nhsNumber: string,
  { family, given, birthDate }: { family: string; given: string; birthDate: string },
): Bundle {
  const resource = (resourceType: string, id: string, content: object): Resource => ({ resourceType, id, ...content })
  const list = (code: string, ...references: string[]): Resource => ({
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
    code: { coding: [{ system: 'http://snomed.info/sct', code }] },
    subject: { reference: 'Patient/p' },
    entry: references.map((reference) => ({ item: { reference } })),
  })
  const resources: Resource[] = [
    resource('Patient', 'p', {
      identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: nhsNumber }],
      name: [{ use: 'official', family, given: [given] }],
      gender: 'female',
      birthDate,
      managingOrganization: { reference: 'Organization/o' },
    }),
    resource('Organization', 'o', { name: 'Dr Legg and partners' }),
    resource('Practitioner', 'gp', { name: [{ family: 'Legg' }] }),
    list('886921000000105', 'AllergyIntolerance/a1'),
    list('1103671000000101', 'AllergyIntolerance/a2'),
    resource('AllergyIntolerance', 'a1', { clinicalStatus: 'active', asserter: { reference: 'Practitioner/gp' } }),
    resource('AllergyIntolerance', 'a2', { clinicalStatus: 'resolved' }),
    list('933361000000108', 'MedicationStatement/s1', 'MedicationStatement/s2'),
    resource('MedicationStatement', 's1', {
      status: 'active',
      effectivePeriod: { start: '2024-01-01' },
      basedOn: [{ reference: 'MedicationRequest/plan' }],
      medicationReference: { reference: 'Medication/m' },
    }),
    resource('MedicationStatement', 's2', {
      status: 'completed',
      effectivePeriod: { start: '2010-01-01', end: '2010-02-01' },
    }),
    resource('MedicationRequest', 'plan', { intent: 'plan', medicationReference: { reference: 'Medication/m' } }),
    resource('MedicationRequest', 'order', { intent: 'order', basedOn: [{ reference: 'MedicationRequest/plan' }] }),
    resource('Medication', 'm', { code: { text: 'Amoxicillin 500mg capsules' } }),
    list('1102181000000102', 'Immunization/i1', 'Immunization/i2'),
    resource('Immunization', 'i1', { notGiven: false }),
    resource('Immunization', 'i2', { notGiven: true }),
    list('717711000000103', 'Condition/c1', 'Condition/c2'),
    resource('Condition', 'c1', { clinicalStatus: 'active' }),
    resource('Condition', 'c2', { clinicalStatus: 'inactive' }),
    list('1149501000000101', 'Encounter/e1', 'Encounter/e2'),
    resource('Encounter', 'e1', { period: { start: '2024-03-01T09:00:00Z' } }),
    resource('Encounter', 'e2', { period: { start: '2023-03-01T09:00:00Z' } }),
    { ...list('325851000000107', 'List/t1'), id: 'k1', encounter: { reference: 'Encounter/e1' } },
    { ...list('25851000000105', 'Observation/b1'), id: 't1' },
    resource('Observation', 'b1', { comment: 'Seen in surgery', valueQuantity: { value: 1.5 } }),
  ]
  return { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) }
}

export function aWorld(
  patients: readonly SimulatedPatient[],
  over: { practices?: readonly SimulatedPractice[]; consumers?: readonly Consumer[] } = {},
): World {
  const { practices = [aPractice()], consumers = [aConsumer()] } = over
  return {
    patients: new Map(patients.map((patient) => [patient.nhsNumber, patient])),
    practices: new Map(practices.map((practice) => [practice.odsCode, practice])),
    consumers,
  }
}
