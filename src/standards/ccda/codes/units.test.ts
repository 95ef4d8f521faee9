import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ucumUnit } from './units.ts'

test('a unit in the words of a British record is named by its UCUM code', () => {
  assert.equal(ucumUnit({ value: '120', unit: 'millimeter of mercury' }), 'mm[Hg]')
  assert.equal(ucumUnit({ value: '4.1', unit: '10^9/L' }), '10*9/L')
  assert.equal(ucumUnit({ value: '16', unit: 'breaths per minute', code: '{resps}/min', ucum: true }), '/min')
  assert.equal(ucumUnit({ value: '30', unit: 'iu/L' }), '[IU]/L')
})

test('a number without a unit is a plain number, and a unit nobody can be sure of has no code', () => {
  assert.equal(ucumUnit({ value: '7' }), '1')
  assert.equal(ucumUnit({ value: '7', unit: 'Unk UoM' }), undefined)
  assert.equal(ucumUnit({ value: '7', unit: 'tablet' }), undefined)
})

test('milli and mega stay apart: case is kept where it carries meaning', () => {
  assert.equal(ucumUnit({ value: '1', unit: 'mU/L' }), 'mU/L')
  assert.equal(ucumUnit({ value: '1', unit: 'U/L' }), 'U/L')
  assert.notEqual(ucumUnit({ value: '1', unit: 'MU/L' }), 'U/L')
})
