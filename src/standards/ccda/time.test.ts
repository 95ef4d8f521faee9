import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readable, readableWhen, toTs } from './time.ts'

test('a time keeps the precision it was recorded with', () => {
  const cases: [string, string | undefined][] = [
    ['1985', '1985'],
    ['1985-12', '198512'],
    ['2019-03-28', '20190328'],
    ['2019-03-28T10:30:00+00:00', '20190328103000+0000'],
    ['2013-11-18T09:41:49.46+00:00', '20131118094149.46+0000'],
    ['2011-09-12T08:24:57+01:00', '20110912082457+0100'],
    ['2024-01-01T00:00:00Z', '20240101000000+0000'],
    ['2019-05-01T10:38:00', '20190501103800'],
    ['2024-02-29', '20240229'],
  ]
  for (const [time, ts] of cases) assert.equal(toTs(time), ts, time)
})

test('what is no date is none, in the calendar too', () => {
  for (const time of [
    '',
    'yesterday',
    '2019-13',
    '2019-02-30',
    '2023-02-29',
    '28/03/2019',
    '2019-03-28T25:00:00Z',
    '0000',
    '2019-3-1',
  ])
    assert.equal(toTs(time), undefined, time)
})

test('people read days and months, and see what was recorded where it is no date', () => {
  assert.equal(readable('2019-03-28T10:30:00+00:00'), '28 Mar 2019 10:30')
  assert.equal(readable('2019-03-28T00:00:00+00:00'), '28 Mar 2019')
  assert.equal(readable('1985-12'), 'Dec 1985')
  assert.equal(readable('1985'), '1985')
  assert.equal(readable('2019-02-30'), '“2019-02-30” (not a date)')
  assert.equal(readableWhen({ start: '2019', end: '2020-01' }), '2019 to Jan 2020')
  assert.equal(readableWhen({}), '')
})

test('a clock that is not British is named', () => {
  assert.equal(readable('2019-06-01T10:30:00+01:00'), '1 Jun 2019 10:30')
  assert.equal(readable('2019-06-01T10:30:00.5-05:00'), '1 Jun 2019 10:30 (UTC-05:00)')
})

test('a clock that is an hour from the British one of its time of the year is named', () => {
  assert.equal(readable('2019-06-01T10:30:00Z'), '1 Jun 2019 10:30 (UTC)')
  assert.equal(readable('2019-10-20T10:30:00+00:00'), '20 Oct 2019 10:30 (UTC)')
  assert.equal(readable('2019-01-01T10:30:00+01:00'), '1 Jan 2019 10:30 (UTC+01:00)')
  for (const changing of ['2019-03-31T10:30:00Z', '2019-03-31T10:30:00+01:00', '1970-01-01T10:30:00+01:00'])
    assert.doesNotMatch(readable(changing), /UTC/)
})
