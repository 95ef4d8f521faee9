import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bundle, Resource } from '../../src/standards/fhir/types.ts'
import { primaryLists } from './gp/lists.ts'
import { everything, gpRecord, type Include, quirkNames } from './gp-record.ts'
import type { Person, Special } from './person.ts'
import { population } from './population.ts'

const people = population(1, 200)
const [full] = people
const special = (name: Special) => people.find((person) => person.special === name) as Person
const resourcesOf = (bundle: Bundle): Resource[] => bundle.entry?.flatMap(({ resource }) => resource ?? []) ?? []
const ofType = (bundle: Bundle, type: string) => resourcesOf(bundle).filter(({ resourceType }) => resourceType === type)
const codeOf = (resource: Resource) => (resource.code as { coding: { code: string }[] }).coding[0]?.code
const listOf = (bundle: Bundle, name: keyof typeof primaryLists) =>
  ofType(bundle, 'List').find((list) => codeOf(list) === primaryLists[name].code)
const entriesOf = (list: Resource | undefined) =>
  ((list?.entry ?? []) as { item: { reference: string } }[]).map(({ item }) => item.reference)

assert.ok(full)

test('the same person gives the same record, byte for byte', () => {
  for (const person of people.slice(0, 20))
    assert.equal(JSON.stringify(gpRecord(person)), JSON.stringify(gpRecord(person)))
})

test('the Bundle carries the id it was asked to carry', () => {
  assert.equal(
    gpRecord(full, { bundleId: 'c0ffee00-0000-4000-8000-000000000001' }).id,
    'c0ffee00-0000-4000-8000-000000000001',
  )
})

test('in a whole record without quirks every reference leads to a resource, and each resource is there once', () => {
  for (const person of people) {
    const resources = resourcesOf(gpRecord(person, { quirks: 'none' }))
    const urls = resources.map(({ resourceType, id }) => `${resourceType}/${id}`)
    assert.equal(new Set(urls).size, urls.length, person.id)
    const known = new Set(urls)
    const inside = new Set(
      resources.flatMap((each) => ((each.contained ?? []) as Resource[]).map(({ id }) => `#${id}`)),
    )
    for (const reference of referencesOf(resources))
      assert.ok(known.has(reference) || inside.has(reference), `${person.id} ${reference}`)
  }
})

test('an area that was not asked for has no List, one that is empty says that nothing is recorded', () => {
  const nothing = gpRecord(special('empty-record'))
  for (const name of Object.keys(primaryLists) as (keyof typeof primaryLists)[]) {
    const list = listOf(nothing, name)
    assert.ok(JSON.stringify(list?.emptyReason).includes('no-content-recorded'), name)
    assert.deepEqual(list?.note, [{ text: 'Information not available' }])
    assert.equal(list?.entry, undefined)
  }
  const one = gpRecord(full, { include: { allergies: { includeResolvedAllergies: false } } })
  assert.deepEqual(ofType(one, 'List').map(codeOf), [primaryLists.allergies.code])
  assert.deepEqual(ofType(one, 'Condition'), [])
})

test('an ended allergy is inside its List alone, resolved, and never among the active ones', () => {
  const ended = people.filter(({ history }) => history.allergies.some((each) => each.ended))
  assert.ok(ended.length > 0)
  for (const person of ended) {
    const record = gpRecord(person, { quirks: 'none' })
    const contained = (listOf(record, 'endedAllergies')?.contained ?? []) as Resource[]
    assert.equal(contained.length, person.history.allergies.filter((each) => each.ended).length)
    for (const allergy of contained) {
      assert.equal(allergy.clinicalStatus, 'resolved')
      assert.ok(!ofType(record, 'AllergyIntolerance').some(({ id }) => id === allergy.id))
    }
    assert.equal(
      listOf(gpRecord(person, { include: { allergies: { includeResolvedAllergies: false } } }), 'endedAllergies'),
      undefined,
    )
  }
})

test('one medication is a statement on a plan, and its issues are orders on that plan', () => {
  const record = gpRecord(full, { quirks: 'none' })
  const requests = new Map(ofType(record, 'MedicationRequest').map((each) => [`MedicationRequest/${each.id}`, each]))
  const statements = ofType(record, 'MedicationStatement')
  assert.equal(statements.length, full.history.medications.length)
  for (const statement of statements) {
    const [plan] = (statement.basedOn as { reference: string }[]).map(({ reference }) => requests.get(reference))
    assert.equal(plan?.intent, 'plan')
    const orders = [...requests.values()].filter((each) =>
      referencesOf(each.basedOn).includes(`MedicationRequest/${plan?.id}`),
    )
    assert.ok(orders.length > 0 && orders.every(({ intent }) => intent === 'order'))
  }
  const without = gpRecord(full, { include: { medication: { includePrescriptionIssues: false } } })
  assert.ok(ofType(without, 'MedicationRequest').every(({ intent }) => intent === 'plan'))
})

test('problems brought up together know each other, one as the parent', () => {
  let seen = 0
  for (const person of people) {
    const conditions = new Map(
      ofType(gpRecord(person, { quirks: 'none' }), 'Condition').map((each) => [`Condition/${each.id}`, each]),
    )
    for (const [url, condition] of conditions) {
      const text = JSON.stringify(condition.extension)
      for (const [, type, target] of text.matchAll(
        /"valueCode":"(parent|child)"},{"url":"target","valueReference":{"reference":"([^"]+)"/g,
      )) {
        const back = JSON.stringify(conditions.get(target ?? '')?.extension)
        const opposite = type === 'parent' ? 'child' : 'parent'
        assert.ok(
          back.includes(`"valueCode":"${opposite}"},{"url":"target","valueReference":{"reference":"${url}"`),
          `${person.id} ${url}`,
        )
        seen++
      }
    }
  }
  assert.ok(seen > 10, `${seen}`)
})

test('filters take what they name and nothing else', () => {
  const count = (include: Include, type: string) => ofType(gpRecord(full, { include }), type).length
  const statuses = ofType(
    gpRecord(full, { include: { problems: { filters: [{ filterStatus: 'active' }] } } }),
    'Condition',
  ).map((each) => each.clinicalStatus)
  assert.ok(statuses.length > 0 && statuses.every((status) => status === 'active'))
  assert.equal(count({ consultations: { includeNumberOfMostRecent: 3 } }, 'Encounter'), 3)
  const since = { start: '2026-01-01' }
  const expected = full.history.reports.filter(({ day }) => day >= since.start).length
  assert.equal(count({ investigations: { investigationSearchPeriod: since } }, 'DiagnosticReport'), expected)
  const refuser = people.find(({ history }) => history.vaccinations.some(({ given }) => !given)) as Person
  const given = gpRecord(refuser, { include: { immunisations: { includeNotGiven: false, includeStatus: false } } })
  assert.ok(ofType(given, 'Immunization').every(({ notGiven }) => notGiven === false))
  assert.equal(ofType(given, 'Observation').length, 0)
  assert.ok(
    ofType(gpRecord(refuser, { include: { immunisations: { includeNotGiven: true } } }), 'Immunization').some(
      ({ notGiven }) => notGiven === true,
    ),
  )
})

test('a consultation leads from its Encounter through topic and heading to what was written', () => {
  const record = gpRecord(full, { quirks: 'none', include: { consultations: { includeNumberOfMostRecent: 5 } } })
  const lists = new Map(ofType(record, 'List').map((list) => [`List/${list.id}`, list]))
  for (const encounter of ofType(record, 'Encounter')) {
    const tree = [...lists.values()].find(
      (list) =>
        codeOf(list) === '325851000000107' && referencesOf(list.encounter).includes(`Encounter/${encounter.id}`),
    )
    const topic = lists.get(entriesOf(tree)[0] ?? '')
    assert.equal(codeOf(topic as Resource), '25851000000105')
    for (const reference of entriesOf(topic)) assert.equal(codeOf(lists.get(reference) as Resource), '24781000000107')
  }
})

test('each incomplete answer says so', () => {
  const warnings = (person: Person) =>
    ofType(gpRecord(person), 'List').flatMap(
      (list) =>
        JSON.stringify(list.extension ?? []).match(/confidential-items|data-in-transit|data-awaiting-filing/g) ?? [],
    )
  assert.ok(warnings(special('confidential')).includes('confidential-items'))
  assert.equal(warnings(special('in-transit')).length, Object.keys(primaryLists).length)
  assert.ok(warnings(special('awaiting-filing')).includes('data-awaiting-filing'))
  assert.deepEqual(warnings(full), [])
  const [outcome] = ofType(
    gpRecord(special('areas-disabled'), { unrecognised: ['includeProcedures'] }),
    'OperationOutcome',
  )
  const texts = ((outcome?.issue ?? []) as { details: { text: string } }[]).map(({ details }) => details.text)
  assert.deepEqual(texts, [
    'includeProcedures is an unrecognised parameter',
    'includeReferrals has been disabled',
    'includeDiaryEntries has been disabled',
  ])
  assert.equal(listOf(gpRecord(special('areas-disabled')), 'referrals'), undefined)
})

test('what is confidential is nowhere in the record', () => {
  const person = special('confidential')
  const secret = person.history.problems[1]
  assert.ok(secret)
  const visible = JSON.stringify(gpRecord({ ...person, special: 'slow' }, { quirks: 'none' }))
  const shown = JSON.stringify(gpRecord(person, { quirks: 'none' }))
  const hiddenIds = person.history.problems
    .filter(({ consultation }) => consultation === secret.consultation)
    .map(({ key }) => key)
  assert.ok(hiddenIds.length > 0)
  assert.ok(shown.length < visible.length)
  assert.equal(ofType(gpRecord(person), 'Condition').length, person.history.problems.length - hiddenIds.length)
  assert.equal(ofType(gpRecord(person), 'Encounter').length, person.history.consultations.length - 1)
})

test('a superseded number is answered with the new one, a mismatch with somebody else', () => {
  const [superseded] = ofType(gpRecord(special('superseded')), 'Patient')
  assert.ok(JSON.stringify(superseded?.identifier).includes(special('superseded').newNhsNumber ?? 'none'))
  const [other] = ofType(gpRecord(special('mismatch')), 'Patient')
  assert.notEqual(other?.birthDate, special('mismatch').birthDate)
})

test('every quirk changes some record, and none makes one fail', () => {
  const vaccinated = people.find(
    ({ history }) =>
      history.vaccinations.some(({ given }) => given) && history.allergies.length > 0 && history.reports.length > 0,
  ) as Person
  const allergic = people.find(({ history }) =>
    history.allergies.some(({ concept }) => concept.code === '91936005'),
  ) as Person
  for (const quirk of quirkNames) {
    const changes = [full, vaccinated, allergic, special('areas-disabled')].some(
      (person) =>
        JSON.stringify(gpRecord(person, { quirks: 'none' })) !==
        JSON.stringify(gpRecord(person, { quirks: { only: [quirk] } })),
    )
    assert.ok(changes, quirk)
  }
  for (const person of people.slice(0, 40)) gpRecord(person, { quirks: quirkNames })
})

test('a document of everything asks for every area', () => {
  assert.equal(Object.keys(everything).length, 9)
})

function referencesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'reference' && typeof inner === 'string' ? [inner] : referencesOf(inner),
  )
}
