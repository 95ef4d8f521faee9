import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateInterval } from './date-interval.ts'

const bounds = (text: string) => {
  const found = dateInterval(text)
  return found && [found.lo.toISOString(), found.hi.toISOString()]
}

test('a date spans what its precision leaves open', () => {
  assert.deepEqual(bounds('2013'), ['2013-01-01T00:00:00.000Z', '2014-01-01T00:00:00.000Z'])
  assert.deepEqual(bounds('2012-02'), ['2012-02-01T00:00:00.000Z', '2012-03-01T00:00:00.000Z'])
  assert.deepEqual(bounds('2013-12-31'), ['2013-12-31T00:00:00.000Z', '2014-01-01T00:00:00.000Z'])
  assert.deepEqual(bounds('2013-01-14T10:00'), ['2013-01-14T10:00:00.000Z', '2013-01-14T10:01:00.000Z'])
  assert.deepEqual(bounds('2013-01-14T10:00:05+02:00'), ['2013-01-14T08:00:05.000Z', '2013-01-14T08:00:06.000Z'])
  assert.deepEqual(bounds('2013-01-14T10:00:05.5Z'), ['2013-01-14T10:00:05.500Z', '2013-01-14T10:00:05.600Z'])
  assert.deepEqual(bounds('0050-03-01'), ['0050-03-01T00:00:00.000Z', '0050-03-02T00:00:00.000Z'])
})

test('a day that no calendar has is no date', () => {
  for (const text of [
    '2013-02-30',
    '2013-13',
    '2013-1-1',
    '2013-02-29',
    'now',
    '',
    '2013-01-01T25:00:00Z',
    '2013-01-01T10:61Z',
  ])
    assert.equal(dateInterval(text), undefined, text)
})
