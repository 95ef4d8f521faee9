import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { assemble, assembled } from '../../scripts/assemble.ts'

test('the scanner that runs is the one that can be read', async () => {
  assert.equal(readFileSync(assembled, 'utf8'), await assemble(), 'after an edit of json-scan.wat: npm run wasm')
})
