import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFhirServer } from '../../../../test/harness/fhir.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { createValidator } from '../../../standards/fhir/validation/validator.ts'

const { ask, errors } = await testFhirServer({
  validate: createValidator(loadDefinitions()),
  policyOf: async () => 'warn',
})
const wrong = { resourceType: 'Patient', gender: 'wrong' }

test('what a tenant keeps though it breaks a rule is told as a warning in the outcome', async () => {
  const made = await ask('POST', '/Patient', wrong, { prefer: 'return=OperationOutcome' })
  assert.equal(made.status, 201, made.text)
  const [, warning] = made.json.issue
  assert.deepEqual([warning.severity, warning.expression], ['warning', ['Patient.gender']])
})

test('so it is in the entries of a batch and of a transaction', async () => {
  for (const type of ['batch', 'transaction']) {
    const bundle = {
      resourceType: 'Bundle',
      type,
      entry: [{ resource: wrong, request: { method: 'POST', url: 'Patient' } }],
    }
    const { json, text } = await ask('POST', '/', bundle)
    const [entry] = json.entry
    assert.match(entry.response.status, /^201/, text)
    assert.equal(entry.response.outcome.issue[0].severity, 'warning')
    assert.match(
      entry.response.outcome.issue[0].expression[0],
      /Patient\.gender$|Bundle\.entry\[0\]\.resource\.gender$/,
    )
  }
})

test('nothing failed within', () => assert.deepEqual(errors, []))
