import type { Resource } from '../../src/standards/fhir/types.ts'

/** Small resources that break no rule of R4, made here, with most shapes of element between them. */
export function validResources(): Resource[] {
  return structuredClone(resources)
}

const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] })
const resources: Resource[] = [
  {
    resourceType: 'Patient',
    id: 'p1',
    meta: { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'], tag: [{ code: 'test' }] },
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Made up</div>' },
    extension: [
      { url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace', valueAddress: { city: 'Leeds' } },
      {
        url: 'http://example.org/nested',
        extension: [
          { url: 'a', valueCode: 'b' },
          { url: 'c', valueBoolean: true },
        ],
      },
    ],
    identifier: [
      { use: 'official', system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009', period: { start: '2001' } },
    ],
    active: true,
    name: [
      { use: 'official', family: 'Example', given: ['Ann', 'Bee'], period: { start: '2010-01-01', end: '2011-01-01' } },
      { text: 'Ann Example', _text: { extension: [{ url: 'http://example.org/x', valueString: 'y' }] } },
    ],
    telecom: [{ system: 'phone', value: '01632960001', rank: 1 }],
    gender: 'female',
    birthDate: '1980-02-29',
    _birthDate: { extension: [{ url: 'http://example.org/time', valueDateTime: '1980-02-29T10:00:00Z' }] },
    deceasedBoolean: false,
    address: [{ line: ['1 Any Street'], postalCode: 'LS1 6AE' }],
    maritalStatus: { text: 'Single' },
    multipleBirthInteger: 2,
    photo: [{ contentType: 'image/png', data: 'AAAA' }],
    contact: [{ name: { family: 'Kin' }, gender: 'male' }],
    communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'en' }] }, preferred: true }],
    generalPractitioner: [{ reference: 'Practitioner/d1' }],
    managingOrganization: { reference: 'https://example.org/fhir/Organization/o1', type: 'Organization' },
    link: [{ other: { reference: 'Patient/p2' }, type: 'seealso' }],
  },
  {
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
    ],
    code: loinc('85354-9'),
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: '2020-01-01T10:00:00.5+01:00',
    issued: '2020-01-01T10:00:00Z',
    valueQuantity: { value: 6.3, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
    referenceRange: [{ low: { value: 4 }, high: { value: 7 } }],
    component: [{ code: loinc('8480-6'), valueString: 'x' }],
  },
  {
    resourceType: 'Condition',
    id: 'c1',
    contained: [{ resourceType: 'Practitioner', id: 'asserter', name: [{ family: 'Doc' }] }],
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
    },
    code: { text: 'Asthma' },
    subject: { reference: 'Patient/p1' },
    onsetAge: { value: 3, system: 'http://unitsofmeasure.org', code: 'a' },
    asserter: { reference: '#asserter' },
    note: [{ text: 'Mild', time: '2020-01-01' }],
  },
  {
    resourceType: 'AllergyIntolerance',
    id: 'a1',
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
    },
    type: 'allergy',
    category: ['food', 'environment'],
    criticality: 'high',
    code: { text: 'Peanut' },
    patient: { reference: 'Patient/p1' },
    onsetString: 'childhood',
    reaction: [{ manifestation: [{ text: 'Hives' }], severity: 'mild' }],
  },
  {
    resourceType: 'MedicationRequest',
    id: 'm1',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: { text: 'Salbutamol' },
    subject: { reference: 'Patient/p1' },
    authoredOn: '2020-01',
    dosageInstruction: [
      {
        timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
        doseAndRate: [{ doseQuantity: { value: 1 } }],
      },
    ],
  },
  {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: { reference: 'Patient/p1' },
    period: { start: '2020-01-01T10:00:00Z', end: '2020-01-01T10:20:00Z' },
    length: { value: 20, system: 'http://unitsofmeasure.org', code: 'min' },
    participant: [{ individual: { reference: 'Practitioner?identifier=x|y' } }],
  },
  {
    resourceType: 'Questionnaire',
    id: 'q1',
    status: 'draft',
    item: [
      {
        linkId: '1',
        type: 'group',
        item: [{ linkId: '1.1', type: 'choice', answerOption: [{ valueString: 'x' }, { valueInteger: 1 }] }],
      },
    ],
  },
  { resourceType: 'Organization', id: 'g1', name: 'Surgery', telecom: [{ system: 'phone', value: '1', use: 'work' }] },
  {
    resourceType: 'Parameters',
    parameter: [
      { name: 'a', valueBase64Binary: 'AAAA' },
      { name: 'b', resource: { resourceType: 'Binary', contentType: 'text/plain', data: 'AAAA' } },
      { name: 'c', part: [{ name: 'd', valueTime: '10:00:00' }] },
    ],
  },
  {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
        resource: { resourceType: 'Basic', code: { text: 'x' } },
        request: { method: 'POST', url: 'Basic' },
      },
      { request: { method: 'DELETE', url: 'Basic/1' } },
    ],
  },
]
