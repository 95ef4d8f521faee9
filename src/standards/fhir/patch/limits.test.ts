/** Few words that ask for more time or memory than there is: each is refused, and the server goes on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../../kernel/problem.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { applyPatch } from './apply-patch.ts'

const definitions = loadDefinitions()
const patient = {
  resourceType: 'Patient',
  id: 'p',
  birthDate: '2000-01-01',
  name: [{ family: 'A', given: ['B', 'C'] }],
}
const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n))
const operation = (type: string, path: string, ...part: object[]) => ({
  name: 'operation',
  part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...part],
})
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter })

function refused(patch: unknown, reason: RegExp): void {
  assert.throws(
    () => applyPatch(patient, patch, definitions),
    (error) =>
      error instanceof Problem && reason.test(error.message) && error.at !== undefined && error.at.length < 1000,
  )
}

test('a resource copied into itself again and again', () => {
  refused(
    times(40, (n) => ({ op: 'copy', from: '', path: `/x${n}` })),
    /too large/,
  )
  const nested = { url: 'http://x', extension: [{ url: 'http://y', valueString: 'z' }] }
  const copy = { op: 'copy', from: '/extension/0', path: '/extension/0/extension/-' }
  refused(
    [{ op: 'add', path: '/extension', value: [nested] }, ...times(40, () => copy)],
    /too large|too deep|nests deeper/,
  )
})

test('a long text copied often', () => {
  const add = { op: 'add', path: '/language', value: 'x'.repeat(1_000_000) }
  refused([add, ...times(60, (n) => ({ op: 'copy', from: '/language', path: `/y${n}` }))], /too large/)
})

test('a resource nested deeper, step by step, than it could have been sent', () => {
  refused(
    times(150, (n) => ({ op: 'add', path: '/a'.repeat(n + 1), value: {} })),
    /deeper than 100/,
  )
  refused(
    times(3000, (n) => ({ op: 'add', path: '/a'.repeat(n + 1), value: {} })),
    /asks for too much/,
  )
})

test('a list, or an object, that each of many operations makes longer', () => {
  refused(
    times(50_000, () => ({ op: 'add', path: '/name/-', value: {} })),
    /asks for too much/,
  )
  refused(
    times(20_000, (n) => ({ op: 'add', path: `/k${n}`, value: 'x' })),
    /asks for too much/,
  )
  const value = { name: 'value', valueHumanName: { family: 'x' } }
  const insert = operation('insert', 'Patient.name', { name: 'index', valueInteger: 0 }, value)
  refused(parameters(...times(20_000, () => insert)), /asks for too much/)
})

test('paths that are dear together, though each is cheap enough', () => {
  const dear = operation('delete', 'Patient.descendants().where(%resource.descendants().count() > 100)')
  refused(parameters(...times(100_000, () => dear)), /asks for too much/)
})

test('a patch of a thousand operations is nothing much', () => {
  const patch = times(1000, (n) => ({ op: 'add', path: '/name/-', value: { family: `F${n}` } }))
  assert.equal((applyPatch(patient, patch, definitions).name as unknown[]).length, 1001)
})

test('a primitive gets its first extension, or its id', () => {
  const parts = {
    name: 'value',
    part: [
      { name: 'url', valueUri: 'http://e' },
      { name: 'value', valueString: 'x' },
    ],
  }
  const extension = (path: string) => operation('add', path, { name: 'name', valueString: 'extension' }, parts)
  const id = operation(
    'add',
    'Patient.birthDate',
    { name: 'name', valueString: 'id' },
    { name: 'value', valueString: 'b' },
  )
  const patched = applyPatch(
    patient,
    parameters(extension('Patient.birthDate'), id, extension('Patient.name[0].given[1]')),
    definitions,
  )
  const made = { extension: [{ url: 'http://e', valueString: 'x' }] }
  assert.deepEqual(patched, {
    ...patient,
    name: [{ family: 'A', given: ['B', 'C'], _given: [null, made] }],
    _birthDate: { ...made, id: 'b' },
  })
})
