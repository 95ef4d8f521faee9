import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookup } from './lookup.ts'

test('a table finds what it lists, and no word that every object knows', () => {
  const table = lookup({ final: 'completed' })
  assert.equal(table.final, 'completed')
  for (const word of ['constructor', '__proto__', 'toString', 'valueOf']) assert.equal(table[word], undefined, word)
})
