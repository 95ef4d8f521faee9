import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../../kernel/problem.ts'
import { parseJson } from '../json.ts'
import { applyJsonPatch } from './json-patch.ts'

const patient = { resourceType: 'Patient', name: [{ given: ['Ann'] }], active: true }

test('operations are applied one after the other, and the document stays as it was', () => {
  const before = structuredClone(patient)
  const after = applyJsonPatch(patient, [
    { op: 'test', path: '/active', value: true },
    { op: 'add', path: '/name/0/given/-', value: 'Bea' },
    { op: 'copy', from: '/name/0', path: '/name/1' },
    { op: 'replace', path: '/name/1/given/0', value: 'Cy' },
    { op: 'remove', path: '/active' },
    { op: 'move', from: '/name/0', path: '/name/1' },
  ])
  assert.deepEqual(after, { resourceType: 'Patient', name: [{ given: ['Cy', 'Bea'] }, { given: ['Ann', 'Bea'] }] })
  assert.deepEqual(patient, before)
})

test('a value of null is a value', () => {
  assert.deepEqual(applyJsonPatch({ a: [1] }, [{ op: 'add', path: '/a/0', value: null }]), { a: [null, 1] })
})

test('a failed test is a conflict, and says where', () => {
  assert.throws(
    () => applyJsonPatch(patient, [{ op: 'test', path: '/name/0/given/0', value: 'Bob' }]),
    (problem) =>
      problem instanceof Problem &&
      problem.kind === 'conflict' &&
      problem.at === 'Patient.name[0].given[0]' &&
      problem.message.includes('/name/0/given/0'),
  )
})

test('decimals are compared by value and kept as written', () => {
  const observation = parseJson('{"value":1.50}') as object
  const after = applyJsonPatch(observation, [
    { op: 'test', path: '/value', value: 1.5 },
    { op: 'copy', from: '/value', path: '/other' },
  ])
  assert.equal(JSON.stringify(after), '{"value":1.50,"other":1.50}')
})

test('pointers that lead nowhere are refused', () => {
  for (const operation of [
    { op: 'replace', path: '/nothing', value: 1 },
    { op: 'remove', path: '/name/1' },
    { op: 'add', path: '/name/2', value: {} },
    { op: 'add', path: '/name/01', value: {} },
    { op: 'add', path: '/nothing/more', value: 1 },
    { op: 'add', path: 'active', value: 1 },
    { op: 'add', path: '/a~2', value: 1 },
    { op: 'add', path: '/active' },
    { op: 'move', from: '/name', path: '/name/0' },
    { op: 'remove', path: '/__proto__' },
    { op: 'replace', path: '/constructor/name', value: 'x' },
    { op: 'increase', path: '/active', value: 1 },
    { op: 'copy', path: '/active' },
    null,
  ])
    assert.throws(() => applyJsonPatch(patient, [operation]), Problem, JSON.stringify(operation))
  assert.throws(() => applyJsonPatch(patient, { op: 'add' }), Problem)
})

test('a member named __proto__ is a member like any other', () => {
  const after = applyJsonPatch({ a: 1 }, [{ op: 'add', path: '/__proto__', value: { polluted: true } }]) as object
  assert.equal((after as { polluted?: boolean }).polluted, undefined)
  assert.ok(Object.hasOwn(after, '__proto__'))
})
