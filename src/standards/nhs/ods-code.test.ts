import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOdsCode } from './ods-code.ts'

test('an ODS code is letters and digits, in capitals whatever was typed', () => {
  assert.equal(parseOdsCode(' a20047 '), 'A20047')
  assert.equal(parseOdsCode('RR8'), 'RR8')
})

test('what could change a query or a path is not an ODS code', () => {
  for (const text of ['', 'A2', 'A20047&x=1', '../A2', "A'--", 'A20 047', 'A234567890123'])
    assert.equal(parseOdsCode(text), undefined, text)
})
