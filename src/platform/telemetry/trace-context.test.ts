import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childOf, traceparentOf } from './trace-context.ts'

const ones = (size: number) => Buffer.alloc(size, 0x11)
const given = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

test("a caller's trace goes on, and what it causes has the same trace with an id of its own", () => {
  assert.equal(traceparentOf(given, ones), given)
  assert.equal(childOf(given, ones), `00-4bf92f3577b34da6a3ce929d0e0e4736-${'11'.repeat(8)}-01`)
})

test('a later version is understood as far as it is known', () => {
  assert.equal(traceparentOf(`01${given.slice(2)}-more`, ones), given)
})

test('what is no traceparent begins a new trace', () => {
  const fresh = `00-${'11'.repeat(16)}-${'11'.repeat(8)}-00`
  const zeros = `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`
  for (const header of [
    undefined,
    '',
    given.toUpperCase(),
    `ff${given.slice(2)}`,
    `${given}-more`,
    zeros,
    [given, given],
  ])
    assert.equal(traceparentOf(header, ones), fresh, String(header))
  assert.equal(
    traceparentOf(undefined, (size) => Buffer.alloc(size)),
    `00-${'0'.repeat(31)}1-${'0'.repeat(15)}1-00`,
  )
})
