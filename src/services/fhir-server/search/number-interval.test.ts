import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberInterval } from './number-interval.ts'

const bounds = (text: string) => {
  const found = numberInterval(text)
  return found && [found.lo, found.hi]
}

test('a number spans what its digits leave open, as in the examples of the standard', () => {
  assert.deepEqual(bounds('100'), [99.5, 100.5])
  assert.deepEqual(bounds('100.00'), [99.995, 100.005])
  assert.deepEqual(bounds('1e2'), [95, 105])
  assert.deepEqual(bounds('-5.4'), [-5.45, -5.35])
  assert.deepEqual(bounds('0'), [-0.5, 0.5])
})

test('a bound is the very number that the same digits in a resource are', () => {
  assert.equal(bounds('5.4')?.[0], 5.35)
})

test('a number of more digits than a double holds still spans itself', () => {
  for (const text of ['123456789.123456789', '-0.12345678901234567890', '12345678901234567890', '5e-324']) {
    const { value, lo, hi } = numberInterval(text) ?? { value: 0, lo: 0, hi: 0 }
    assert.ok(lo <= value && value < hi, text)
  }
})

test('what is no number spans nothing', () => {
  for (const text of ['', 'abc', '1.2.3', 'NaN', '1e9999', '--1']) assert.equal(numberInterval(text), undefined, text)
})
