import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asProblem, Problem } from './problem.ts'

test('a stranger becomes an internal problem that keeps its text to itself', () => {
  const problem = asProblem(new Error('password=secret'))
  assert.equal(problem.kind, 'internal')
  assert.doesNotMatch(problem.message, /secret/)
})

test('a problem stays the problem it was', () => {
  const problem = new Problem('invalid', 'The slot has begun', { at: 'Appointment.slot' })
  assert.equal(asProblem(problem), problem)
})
