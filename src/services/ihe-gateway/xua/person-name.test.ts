import assert from 'node:assert/strict'
import { test } from 'node:test'
import { personName } from './person-name.ts'

test('a name in one text is taken apart as well as can be', () => {
  assert.deepEqual(personName('Dr Ann Mary Jones'), { prefix: ['Dr'], given: ['Ann', 'Mary'], family: 'Jones' })
  assert.deepEqual(personName('Jones, Ann'), { prefix: [], given: ['Ann'], family: 'Jones' })
  assert.deepEqual(personName('ajones'), { prefix: [], given: [], family: 'ajones' })
  assert.deepEqual(personName('  '), { prefix: [], given: [], family: 'Unknown' })
})
