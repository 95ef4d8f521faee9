import assert from 'node:assert/strict'
import { test } from 'node:test'
import { breakEach } from '../../../../test/builders/broken-resources.ts'
import { seededRandom } from '../../../../test/builders/random.ts'
import { validResources } from '../../../../test/builders/valid-resources.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { parseJson } from '../json.ts'
import type { Resource } from '../types.ts'
import { createValidator } from './validator.ts'

const definitions = loadDefinitions()
const validate = createValidator(definitions, () => () => true)

/** Each issue as `code expression`. */
const issuesOf = (resource: object) => {
  const read = parseJson(JSON.stringify(resource)) as Resource
  return validate(read).map((issue) => `${issue.code} ${issue.expression}`)
}
const patient = (elements: object) => ({ resourceType: 'Patient', ...elements })

test('valid resources have no issues', () => {
  for (const resource of validResources()) assert.deepEqual(validate(resource), [], resource.resourceType)
})

test('a resource broken in one place by any rule has one issue, which names the element', () => {
  const random = seededRandom(7)
  const rules = new Set<string>()
  for (let round = 0; round < 20; round++)
    for (const resource of validResources())
      for (const { rule, resource: broken, expression } of breakEach(resource, definitions, random)) {
        // Those that only FHIRPath sees are in invariants.test.ts.
        if (rule === 'broken invariant') continue
        rules.add(rule)
        const found = validate(broken).map((issue) => issue.expression?.[0])
        assert.ok(found.includes(expression), `${rule}: ${expression} is not among ${found}`)
        if (!resource['contained']) assert.equal(found.length, 1, `${rule} at ${expression}: ${found}`)
      }
  assert.equal(rules.size, 12)
})

test('three broken rules are three issues', () => {
  assert.deepEqual(
    issuesOf(patient({ gender: 'F', birthDate: '1980-02-30', contact: [{ name: { family: 'x', givenName: 'y' } }] })),
    ['code-invalid Patient.gender', 'value Patient.birthDate', 'structure Patient.contact[0].name.givenName'],
  )
})

test('an issue says which rule and what was expected, and repeats no content', () => {
  const [issue] = validate(patient({ gender: 'secret' }) as Resource)
  assert.deepEqual(issue, {
    severity: 'error',
    code: 'code-invalid',
    diagnostics:
      'Expected a code of http://hl7.org/fhir/ValueSet/administrative-gender: male | female | other | unknown',
    expression: ['Patient.gender'],
  })
  assert.deepEqual(issuesOf(patient({ 'Jane Secret': 1 })), ['structure Patient'])
})

test('null keeps a place in an array only for a value with extensions', () => {
  const extension = [{ url: 'http://x', valueString: 'y' }]
  assert.deepEqual(issuesOf(patient({ name: [{ given: [null, 'x'], _given: [{ extension }, null] }] })), [])
  assert.deepEqual(issuesOf(patient({ name: [{ given: ['x'], _given: [null, { extension }] }] })), [])
  assert.deepEqual(issuesOf(patient({ name: [{ given: ['x', null], _given: [{ extension }, null] }] })), [
    'structure Patient.name[0].given[1]',
  ])
  assert.deepEqual(issuesOf(patient({ name: [{ _given: [null] }] })), ['structure Patient.name[0].given[0]'])
  assert.deepEqual(issuesOf(patient({ name: null, birthDate: null })), [
    'structure Patient.name',
    'structure Patient.birthDate',
  ])
})

test('a primitive may have an id beside its value, and only extensions can stand for the value', () => {
  assert.deepEqual(issuesOf(patient({ birthDate: '1980', _birthDate: { id: 'a' } })), [])
  assert.deepEqual(issuesOf(patient({ _birthDate: { id: 'a' } })), ['invariant Patient.birthDate'])
  assert.deepEqual(issuesOf(patient({ _birthDate: {} })), ['structure Patient.birthDate'])
  assert.deepEqual(issuesOf(patient({ _birthDate: { value: '1980' } })), ['structure Patient.birthDate.value'])
  assert.deepEqual(issuesOf(patient({ _name: [{ id: 'a' }] })), ['structure Patient.name'])
})

test('an element with an id and nothing else is empty', () => {
  assert.deepEqual(issuesOf(patient({ name: [{ id: 'a' }] })), ['invariant Patient.name[0]'])
})

test('ids of elements are unique in their resource', () => {
  assert.deepEqual(
    issuesOf(
      patient({
        name: [
          { id: 'a', text: 'x' },
          { id: 'a', text: 'y' },
        ],
      }),
    ),
    ['duplicate Patient.name[1].id'],
  )
})

test('a choice that does not exist is named by its element', () => {
  assert.deepEqual(issuesOf(patient({ deceasedString: 'x' })), ['structure Patient.deceased'])
  assert.deepEqual(issuesOf(patient({ deceasedBoolean: true, _deceasedDateTime: { id: 'x' } })), [
    'structure Patient.deceased',
    'invariant Patient.deceased',
  ])
})

test('numbers keep their digits through validation', () => {
  const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' } }
  const text = (value: string) => JSON.stringify(observation).replace('}}', `},"valueQuantity":{"value":${value}}}`)
  for (const value of ['1.0', '1e3', '0.00000001']) assert.deepEqual(validate(parseJson(text(value)) as Resource), [])
  const text2 = JSON.stringify(observation).replace('"x"', '1.0').replace('"final"', '1.0')
  assert.deepEqual(validate(parseJson(text2) as Resource).length, 2)
  const raw = JSON.stringify(observation).replace('{"text":"x"}', '1.0')
  assert.deepEqual(
    validate(parseJson(raw) as Resource).map((issue) => issue.diagnostics),
    ['Expected an object'],
  )
})

test('contained resources are referred to, have ids of their own, and contain none', () => {
  const basic = (elements: object) => ({ resourceType: 'Basic', code: { text: 'x' }, ...elements })
  const holding = (contained: unknown[], references: string[]) =>
    patient({ contained, generalPractitioner: references.map((reference) => ({ reference })) })
  const doctor = { resourceType: 'Practitioner', id: 'd' }
  assert.deepEqual(issuesOf(holding([doctor], ['#d'])), [])
  assert.deepEqual(issuesOf(holding([doctor], [])), [
    'structure Patient.generalPractitioner',
    'invariant Patient.contained[0]',
  ])
  assert.deepEqual(issuesOf(holding([doctor], ['#d', '#e'])), ['invariant Patient.generalPractitioner[1].reference'])
  assert.deepEqual(issuesOf(holding([doctor, doctor], ['#d'])), ['duplicate Patient.contained[1]'])
  assert.deepEqual(issuesOf(holding([{ resourceType: 'Practitioner' }], ['Practitioner/1'])), [
    'required Patient.contained[0]',
  ])
  assert.deepEqual(issuesOf(holding([{ resourceType: 'Patient', id: 'd' }], ['#d'])), [
    'value Patient.generalPractitioner[0].reference',
  ])
  assert.deepEqual(issuesOf(patient({ contained: [basic({ id: 'b', subject: { reference: '#' } })] })), [])
  assert.deepEqual(
    issuesOf(
      patient({ contained: [basic({ id: 'b', subject: { reference: '#' }, contained: [basic({ id: 'c' })] })] }),
    ),
    ['invariant Patient.contained[0].contained'],
  )
  const meta = { versionId: '1', lastUpdated: '2020-01-01T00:00:00Z', security: [{ code: 'R' }] }
  assert.deepEqual(issuesOf(patient({ contained: [basic({ id: 'b', subject: { reference: '#' }, meta })] })), [
    'invariant Patient.contained[0].meta.versionId',
    'invariant Patient.contained[0].meta.lastUpdated',
    'invariant Patient.contained[0].meta.security',
  ])
  assert.deepEqual(issuesOf(patient({ contained: ['x', { resourceType: 'Nothing', id: 'n' }] })), [
    'structure Patient.contained[0]',
    'structure Patient.contained[1]',
  ])
})

test('a reference leads to a type that its element allows', () => {
  const managed = (reference: object) => patient({ managingOrganization: reference })
  for (const reference of [
    'Organization/1',
    'Organization/1/_history/2',
    'http://x/fhir/Organization/1',
    'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
    'Organization?identifier=a|b',
    'https://x/y.pdf',
  ])
    assert.deepEqual(issuesOf(managed({ reference })), [], reference)
  for (const reference of [
    'Patient/1',
    'http://x/fhir/Patient/1',
    'Patient?x=y',
    'Nothing/1',
    'Organization/',
    'Organization/a b',
    'x',
  ])
    assert.deepEqual(issuesOf(managed({ reference })), ['value Patient.managingOrganization.reference'], reference)
  assert.deepEqual(issuesOf(managed({ type: 'Patient', display: 'x' })), ['value Patient.managingOrganization.type'])
  assert.deepEqual(issuesOf(managed({ reference: 'Organization/1', type: 'Patient' })), [
    'value Patient.managingOrganization.type',
  ])
  assert.deepEqual(issuesOf(managed({ identifier: { value: 'x' } })), [])
})

test('required bindings hold for codings and concepts, and a concept may say why it is absent', () => {
  const allergy = (clinicalStatus: object) => ({
    resourceType: 'AllergyIntolerance',
    patient: { display: 'x' },
    clinicalStatus,
  })
  const system = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical'
  assert.deepEqual(issuesOf(allergy({ coding: [{ code: 'x' }, { system, code: 'active' }] })), [])
  for (const bad of [{ text: 'active' }, { coding: [{ code: 'active' }] }, { coding: [{ system, code: 'x' }] }])
    assert.deepEqual(issuesOf(allergy(bad)), ['code-invalid AllergyIntolerance.clinicalStatus'])
  const extension = [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }]
  assert.deepEqual(issuesOf(allergy({ extension })), [])
})

test('MIME types and currencies follow their own standards', () => {
  const photo = (contentType: string) => issuesOf(patient({ photo: [{ contentType }] }))
  assert.deepEqual(photo('text/plain; charset=utf-8'), [])
  assert.deepEqual(photo('image'), ['code-invalid Patient.photo[0].contentType'])
  const invoice = (currency: string) =>
    issuesOf({ resourceType: 'Invoice', status: 'draft', totalNet: { value: 1, currency } })
  assert.deepEqual(invoice('GBP'), [])
  assert.deepEqual(invoice('gbp'), ['code-invalid Invoice.totalNet.currency'])
})

test('each resource of a bundle is checked, and named by its place', () => {
  const bundle = {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ resource: patient({}) }, { resource: patient({ gender: 'x' }) }],
  }
  assert.deepEqual(issuesOf(bundle), ['code-invalid Bundle.entry[1].resource.gender'])
})

test('what is no resource at all is refused', () => {
  for (const value of [{}, { resourceType: 'Nothing' }, { resourceType: 1 }, { resourceType: 'DomainResource' }])
    assert.deepEqual(issuesOf(value), ['structure Resource'])
})

test('an outcome stays readable however much is wrong', () => {
  const issues = validate(patient({ name: Array.from({ length: 5000 }, () => ({})) }) as Resource)
  assert.equal(issues.length, 1001)
  assert.equal(issues.at(-1)?.code, 'incomplete')
})

test('whatever JSON stands where an element should be, the validator answers with issues', () => {
  const random = seededRandom(5)
  const whole = createValidator(definitions)
  const anything = [null, true, 0, -1.5, '', '#', '#x', 'x', [], {}, [null], [[]], [{}], { extension: null }, { id: 1 }]
  const numbers = parseJson('[1.0, 1e400]') as unknown[]
  for (let round = 0; round < 4000; round++) {
    const resource = random.pick(validResources())
    let holder = resource as Record<string, unknown>
    for (let depth = random.integer(6); depth >= 0; depth--) {
      const keys = Object.keys(holder)
      const key = random.integer(8) === 0 ? `_${random.pick(keys)}` : random.pick(keys)
      const next = holder[key]
      if (depth === 0 || typeof next !== 'object' || next === null || Object.keys(next).length === 0) {
        holder[key] = random.pick([...structuredClone(anything), ...numbers])
        break
      }
      holder = next as Record<string, unknown>
    }
    for (const issue of whole(resource)) assert.ok(issue.diagnostics && issue.expression?.[0])
  }
})
