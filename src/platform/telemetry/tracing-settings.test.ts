import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOtlpHeaders } from './tracing-settings.ts'

test('headers for a collector are read with their percent-encoding', () => {
  assert.deepEqual(parseOtlpHeaders('Authorization=Bearer%20a=b, x-tenant = one ,'), {
    authorization: 'Bearer a=b',
    'x-tenant': 'one',
  })
})

test('what is no header is not guessed about', () => {
  for (const text of ['token', '=a', 'a b=c', 'x=%zz']) assert.equal(parseOtlpHeaders(text), undefined, text)
})
