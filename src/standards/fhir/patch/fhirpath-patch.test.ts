import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../../kernel/problem.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import type { Resource } from '../types.ts'
import { applyFhirPathPatch } from './fhirpath-patch.ts'

const definitions = loadDefinitions()

type Operation = {
  type: string
  path: string
  name?: string
  value?: object
  index?: number
  source?: number
  destination?: number
}

const aPatch = (...operations: Operation[]) => ({
  resourceType: 'Parameters',
  parameter: operations.map(({ type, path, name, value, ...numbers }) => ({
    name: 'operation',
    part: [
      { name: 'type', valueCode: type },
      { name: 'path', valueString: path },
      ...(name ? [{ name: 'name', valueString: name }] : []),
      ...(value ? [{ name: 'value', ...value }] : []),
      ...Object.entries(numbers).map(([part, valueInteger]) => ({ name: part, valueInteger })),
    ],
  })),
})
const patched = (resource: Resource, ...operations: Operation[]) =>
  applyFhirPathPatch(resource, aPatch(...operations), definitions)

test('a choice element is added under the name of its type', () => {
  assert.deepEqual(
    patched(
      { resourceType: 'Observation' },
      { type: 'add', path: 'Observation', name: 'value', value: { valueQuantity: { value: 1 } } },
    ),
    { resourceType: 'Observation', valueQuantity: { value: 1 } },
  )
})

test('a choice element replaced by another type does not leave the first behind', () => {
  assert.deepEqual(
    patched(
      { resourceType: 'Patient', deceasedBoolean: true },
      { type: 'replace', path: 'Patient.deceased', value: { valueDateTime: '2020-01-01' } },
    ),
    { resourceType: 'Patient', deceasedDateTime: '2020-01-01' },
  )
})

test('extensions of a list of primitives keep to their items', () => {
  const patient = {
    resourceType: 'Patient',
    name: [{ given: ['Ann', null, 'Cy'], _given: [null, { extension: [{ url: 'u', valueString: 'x' }] }, null] }],
  }
  assert.deepEqual(patched(patient, { type: 'delete', path: 'Patient.name.given[0]' }).name, [
    { given: [null, 'Cy'], _given: [{ extension: [{ url: 'u', valueString: 'x' }] }, null] },
  ])
  assert.deepEqual(patched(patient, { type: 'move', path: 'Patient.name.given', source: 2, destination: 0 }).name, [
    { given: ['Cy', 'Ann', null], _given: [null, null, { extension: [{ url: 'u', valueString: 'x' }] }] },
  ])
})

test('a list whose last item is deleted is no longer there', () => {
  assert.deepEqual(
    patched(
      { resourceType: 'Patient', name: [{ family: 'Lee' }] },
      { type: 'delete', path: "Patient.name.where(family = 'Lee')" },
    ),
    { resourceType: 'Patient' },
  )
})

test('an item is inserted into a list that is not there yet', () => {
  assert.deepEqual(
    patched(
      { resourceType: 'Patient' },
      { type: 'insert', path: 'Patient.name', index: 0, value: { valueHumanName: { family: 'Lee' } } },
    ),
    { resourceType: 'Patient', name: [{ family: 'Lee' }] },
  )
})

test('later operations see what earlier ones did', () => {
  assert.deepEqual(
    patched(
      { resourceType: 'Patient' },
      { type: 'add', path: 'Patient', name: 'contact', value: { part: [{ name: 'gender', valueCode: 'male' }] } },
      { type: 'replace', path: 'Patient.contact[0].gender', value: { valueCode: 'female' } },
    ),
    { resourceType: 'Patient', contact: [{ gender: 'female' }] },
  )
})

test('deleting what is not there changes nothing', () => {
  assert.deepEqual(patched({ resourceType: 'Patient', id: 'a' }, { type: 'delete', path: 'Patient.birthDate' }), {
    resourceType: 'Patient',
    id: 'a',
  })
})

test('an operation that cannot be is refused by its place in the Parameters', () => {
  const patient = { resourceType: 'Patient', birthDate: '2000-01-01', name: [{ family: 'A' }, { family: 'B' }] }
  const refused: Operation[] = [
    { type: 'increase', path: 'Patient.name' },
    { type: 'add', path: 'Patient', name: 'birthDate', value: { valueDate: '2001-01-01' } },
    { type: 'add', path: 'Patient', name: 'nonsense', value: { valueDate: '2001-01-01' } },
    { type: 'add', path: 'Patient', name: 'deceased', value: { valueQuantity: { value: 1 } } },
    { type: 'add', path: 'Patient.name', name: 'text', value: { valueString: 'x' } },
    { type: 'add', path: 'Patient', name: 'telecom' },
    { type: 'replace', path: 'Patient.gender', value: { valueCode: 'male' } },
    { type: 'replace', path: 'Patient', value: { valueCode: 'male' } },
    { type: 'delete', path: 'Patient.name' },
    { type: 'delete', path: 'Patient.name.count()' },
    { type: 'insert', path: 'Patient.name', index: 3, value: { valueHumanName: {} } },
    { type: 'move', path: 'Patient.name', source: 2, destination: 0 },
    { type: 'move', path: 'Patient.birthDate', source: 0, destination: 0 },
    { type: 'delete', path: 'Patient.name[' },
  ]
  for (const operation of refused)
    assert.throws(
      () => patched(patient, { type: 'delete', path: 'Patient.photo' }, operation),
      (problem) => problem instanceof Problem && problem.kind === 'invalid' && problem.at === 'Parameters.parameter[1]',
      JSON.stringify(operation),
    )
  assert.throws(() => applyFhirPathPatch(patient, { resourceType: 'Patient' }, definitions), Problem)
})
