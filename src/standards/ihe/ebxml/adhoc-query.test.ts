import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../../kernel/problem.ts'
import { readValue } from './adhoc-query.ts'

test('a stored query’s values are quoted, listed, or bare, and a doubled quote is one', () => {
  assert.deepEqual(readValue("'one'", '$x'), ['one'])
  assert.deepEqual(readValue(" ( 'a' , 'b''s' ) ", '$x'), ['a', "b's"])
  assert.deepEqual(readValue('20240101', '$x'), ['20240101'])
  assert.deepEqual(readValue("('a, b','c')", '$x'), ['a, b', 'c'])
})

test('a list that is not closed, or a quote that is not, is no value', () => {
  for (const text of ["('a'", "('a)", "'a", '()', "('a' 'b')", "'a'b'"])
    assert.throws(() => readValue(text, '$x'), Problem, text)
})
