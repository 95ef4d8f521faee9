import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateInterval } from './date-interval.ts'
import { postgresTime } from './postgres-time.ts'

const written = (text: string) => Object.values(dateInterval(text) ?? {}).map(postgresTime)

test('the ends of the calendar are infinite for PostgreSQL, and nothing else is', () => {
  assert.deepEqual(written('9999-12-31'), ['9999-12-31T00:00:00.000Z', 'infinity'])
  assert.deepEqual(written('0001-01-01T00:00:00+14:00'), ['-infinity', '-infinity'])
  assert.deepEqual(written('0001'), ['0001-01-01T00:00:00.000Z', '0002-01-01T00:00:00.000Z'])
})
