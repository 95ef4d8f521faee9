import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fold } from './fold.ts'

test('case, accents and the width of gaps do not count', () => {
  assert.equal(fold(' Gárcia  LÓPEZ '), 'garcia lopez')
  assert.equal(fold('Ga\u0301rcia'), fold('GÁRCIA'))
})

test('the beginning of a Greek name in capitals begins the folded name, wherever it ends', () => {
  assert.ok(fold('Οδυσσεύς').startsWith(fold('ΟΔΥΣ')))
  assert.equal(fold('ΟΔΥΣΣΕΎΣ'), fold('Οδυσσεύς'))
})
