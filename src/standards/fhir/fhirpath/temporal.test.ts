import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addToTemporal, compareTemporal, parseTemporal, temporalText, type CalendarUnit } from './temporal.ts'

const moment = (text: string) => {
  const value = parseTemporal(text, 'DateTime')
  assert.ok(value, text)
  return value
}
const compare = (a: string, b: string) => compareTemporal(moment(a), moment(b))
const plus = (text: string, amount: number, unit: CalendarUnit) =>
  temporalText(addToTemporal(moment(text), amount, unit))

test('moments in different zones are the same moment', () => {
  assert.equal(compare('2012-04-15T15:00:00+02:00', '2012-04-15T16:00:00+03:00'), 0)
  assert.equal(compare('2012-04-15T15:00:00Z', '2012-04-15T15:00:01Z'), -1)
})

test('what a lower precision leaves open has no answer', () => {
  assert.equal(compare('2018-03', '2018-03-01'), undefined)
  assert.equal(compare('2018-03', '2018-04-01'), -1)
  assert.equal(compare('2012-04-15T15:00:00Z', '2012-04-15T10:00:00'), undefined)
})

test('a month after the 31st is the last of the next month', () => {
  assert.equal(plus('2024-01-31', 1, 'month'), '2024-02-29')
  assert.equal(plus('2024-02-29', 1, 'year'), '2025-02-28')
  assert.equal(plus('2024-03-31', -1, 'month'), '2024-02-29')
})

test('days roll over months, hours over days', () => {
  assert.equal(plus('1973-12-25', 7, 'day'), '1974-01-01')
  assert.equal(plus('2024-12-31T23:00:00Z', 2, 'hour'), '2025-01-01T01:00:00Z')
})

test('days that do not exist are refused', () => {
  for (const text of ['2023-02-29', '2024-13-01', '2024-01-01T24:00', '24-01-01'])
    assert.equal(parseTemporal(text, 'DateTime'), undefined, text)
})
