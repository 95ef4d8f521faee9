import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFhirServer } from '../../../../test/harness/fhir.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { createValidator } from '../../../standards/fhir/validation/validator.ts'

const { ask, errors } = await testFhirServer()

const put = (resource: { resourceType: string; id: string }) =>
  ask('PUT', `/${resource.resourceType}/${resource.id}`, resource)
const strict = { prefer: 'handling=strict' }
const ref = (reference: string) => ({ reference })

for (const resource of [
  { resourceType: 'Organization', id: 'trust', name: 'Trust' },
  { resourceType: 'Organization', id: 'ward', name: 'Ward', partOf: ref('Organization/trust') },
  { resourceType: 'Practitioner', id: 'dr', name: [{ family: 'House' }] },
  {
    resourceType: 'Patient',
    id: 'pat',
    gender: 'male',
    managingOrganization: ref('Organization/ward'),
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  },
  {
    resourceType: 'Encounter',
    id: 'enc',
    status: 'finished',
    class: { code: 'AMB' },
    subject: ref('Patient/pat'),
    serviceProvider: ref('Organization/ward'),
  },
  {
    resourceType: 'Observation',
    id: 'obs',
    status: 'final',
    code: { text: 'x' },
    subject: ref('Patient/pat'),
    encounter: ref('Encounter/enc'),
    performer: [ref('Practitioner/dr'), ref('Patient/gone')],
    valueString: 'v',
    note: [{ text: 'n' }],
  },
])
  await put(resource)

const included = async (query: string) => {
  const { json, status, text } = await ask('GET', query)
  assert.equal(status, 200, text)
  type Entry = { search: { mode: string }; resource: { resourceType: string; id: string } }
  return (json.entry ?? [])
    .filter((entry: Entry) => entry.search.mode === 'include')
    .map((entry: Entry) => `${entry.resource.resourceType}/${entry.resource.id}`)
    .sort()
}

test('_include brings what the matches refer to, and no more', async () => {
  assert.deepEqual(await included('/Observation?_include=Observation:subject'), ['Patient/pat'])
  assert.deepEqual(await included('/Observation?_include=Observation:performer:Practitioner'), ['Practitioner/dr'])
  assert.deepEqual(await included('/Observation?_include=Observation:*'), [
    'Encounter/enc',
    'Patient/pat',
    'Practitioner/dr',
  ])
  assert.deepEqual(await included('/Observation?_include=*'), ['Encounter/enc', 'Patient/pat', 'Practitioner/dr'])
})

test('_include:iterate goes on from what was included', async () => {
  assert.deepEqual(await included('/Observation?_include=Observation:encounter&_include=Encounter:service-provider'), [
    'Encounter/enc',
  ])
  assert.deepEqual(
    await included(
      '/Observation?_include=Observation:encounter&_include:iterate=Encounter:service-provider&_include:iterate=Organization:partof',
    ),
    ['Encounter/enc', 'Organization/trust', 'Organization/ward'],
  )
})

test('_revinclude brings what refers to the matches', async () => {
  assert.deepEqual(await included('/Patient?_id=pat&_revinclude=Observation:subject&_revinclude=Encounter:patient'), [
    'Encounter/enc',
    'Observation/obs',
  ])
  assert.deepEqual(await included('/Patient?_id=pat&_revinclude=Observation:*'), ['Observation/obs'])
  assert.deepEqual(await included('/Patient?_id=pat&_revinclude=*'), ['Encounter/enc', 'Observation/obs'])
  assert.deepEqual(
    await included('/Organization?_id=trust&_revinclude=Organization:partof&_revinclude:iterate=Patient:organization'),
    ['Organization/ward', 'Patient/pat'],
  )
})

test('a chain takes several steps, forwards and backwards', async () => {
  const finds = async (query: string, ids: string[]) => {
    const { json, text } = await ask('GET', query)
    assert.deepEqual(
      (json.entry ?? []).map((entry: { resource: { id: string } }) => entry.resource.id),
      ids,
      `${query} ${text.slice(0, 300)}`,
    )
  }
  await finds('/Observation?subject:Patient.organization.partof.name=trust', ['obs'])
  await finds('/Observation?encounter.service-provider.name=ward', ['obs'])
  await finds('/Observation?encounter.service-provider.name=nobody', [])
  await finds('/Observation?patient.gender=male&status=final', ['obs'])
  await finds('/Organization?_has:Patient:organization:_has:Observation:subject:status=final', ['ward'])
  await finds('/Organization?_has:Patient:organization:gender=male', ['ward'])
  await finds('/Patient?organization.name=ward&_has:Encounter:patient:status=finished', ['pat'])
  await finds('/Observation?performer:Practitioner.family=house', ['obs'])
})

test('a search over several types takes every parameter that all of them have', async () => {
  const { json } = await ask('GET', '/?_type=Patient,Practitioner,Person&name=house')
  assert.deepEqual(
    json.entry.map(({ resource }: { resource: { id: string } }) => resource.id),
    ['dr'],
  )
  assert.equal((await ask('GET', '/?_type=Patient,Observation&code=x', undefined, strict)).status, 400)
})

test('what the server says of itself and of others is valid FHIR', async () => {
  const validate = createValidator(loadDefinitions())
  for (const path of [
    '/metadata',
    '/Observation?_include=*&nonsense=1',
    '/?_summary=count',
    '/_history',
    '/Patient/no',
  ]) {
    const { json } = await ask('GET', path)
    assert.deepEqual(validate(json), [], path)
  }
})

test('_summary and _elements give a part, and say so', async () => {
  const part = async (query: string) => (await ask('GET', query)).json.entry[0].resource
  const tagged = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }
  assert.deepEqual(await part('/Observation?_elements=Observation.value'), await part('/Observation?_elements=value'))
  assert.deepEqual(await part('/Observation?_elements=note.text'), await part('/Observation?_elements=note'))
  const elements = await part('/Observation?_elements=value')
  assert.deepEqual(Object.keys(elements).sort(), ['code', 'id', 'meta', 'resourceType', 'status', 'valueString'])
  assert.deepEqual(elements.meta.tag, [tagged])
  const summary = await part('/Observation?_summary=true')
  assert.ok(summary.subject && !summary.note)
  assert.deepEqual(Object.keys(await part('/Patient?_summary=text')).sort(), ['id', 'meta', 'resourceType', 'text'])
  assert.equal((await part('/Patient?_summary=data')).text, undefined)
  const count = await ask('GET', '/Patient?_summary=count')
  assert.deepEqual([count.json.total, count.json.entry], [1, undefined])
  assert.deepEqual(Object.keys((await ask('GET', '/Observation/obs?_elements=status')).json).sort(), [
    'code',
    'id',
    'meta',
    'resourceType',
    'status',
  ])
})

test('_total is told as it was asked for', async () => {
  assert.equal((await ask('GET', '/Organization?_count=1')).json.total, undefined)
  assert.equal((await ask('GET', '/Organization?_count=1&_total=accurate')).json.total, 2)
  assert.equal(typeof (await ask('GET', '/Organization?_count=1&_total=estimate')).json.total, 'number')
  assert.equal((await ask('GET', '/Organization?_count=0')).json.total, 2)
})

test('several types are searched at once', async () => {
  const { json } = await ask('GET', '/?_type=Patient,Organization&_lastUpdated=gt2020&_sort=_lastUpdated')
  assert.deepEqual(
    json.entry.map((entry: { resource: { id: string } }) => entry.resource.id),
    ['trust', 'ward', 'pat'],
  )
})

test('what is open and what ends with the last year end together, by whichever keys they are sorted', async () => {
  const procedure = (id: string, status: string, performed: object) =>
    put({ resourceType: 'Procedure', id, status, subject: ref('Patient/nobody'), ...performed } as never)
  await procedure('open', 'completed', { performedPeriod: { start: '2020' } })
  await procedure('last', 'in-progress', { performedDateTime: '9999-12-31' })
  const { json } = await ask('GET', '/Procedure?_sort=-date,-status')
  assert.deepEqual(
    json.entry.map((entry: { resource: { id: string } }) => entry.resource.id),
    ['last', 'open'],
  )
})

test("Patient/$everything is the patient's compartment, whole", async () => {
  const { json } = await ask('GET', '/Patient/pat/$everything')
  assert.deepEqual(json.entry.map((entry: { resource: { id: string } }) => entry.resource.id).sort(), [
    'enc',
    'obs',
    'pat',
  ])
  assert.equal((await ask('GET', '/Patient/none/$everything')).status, 404)
})

test('nothing failed within', () => assert.deepEqual(errors, []))

test('an included resource comes however the reference to it is written, and whatever the others on the page lead to', async () => {
  const base = 'http://localhost:8000/fhir/'
  const written = ['Patient/w1', 'Patient/w1', `${base}Patient/w2`, 'Patient/w3/_history/1', 'Patient/w4', 'Patient/w1']
  for (const id of ['w1', 'w2', 'w3', 'w4', 'w5', 'w6'])
    await ask('PUT', `/Patient/${id}`, { resourceType: 'Patient', id })
  for (const [n, reference] of written.entries())
    await ask('PUT', `/Observation/w${n}`, {
      resourceType: 'Observation',
      id: `w${n}`,
      status: 'final',
      code: { coding: [{ system: 'urn:w', code: 'written' }], ...(n === 4 && { text: 'said "so" \\ Patient/w6' }) },
      subject: { reference, display: 'not Patient/w5' },
      valueQuantity: { value: 1, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
    })
  const page = (await ask('GET', '/Observation?code=urn:w|written&_include=Observation:subject&_count=50')).json
  const included = page.entry.flatMap(({ search, resource }: { search: { mode: string }; resource: { id: string } }) =>
    search.mode === 'include' ? [resource.id] : [],
  )
  assert.deepEqual(included.sort(), ['w1', 'w2', 'w3', 'w4'])
  const none = (await ask('GET', '/Observation?code=urn:w|written&_include=Observation:subject:Group&_count=50')).json
  assert.equal(none.entry.length, written.length)
})
