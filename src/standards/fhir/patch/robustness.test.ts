import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../../kernel/problem.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { applyPatch } from './apply-patch.ts'

const definitions = loadDefinitions()
const patient = {
  resourceType: 'Patient',
  id: 'a',
  name: [{ family: 'Lee', given: ['Ann', null], _given: [null, { id: 'g' }] }, {}],
  _birthDate: { extension: [{ url: 'u', valueString: 'x' }] },
  deceasedBoolean: true,
}
const anything = fc.jsonValue({ maxDepth: 3 })
const pointer = fc
  .array(
    fc.constantFrom('name', '0', '1', '-', '01', 'given', '_given', 'id', '__proto__', 'constructor', '~', '~1', ''),
    {
      maxLength: 4,
    },
  )
  .map((tokens) => tokens.map((token) => `/${token}`).join(''))
const operation = fc.record(
  {
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'none'),
    path: fc.oneof(pointer, anything),
    from: fc.oneof(pointer, anything),
    value: anything,
  },
  { requiredKeys: ['op'] },
)
const part = fc.oneof(
  fc.record({ name: fc.constant('type'), valueCode: fc.constantFrom('add', 'insert', 'delete', 'replace', 'move') }),
  fc.record({
    name: fc.constant('path'),
    valueString: fc.constantFrom(
      'Patient',
      'Patient.name',
      'Patient.name[0].given',
      'Patient.name.given[1]',
      'Patient.birthDate',
      'Patient.birthDate.extension',
      'Patient.deceased',
      'Patient.descendants()',
      'id',
      '1',
      'Patient.',
    ),
  }),
  fc.record({
    name: fc.constant('name'),
    valueString: fc.constantFrom('name', 'given', 'deceased', 'birthDate', 'link', 'x', '__proto__'),
  }),
  fc.record({ name: fc.constantFrom('index', 'source', 'destination'), valueInteger: fc.integer({ min: -1, max: 3 }) }),
  fc.record(
    {
      name: fc.constant('value'),
      valueString: anything,
      valueHumanName: anything,
      valueDate: anything,
      part: anything,
    },
    { requiredKeys: ['name'] },
  ),
)
const parameters = fc.record({
  resourceType: fc.constant('Parameters'),
  parameter: fc.oneof(
    anything,
    fc.array(
      fc.record({ name: fc.constant('operation'), part: fc.oneof(anything, fc.array(part, { maxLength: 7 })) }),
      { maxLength: 2 },
    ),
  ),
})

test('whatever comes as a patch, a resource comes out or a Problem, and the resource that went in is as it was', () => {
  const before = structuredClone(patient)
  let patched = 0
  fc.assert(
    fc.property(fc.oneof(fc.array(operation, { maxLength: 4 }), parameters, anything), (patch) => {
      try {
        patched += typeof applyPatch(patient, patch, definitions).resourceType === 'string' ? 1 : 0
      } catch (error) {
        assert.ok(error instanceof Problem, `${JSON.stringify(patch)}: ${error instanceof Error ? error.stack : error}`)
      }
      assert.deepEqual(patient, before)
    }),
    { numRuns: 5000 },
  )
  assert.ok(patched > 100)
})
