import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nhsNumberFrom, parseNhsNumber } from './nhs-number.ts'

test('an NHS number is read as it is printed on letters, with spaces or hyphens', () => {
  assert.equal(parseNhsNumber('943 476 5919'), '9434765919')
  assert.equal(parseNhsNumber('943-476-5919'), '9434765919')
})

test('a wrong check digit, a letter, or another length is not an NHS number', () => {
  for (const text of ['9434765918', '943476591', '94347659190', '94347659l9', '', '٩٤٣٤٧٦٥٩١٩'])
    assert.equal(parseNhsNumber(text), undefined, text)
})

test('a number whose check comes out as ten never passes, whatever its last digit', () => {
  const nine = '100000001'
  assert.equal(nhsNumberFrom(nine), undefined)
  for (let digit = 0; digit <= 9; digit++) assert.equal(parseNhsNumber(`${nine}${digit}`), undefined)
})

test('nine digits get the check digit that makes them a number', () => {
  assert.equal(nhsNumberFrom('900000000'), '9000000009')
})
