import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameUuid } from './uuid.ts'

test('the name-based UUID of RFC 4122 for www.example.com', () => {
  assert.equal(
    nameUuid('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com'),
    '2ed6657d-e927-568b-95e1-2665a8aea6a2',
  )
})
