import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { Problem } from '../../../kernel/problem.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { applyPatch } from './apply-patch.ts'

const definitions = loadDefinitions()
const patient = { resourceType: 'Patient', id: 'a', name: [{ family: 'Lee' }] }
const operations = [{ op: 'remove', path: '/name/0' }]
const gone = { resourceType: 'Patient', id: 'a' }

test('a JSON Patch says the same alone and in a Binary, and leaves no empty list', () => {
  assert.deepEqual(applyPatch(patient, operations, definitions), gone)
  const data = Buffer.from(JSON.stringify(operations)).toString('base64')
  const binary = { resourceType: 'Binary', contentType: 'application/json-patch+json', data }
  assert.deepEqual(applyPatch(patient, binary, definitions), gone)
})

test('Parameters are a FHIRPath Patch', () => {
  const parameters = {
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'delete' },
          { name: 'path', valueString: 'Patient.name' },
        ],
      },
    ],
  }
  assert.deepEqual(applyPatch(patient, parameters, definitions), gone)
})

test('anything else is refused', () => {
  for (const patch of [
    undefined,
    'text',
    { op: 'remove' },
    { resourceType: 'Binary', contentType: 'application/xml-patch+xml', data: '' },
    { resourceType: 'Binary', contentType: 'application/json-patch+json' },
    { resourceType: 'Binary', contentType: 'application/json-patch+json', data: 'bm8=' },
    [{ op: 'replace', path: '', value: 5 }],
  ])
    assert.throws(() => applyPatch(patient, patch, definitions), Problem, JSON.stringify(patch))
})
