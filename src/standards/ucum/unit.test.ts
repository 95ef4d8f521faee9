import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRational } from './rational.ts'
import { parseUnit, toBaseUnits } from './unit.ts'

const inBase = (value: string, code: string) => toBaseUnits(parseRational(value), code)

test('codes of one dimension are brought to the same unit, exactly', () => {
  assert.deepEqual(inBase('5', 'mg'), inBase('0.005', 'g'))
  assert.deepEqual(inBase('1', 'mmol/L'), inBase('0.001', 'mol/L'))
  assert.deepEqual(inBase('120', 'mm[Hg]'), inBase('0.12', 'm[Hg]'))
  assert.deepEqual(inBase('1', '[lb_av]'), inBase('453.59237', 'g'))
  assert.deepEqual(inBase('7', '10*3/uL'), inBase('7', '10*9/L'))
})

test('temperatures have an offset', () => {
  assert.deepEqual(inBase('37', 'Cel'), inBase('98.6', '[degF]'))
  assert.deepEqual(inBase('0', 'Cel'), inBase('273.15', 'K'))
})

test('annotations do not count', () => {
  assert.equal(parseUnit('mL/min/{1.73_m2}')?.dimension, parseUnit('L/h')?.dimension)
  assert.equal(parseUnit('{beats}/min')?.dimension, 's-1')
})

test('an international unit measures only itself', () => {
  assert.notEqual(parseUnit('[iU]/L')?.dimension, parseUnit('mol/L')?.dimension)
  assert.deepEqual(inBase('1', 'k[iU]'), inBase('1000', '[iU]'))
})

test('what is no UCUM is not guessed at', () => {
  for (const code of ['', 'foo', 'mg/', 'k[lb_av]', 'm(', 'µg', 'mg dL', 'constructor'])
    assert.equal(parseUnit(code), undefined, code)
})
