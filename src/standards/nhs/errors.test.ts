import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pdsErrorOf } from './pds-errors.ts'
import { spineErrorOf } from './spine-errors.ts'

const anOutcome = (
  code: string,
  over: { display?: string; diagnostics?: string; system?: string; severity?: string } = {},
) => ({
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: over.severity ?? 'error',
      code: 'invalid',
      details: { coding: [{ system: over.system ?? 'x', code, display: over.display }] },
      diagnostics: over.diagnostics,
    },
  ],
})

test('only PDS itself can say that there is no such patient', () => {
  assert.equal(pdsErrorOf(404, anOutcome('RESOURCE_NOT_FOUND'))?.error, 'none')
  assert.equal(pdsErrorOf(404, '<html>Not Found</html>'), undefined)
  assert.equal(pdsErrorOf(404, anOutcome('SOMETHING_NEW')), undefined)
})

test('a missing birth date is the search that lacks something; a missing header is our mistake', () => {
  const error = (diagnostics: string) => pdsErrorOf(400, anOutcome('MISSING_VALUE', { diagnostics }))?.error
  assert.equal(error("Missing value - 'birth_date/birth_date_range_start/birth_date_range_end'"), 'more-needed')
  assert.equal(error("Missing value - 'header/X-Request-ID'"), 'bad-request')
})

test('too many matches come with status 200, and a status alone is understood where its body is not', () => {
  assert.equal(pdsErrorOf(200, anOutcome('TOO_MANY_MATCHES'))?.error, 'too-many')
  assert.equal(pdsErrorOf(429, undefined)?.error, 'busy')
  assert.equal(pdsErrorOf(401, {})?.error, 'access-denied')
})

test("a provider's code is known under any code system, with a space or without", () => {
  assert.deepEqual(spineErrorOf(anOutcome('ACCESS DENIED')), { from: 'provider', code: 'ACCESS_DENIED' })
  assert.deepEqual(spineErrorOf(anOutcome('NO_PATIENT_CONSENT', { system: 'https://fhir.nhs.uk/STU3/ValueSet/x' })), {
    from: 'provider',
    code: 'NO_PATIENT_CONSENT',
  })
})

test('the proxy is known by how its text begins', () => {
  const system = 'http://fhir.nhs.net/ValueSet/gpconnect-schedule-response-code-1-0'
  const code = (display: string) => spineErrorOf(anOutcome('403', { display, diagnostics: display, system }))
  assert.deepEqual(code('ENDPOINT_https://a_CPAID_S1_VARIES_FROM_TARGETURL_https://b'), {
    from: 'proxy',
    code: 'endpoint-varies',
  })
  assert.deepEqual(code('PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_2'), {
    from: 'proxy',
    code: 'receiver-refused',
  })
  assert.deepEqual(code('FOT_CHECK_FAILED_MESSAGESENDER_1_MESSAGERECEIVER_2'), { from: 'proxy', code: 'pair-refused' })
  assert.deepEqual(code('something new'), { from: 'proxy', code: 'other' })
})

test('a warning is not an error', () => {
  assert.equal(spineErrorOf(anOutcome('NOT_IMPLEMENTED', { severity: 'warning' })), undefined)
})
