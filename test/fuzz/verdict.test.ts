import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../builders/random.ts'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import { describe, makeRequest } from './requests.ts'
import { findFault } from './verdict.ts'

const definitions = loadDefinitions()
const request = makeRequest({ definitions, random: seededRandom(1), pages: [] })
const answer = (status: number, body: object) =>
  findFault(
    { ...request, method: 'POST' },
    { status, headers: { 'content-type': 'application/fhir+json' }, body: JSON.stringify(body) },
  )
const outcome = (issue: object) => ({ resourceType: 'OperationOutcome', issue: [issue] })

test('the same seed sends the same requests, another sends others', () => {
  const sent = (seed: number) => {
    const random = seededRandom(seed)
    return Array.from({ length: 200 }, () => describe(makeRequest({ definitions, random, pages: [] })))
  }
  assert.deepEqual(sent(5), sent(5))
  assert.notDeepEqual(sent(5), sent(6))
})

test('a 500, a refusal without a reason and one without a place are faults', () => {
  const reason = { code: 'value', diagnostics: 'Not so' }
  assert.match(answer(500, outcome(reason)) ?? '', /answered 500/)
  assert.match(answer(400, {}) ?? '', /without an OperationOutcome/)
  assert.match(answer(422, outcome({ code: 'value', expression: ['Patient'] })) ?? '', /without a reason/)
  assert.match(answer(400, outcome(reason)) ?? '', /without an expression/)
  assert.equal(answer(400, outcome({ ...reason, expression: ['Patient.name'] })), undefined)
  assert.match(answer(404, outcome(reason)) ?? '', /without an expression/)
  assert.match(answer(431, outcome(reason)) ?? '', /without an expression/)
  assert.equal(answer(201, { resourceType: 'Patient' }), undefined)
})
