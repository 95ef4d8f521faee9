import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinitions } from './load.ts'

const definitions = loadDefinitions()

test('R4 has 146 resource types, and nothing that a vendor or a later version added', () => {
  assert.equal(definitions.resourceTypes.length, 146)
  assert.ok(!definitions.isResourceType('Bot'))
  assert.ok(!definitions.isResourceType('SubscriptionStatus'))
  assert.ok(!definitions.isResourceType('DomainResource'))
})

test('a choice element is known by each of its JSON properties', () => {
  const observation = definitions.type('Observation')
  assert.equal(observation?.properties.get('valueQuantity')?.type.code, 'Quantity')
  assert.equal(observation?.properties.get('valueQuantity')?.element.path, 'Observation.value[x]')
  assert.equal(observation?.properties.get('value'), undefined)
})

test('a backbone element is a type of its own, and a content reference leads to it', () => {
  const element = definitions.type('Observation.component')?.elements.get('referenceRange')
  assert.deepEqual(element?.types, [{ code: 'Observation.referenceRange' }])
  assert.ok(definitions.type('Observation.referenceRange')?.elements.has('low'))
  assert.ok(definitions.type('Observation.component')?.elements.has('modifierExtension'))
})

test('a required binding lists its codes, and implies the system of a plain code', () => {
  const binding = definitions.type('Patient')?.elements.get('gender')?.binding
  assert.equal(binding?.strength, 'required')
  assert.deepEqual(definitions.codes(binding?.valueSet ?? ''), [
    { system: 'http://hl7.org/fhir/administrative-gender', codes: ['male', 'female', 'other', 'unknown'] },
  ])
  assert.equal(definitions.impliedSystem(binding?.valueSet ?? ''), 'http://hl7.org/fhir/administrative-gender')
})

test('value sets without an end have no list', () => {
  assert.equal(definitions.codes('http://hl7.org/fhir/ValueSet/mimetypes'), undefined)
})

test('invariants are inherited, and stated once', () => {
  const keys = definitions.type('Patient')?.constraints.map((constraint) => constraint.key)
  assert.deepEqual(keys, ['dom-2', 'dom-3', 'dom-4', 'dom-5', 'dom-6'])
  assert.deepEqual(
    definitions.type('Patient.contact')?.constraints.map((constraint) => constraint.key),
    ['ele-1', 'pat-1'],
  )
})

test('a type is a subtype of its ancestors and of nothing else', () => {
  assert.ok(definitions.isSubtype('Patient', 'Resource'))
  assert.ok(definitions.isSubtype('positiveInt', 'integer'))
  assert.ok(definitions.isSubtype('Age', 'Quantity'))
  assert.ok(!definitions.isSubtype('Quantity', 'Age'))
  assert.ok(!definitions.isSubtype('constructor', 'Resource'))
})

test('a search parameter speaks only of the resource type it was asked for', () => {
  assert.equal(definitions.searchParameter('Observation', 'code')?.expression, 'Observation.code')
  assert.equal(definitions.searchParameter('Patient', '_id')?.expression, 'Resource.id')
  assert.equal(definitions.searchParameter('Patient', 'nonsense'), undefined)
})

test('a composite parameter knows what its components are', () => {
  assert.deepEqual(definitions.searchParameter('Observation', 'code-value-quantity')?.components, [
    { code: 'code', type: 'token', target: [], expression: 'code' },
    { code: 'value-quantity', type: 'quantity', target: [], expression: 'value.ofType(Quantity)' },
  ])
})

test('all five compartments say what belongs to them', () => {
  assert.deepEqual([...definitions.compartments].sort(), [
    'Device',
    'Encounter',
    'Patient',
    'Practitioner',
    'RelatedPerson',
  ])
  assert.deepEqual(definitions.compartmentParameters('Patient', 'Observation'), ['subject', 'performer'])
  assert.deepEqual(definitions.compartmentParameters('Patient', 'constructor'), [])
})

test('every type that an element names is there', () => {
  const missing = definitions.typeNames.flatMap((name) =>
    [...(definitions.type(name)?.elements.values() ?? [])].flatMap((element) =>
      element.types.filter((type) => !definitions.type(type.code)).map((type) => `${element.path}: ${type.code}`),
    ),
  )
  assert.deepEqual(missing, [])
})
