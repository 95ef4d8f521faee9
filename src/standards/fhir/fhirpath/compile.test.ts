import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../../kernel/problem.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { compileFhirPath } from './compile.ts'
import { locationOf } from './typed-value.ts'

const definitions = loadDefinitions()
const evaluate = (expression: string, resource: { resourceType: string }) =>
  compileFhirPath(expression, { type: resource.resourceType, definitions })(resource).map(({ type, value }) => [
    type,
    value,
  ])

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ use: 'official', given: ['Ann', 'Bea'], family: 'Lee' }, { given: ['Cy'] }],
  telecom: [
    { system: 'phone', value: '1' },
    { system: 'email', value: 'a@example.org' },
  ],
  deceasedDateTime: '2020-01-01',
  birthDate: '1970-05-06',
  _birthDate: { extension: [{ url: 'http://example.org/time', valueTime: '10:00:00' }] },
  managingOrganization: { reference: 'Organization/o1' },
}
const observation = {
  resourceType: 'Observation',
  status: 'final',
  subject: { reference: 'https://example.org/fhir/Patient/p1' },
  performer: [{ reference: '#who' }, { reference: 'urn:uuid:1', type: 'Organization' }, { reference: 'Nurse/1' }],
  contained: [{ resourceType: 'Practitioner', id: 'who' }],
  valueQuantity: { value: 5, unit: 'mg' },
  component: [{ valueString: 'a' }, { valueCodeableConcept: { text: 'b' } }],
}

test('a path yields every value with its type, in order', () => {
  assert.deepEqual(evaluate('Patient.name.given', patient), [
    ['string', 'Ann'],
    ['string', 'Bea'],
    ['string', 'Cy'],
  ])
})

test('a path that starts with another resource type yields nothing, and Resource fits any', () => {
  assert.deepEqual(evaluate('Observation.status', patient), [])
  assert.deepEqual(evaluate('Resource.id', patient), [['id', 'p1']])
})

test('a choice element has the type that was chosen', () => {
  assert.deepEqual(evaluate('Patient.deceased', patient), [['dateTime', '2020-01-01']])
  assert.deepEqual(evaluate('Observation.value.as(Quantity).unit', observation), [['string', 'mg']])
  assert.deepEqual(evaluate('(Observation.value as CodeableConcept)', observation), [])
  assert.deepEqual(evaluate('Observation.component.value.ofType(string)', observation), [['string', 'a']])
})

test('where() keeps the items whose criteria hold', () => {
  assert.deepEqual(evaluate("Patient.telecom.where(system='phone').value", patient), [['string', '1']])
})

test('a union has each value once', () => {
  assert.deepEqual(evaluate('(Patient.name.given | Patient.name.family | Patient.name.given).count()', patient), [
    ['System.Integer', 4],
  ])
})

test('resolve() is answered by the reference itself', () => {
  const references = (expression: string) =>
    evaluate(expression, observation).map(([, value]) => (value as { reference: string }).reference)
  assert.deepEqual(references('Observation.subject.where(resolve() is Patient)'), [
    'https://example.org/fhir/Patient/p1',
  ])
  assert.deepEqual(references('Observation.subject.where(resolve() is Group)'), [])
  assert.deepEqual(references('Observation.performer.where(resolve() is Practitioner)'), ['#who'])
  assert.deepEqual(references('Observation.performer.where(resolve() is Organization)'), ['urn:uuid:1'])
})

test('resolve() finds what is contained', () => {
  assert.deepEqual(evaluate('Observation.performer.resolve().id', observation), [['id', 'who']])
})

test("a primitive's extensions are found beside it", () => {
  assert.deepEqual(evaluate("Patient.birthDate.extension('http://example.org/time').value", patient), [
    ['time', '10:00:00'],
  ])
})

test('a condition on a choice', () => {
  assert.deepEqual(evaluate('Patient.deceased.exists() and Patient.deceased != false', patient), [
    ['System.Boolean', true],
  ])
})

test('a value knows where it was found', () => {
  const [, second] = compileFhirPath('name.given', { type: 'Patient', definitions, located: true })(patient)
  assert.ok(second)
  assert.equal(locationOf(second), 'Patient.name[0].given[1]')
})

test('an expression on a part of a resource sees the resource through the environment', () => {
  const path = compileFhirPath('%resource.id | family', { type: 'HumanName', definitions })
  assert.deepEqual(
    path(patient.name[0], { resource: patient }).map(({ value }) => value),
    ['p1', 'Lee'],
  )
})

test('what is no FHIRPath is refused, with the place', () => {
  assert.throws(
    () => compileFhirPath('Patient.name.where(', { type: 'Patient', definitions }),
    (problem) =>
      problem instanceof Problem &&
      problem.kind === 'invalid' &&
      /unexpected end at character 20/.test(problem.message),
  )
  assert.throws(() => compileFhirPath('name.nonsense()', { type: 'Patient', definitions }), /no function nonsense/)
  assert.throws(
    () => compileFhirPath('name.constructor()', { type: 'Patient', definitions }),
    /no function constructor/,
  )
})

test('strict refuses an element that the type does not have; otherwise it yields nothing', () => {
  assert.throws(
    () => compileFhirPath('Patient.nmae', { type: 'Patient', definitions, strict: true }),
    /no element nmae/,
  )
  assert.deepEqual(evaluate('Patient.nmae', patient), [])
})

test('every search parameter of R4 has an expression that its resource type can fulfil', () => {
  const expressions = definitions.resourceTypes.flatMap((type) =>
    [...definitions.searchParameters(type).values()].map(({ expression }) => ({ type, expression })),
  )
  const compiled = expressions
    .filter(({ expression }) => expression !== '')
    .map(({ type, expression }) => compileFhirPath(expression, { type, definitions, strict: true }))
  assert.ok(compiled.length > 2500)
})

test('every invariant of R4 compiles', () => {
  const invariants = definitions.typeNames.flatMap((name) => {
    const type = definitions.type(name)
    const ofElements = [...(type?.elements.values() ?? [])].flatMap(({ types, constraints }) =>
      types.flatMap(({ code }) => constraints.map(({ expression }) => ({ type: code, expression }))),
    )
    return [...(type?.constraints ?? []).map(({ expression }) => ({ type: name, expression })), ...ofElements]
  })
  const compiled = invariants.map(({ type, expression }) => compileFhirPath(expression, { type, definitions }))
  assert.ok(compiled.length > 1000)
})
