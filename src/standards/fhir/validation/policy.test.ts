import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutcomeIssue } from '../types.ts'
import { underPolicy } from './policy.ts'

const issues: OutcomeIssue[] = [
  { severity: 'fatal', code: 'structure' },
  { severity: 'error', code: 'required', expression: ['Patient.link[0].other'] },
]

test('a tenant that warns turns errors into warnings, and still refuses what is no resource', () => {
  assert.deepEqual(underPolicy(issues, 'warn'), [issues[0], { ...issues[1], severity: 'warning' }])
})

test('a tenant that refuses gets the issues as they are', () => {
  assert.deepEqual(underPolicy(issues, 'refuse'), issues)
})
