import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFhirServer } from '../../../../test/harness/fhir.ts'
import { Problem } from '../../../kernel/problem.ts'
import type { FhirServerDeps } from '../service.ts'

const usual = await testFhirServer()
const { ask, errors } = usual

test('a patient that was created is read back as it was written, decimals and all', async () => {
  const made = await ask(
    'POST',
    '/Patient',
    '{"resourceType":"Patient","name":[{"family":"Okafor"}],"_birthDate":{"extension":[{"url":"http://x","valueDecimal":1.0}]}}',
  )
  assert.equal(made.status, 201, made.text)
  assert.equal(made.headers.etag, 'W/"1"')
  const read = await ask('GET', `/Patient/${made.json.id}`)
  assert.equal(read.status, 200)
  assert.match(read.text, /"valueDecimal":1\.0}/)
  assert.equal(read.json.meta.versionId, '1')
  assert.equal(read.headers['cache-control'], 'private, no-cache')
})

test('an update makes the next version, and the old one is kept', async () => {
  const made = await ask('PUT', '/Patient/a1', {
    resourceType: 'Patient',
    id: 'a1',
    gender: 'male',
    birthDate: '1970-01-01',
  })
  assert.equal(made.status, 201, made.text)
  const updated = await ask('PUT', '/Patient/a1', {
    resourceType: 'Patient',
    id: 'a1',
    gender: 'female',
    birthDate: '1970-01-01',
  })
  assert.equal(updated.status, 200, updated.text)
  assert.equal((await ask('GET', '/Patient/a1/_history/1')).json.gender, 'male')
  const history = await ask('GET', '/Patient/a1/_history')
  assert.equal(history.json.total, 2)
  assert.deepEqual(
    history.json.entry.map((entry: { resource: { gender: string } }) => entry.resource.gender),
    ['female', 'male'],
  )
  assert.equal((await ask('GET', '/Patient?gender=male&_id=a1')).json.total, 0)
  assert.equal((await ask('GET', '/Patient?gender=female&_id=a1')).json.total, 1)
})

test('a search finds by token, string, date, reference, chain and reverse chain', async () => {
  await ask('PUT', '/Patient/s1', {
    resourceType: 'Patient',
    id: 's1',
    name: [{ family: 'Gárcia', given: ['Ana'] }],
    birthDate: '1980-02-03',
    identifier: [{ system: 'urn:x', value: '77' }],
  })
  await ask('PUT', '/Observation/o1', {
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    subject: { reference: 'Patient/s1' },
    effectiveDateTime: '2020-05-05T10:00:00Z',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    valueQuantity: { value: 72, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  })
  const finds = async (query: string, ids: string[]) => {
    const found = await ask('GET', query)
    assert.equal(found.status, 200, `${query}: ${found.text} ${String(errors.at(-1))}`)
    assert.deepEqual(
      (found.json.entry ?? [])
        .filter((entry: { search: { mode: string } }) => entry.search.mode === 'match')
        .map((entry: { resource: { id: string } }) => entry.resource.id),
      ids,
      query,
    )
  }
  await finds('/Patient?identifier=urn:x|77', ['s1'])
  await finds('/Patient?identifier=77', ['s1'])
  await finds('/Patient?identifier=urn:x|', ['s1'])
  await finds('/Patient?identifier=|77', [])
  await finds('/Patient?family=garc', ['s1'])
  await finds('/Patient?family:exact=Gárcia', ['s1'])
  await finds('/Patient?family:exact=Garcia', [])
  await finds('/Patient?name:contains=arci', ['s1'])
  await finds('/Patient?birthdate=1980-02', ['s1'])
  await finds('/Patient?birthdate=gt1980-02-03', [])
  await finds('/Patient?birthdate=ge1980-02-03&identifier=77', ['s1'])
  await finds('/Observation?patient=s1&code=8867-4&_sort=-date', ['o1'])
  await finds('/Observation?subject=Patient/s1&date=2020-05-05', ['o1'])
  await finds('/Observation?value-quantity=72', ['o1'])
  await finds('/Observation?value-quantity=gt71|http://unitsofmeasure.org|/min', ['o1'])
  await finds('/Observation?subject:Patient.family=gar', ['o1'])
  await finds('/Patient?_has:Observation:patient:code=8867-4', ['s1'])
  await finds('/Patient?_has:Observation:patient:code=1', [])
  await finds('/Patient?identifier:missing=false&family=garcia', ['s1'])
  await finds('/Patient?gender:missing=true&family=garcia', ['s1'])
  await finds('/Patient?gender:not=male&family=garcia', ['s1'])
  await finds('/Patient/s1/Observation', ['o1'])
  await finds('/Patient/s1/*', ['o1', 's1'])
  await finds('/Observation?patient=s1&_sort=status', ['o1'])
  await finds('/Observation?patient=s1&_sort=-date,value-quantity', ['o1'])
  await finds('/Observation?status=http://hl7.org/fhir/observation-status|', ['o1'])
  await finds('/Observation?status:not=http://hl7.org/fhir/observation-status|', [])
  await finds('/Observation?status=http://hl7.org/fhir/observation-status|final', ['o1'])
  await finds('/Patient?_id=s1&_revinclude=Observation:subject', ['s1'])
  await finds('/Observation?_include=Observation:subject', ['o1'])
})

test('a canonical is found with and without its version; one that is an address of this server leads there', async () => {
  const own = 'http://localhost:8000/fhir/Questionnaire/q1'
  await ask('PUT', '/Questionnaire/q1', { resourceType: 'Questionnaire', id: 'q1', status: 'active', title: 'Mood' })
  const answered = (id: string, questionnaire: string) =>
    ask('PUT', `/QuestionnaireResponse/${id}`, {
      resourceType: 'QuestionnaireResponse',
      id,
      status: 'completed',
      questionnaire,
    })
  await answered('r1', own)
  await answered('r2', 'http://example.org/Q|2')
  const finds = async (query: string, ids: string[]) => {
    const { json, text } = await ask('GET', `/QuestionnaireResponse?${query}`)
    const found = (json.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id)
    assert.deepEqual(found, ids, `${query}: ${text}`)
  }
  await finds(`questionnaire=${own}`, ['r1'])
  await finds('questionnaire=Questionnaire/q1', ['r1'])
  await finds('questionnaire=q1', ['r1'])
  await finds('questionnaire.title=mood', ['r1'])
  await finds('questionnaire=http://example.org/Q', ['r2'])
  await finds('questionnaire=http://example.org/Q|2', ['r2'])
  await finds('questionnaire=http://example.org/Q|3', [])
  await finds('_id=r1&_include=QuestionnaireResponse:questionnaire', ['r1', 'q1'])
})

test('an operation that is not there is named', async () => {
  for (const path of ['/Patient/$nonsense', '/Patient/s1/$nonsense', '/$nonsense']) {
    const { status, text } = await ask('GET', path)
    assert.deepEqual([status, /There is no operation \$nonsense/.test(text)], [404, true], text)
  }
})

test('a time zone whose plus was not escaped is told how to be written', async () => {
  const refused = await ask('GET', '/Observation?date=2020-05-05T12:00:00+02:00')
  assert.match(refused.json.issue[0].diagnostics, /%2B/)
  assert.equal((await ask('GET', '/Observation?date=2020-05-05T12:00:00%2B02:00')).json.total, 1)
})

test('a modifier that a parameter does not have is refused: without it another search would be answered', async () => {
  for (const query of [
    'name:text=ana',
    'gender:not-in=http://x',
    'identifier:of-type=a|b|c',
    'birthdate:exact=1980',
    '_id:missing=true',
    '_sort:desc=family',
    'organization:Patient=1',
    'organization.name:text=x',
    'organization:Patient.name=x',
    '_has:Observation:patient:code:text=x',
  ]) {
    const refused = await ask('GET', `/Patient?${query}`)
    assert.equal(refused.status, 400, query)
    assert.equal(refused.json.issue[0].code, 'not-supported', query)
    assert.deepEqual(refused.json.issue[0].expression, [query.split('=')[0]])
  }
  assert.equal((await ask('GET', '/Patient?nonsense:text=x')).status, 200)
})

test('more conditions or sort keys than a database can plan in good time are refused', async () => {
  const times = (n: number, text: string, between: string) => Array(n).fill(text).join(between)
  assert.equal((await ask('GET', `/Patient?${times(50, 'name=a', '&')}`)).status, 200)
  const conditions = await ask('GET', `/Patient?${times(51, 'name=a', '&')}`)
  assert.deepEqual([conditions.status, conditions.json.issue[0].code], [400, 'too-costly'])
  assert.equal((await ask('GET', `/Patient?_sort=${times(10, 'family', ',')}`)).status, 200)
  const keys = await ask('GET', `/Patient?_sort=${times(11, 'family', ',')}`)
  assert.deepEqual([keys.status, keys.json.issue[0].expression], [400, ['_sort']])
  assert.equal((await ask('GET', '/Provenance?target.subject.general-practitioner.name=x')).status, 200)
  const again = times(2000, '_revinclude:iterate=*', '&')
  assert.equal((await ask('GET', `/Patient?_include=*&_revinclude=*&${again}`)).status, 200)
  const types = ['Account', 'Basic', 'CarePlan', 'Claim', 'Group', 'Device', 'List', 'Task']
  const many = types.flatMap((from) => [...types, 'Patient', 'Location'].map((to) => `_revinclude=${from}:*:${to}`))
  const followed = await ask('GET', `/Patient?_revinclude=*&_revinclude:iterate=*&${many.join('&')}`)
  assert.deepEqual([followed.status, followed.json.issue?.[0].code], [400, 'too-costly'])
  const names = (n: number) => `target.name=${Array.from({ length: n }, (_, at) => at).join(',')}`
  const values = await ask('GET', `/Provenance?${names(2000)}`)
  assert.deepEqual([values.status, values.json.issue?.[0].code], [400, 'too-costly'])
  const forks = await ask('GET', '/Basic?subject.subject.subject.name=x')
  assert.deepEqual([forks.status, forks.json.issue[0].code], [400, 'too-costly'])
})

test('a code has the system of its own resource type, also in a search over several types', async () => {
  const asked = { status: 'active', intent: 'order', subject: { reference: 'Patient/s1' } }
  await ask('PUT', '/ServiceRequest/system-a', { resourceType: 'ServiceRequest', id: 'system-a', ...asked })
  await ask('PUT', '/CarePlan/system-b', { resourceType: 'CarePlan', id: 'system-b', ...asked })
  await ask('PUT', '/Encounter/system-c', {
    resourceType: 'Encounter',
    id: 'system-c',
    status: 'planned',
    class: { code: 'AMB' },
  })
  const found = async (types: string, query: string) =>
    ((await ask('GET', `/?_type=${types}&${query}&_id=system-a,system-b,system-c`)).json.entry ?? [])
      .map(({ resource }: { resource: { resourceType: string } }) => resource.resourceType)
      .sort()
  const encounters = 'http://hl7.org/fhir/encounter-status'
  const requests = 'http://hl7.org/fhir/request-status'
  for (const types of ['ServiceRequest,Encounter', 'Encounter,ServiceRequest']) {
    assert.deepEqual(await found(types, `status=${requests}|active`), ['ServiceRequest'], types)
    assert.deepEqual(await found(types, `status=${encounters}|planned`), ['Encounter'], types)
    assert.deepEqual(await found(types, `status=${encounters}|active`), [], types)
    assert.deepEqual(await found(types, `status=${encounters}|`), ['Encounter'], types)
    assert.deepEqual(await found(types, 'status=active,planned'), ['Encounter', 'ServiceRequest'], types)
    assert.deepEqual(await found(types, `status:not=${encounters}|planned`), ['ServiceRequest'], types)
  }
  assert.deepEqual(await found('ServiceRequest,CarePlan', `status=${requests}|`), ['CarePlan', 'ServiceRequest'])
})

test('an e-mail address and the version of a value set have no case; identifiers and codes have', async () => {
  await ask('PUT', '/Patient/case-a', {
    resourceType: 'Patient',
    id: 'case-a',
    identifier: [{ system: 'urn:case', value: 'Ab1' }],
    telecom: [{ system: 'email', value: 'Ada.Okafor@Example.org' }],
    gender: 'female',
  })
  await ask('PUT', '/ValueSet/case-v', { resourceType: 'ValueSet', id: 'case-v', status: 'active', version: '1.0-RC' })
  const total = async (path: string) => (await ask('GET', `${path}&_summary=count`)).json.total
  for (const email of ['Ada.Okafor@Example.org', 'ada.okafor@example.org', '|ADA.OKAFOR@EXAMPLE.ORG'])
    for (const code of ['email', 'telecom'])
      assert.equal(await total(`/Patient?${code}=${email}&_id=case-a`), 1, `${code}=${email}`)
  assert.equal(await total('/Patient?email=okafor@example.org&_id=case-a'), 0)
  assert.equal(await total('/ValueSet?version=1.0-rc'), 1)
  for (const [query, expected] of [
    ['identifier=urn:case|Ab1', 1],
    ['identifier=urn:case|ab1', 0],
    ['identifier=AB1', 0],
    ['gender=Female', 0],
  ] as const)
    assert.equal(await total(`/Patient?${query}&_id=case-a`), expected, query)
})

test('phonetic finds the names that sound alike, whatever they are written like, and no others', async () => {
  for (const [id, family, given] of [
    ['sound-1', 'Smith', 'Ada'],
    ['sound-2', 'Smýthe', 'Ida'],
    ['sound-3', 'Smart', 'Ada'],
    ['sound-4', '王', 'Mei'],
  ] as const)
    await ask('PUT', `/Patient/${id}`, { resourceType: 'Patient', id, name: [{ family, given: [given] }] })
  const ids = async (phonetic: string) => {
    const query = `phonetic=${encodeURIComponent(phonetic)}&_id=sound-1,sound-2,sound-3,sound-4`
    const { json } = await ask('GET', `/Patient?${query}`)
    return (json.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id).sort()
  }
  assert.deepEqual(await ids('SMYTH'), ['sound-1', 'sound-2'])
  assert.deepEqual(await ids('Edda'), [])
  assert.deepEqual(await ids('Aada'), ['sound-1', 'sound-3'])
  assert.deepEqual(await ids('王'), ['sound-4'])
})

test('a search that the database gave up says so, and that the query is to blame', async () => {
  const database: FhirServerDeps['database'] = {
    query: async (tenant, statement) => {
      if (statement.text.includes('fhir.ix_str')) throw new Problem('timeout', 'The database took too long')
      return usual.database.query(tenant, statement)
    },
    transaction: (tenant, work) => usual.database.transaction(tenant, work),
  }
  const slow = await testFhirServer({ database }, usual.connection)
  const late = await slow.ask('GET', '/Patient?family=x')
  assert.equal(late.status, 504)
  assert.deepEqual(late.json.issue[0].expression, ['http.query'])
  assert.match(late.json.issue[0].diagnostics, /took too long.*fewer types/)
})

test('nothing went wrong unseen', () => assert.deepEqual(errors, []))
