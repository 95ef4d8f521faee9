import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Problem } from '../../../kernel/problem.ts'
import { LockTimeout, WriteConflict } from '../../../platform/database/port.ts'
import { GroupedWrites, type Written } from './grouped-writes.ts'
import type { Change } from './port.ts'

type Sent = {
  readonly ids: string
  readonly tenant: number
  readonly impatient: boolean
  succeed(): void
  fail(error: Error): void
}

/** A database that answers when it is told to. */
function world() {
  const sent: Sent[] = []
  const writes = new GroupedWrites(
    (tenant, changes, _times, { impatient }) =>
      new Promise((resolve, fail) => {
        const ids = changes.map(({ key }) => key.id)
        const succeed = () => resolve(ids.map((id) => ({ rid: `rid of ${id}`, v: '1' })))
        sent.push({ ids: ids.join(' '), tenant, impatient, succeed, fail })
      }),
  )
  const write = (id: string, { tenant = 1, document = '{}' } = {}) =>
    writes.write(tenant, aChange(id, document), new Date(0))
  const ask = (ids: string) => ids.split(' ').map((id) => write(id))
  const groups = () => sent.map(({ ids }) => ids)
  const the = (ids: string) => sent.findLast((one) => one.ids === ids) as Sent
  return { sent, write, ask, groups, the }
}

const aChange = (id: string, document: string): Change => ({
  key: { type: 'Patient', id },
  operation: 'C',
  before: undefined,
  document,
  rows: undefined,
})
const rids = async (written: readonly Promise<Written>[]) => (await Promise.all(written)).map(({ rid }) => rid)
const reasons = async (written: readonly Promise<Written>[]) =>
  (await Promise.allSettled(written)).map((one) => (one.status === 'rejected' ? one.reason.message : 'written'))

test('who comes while two groups are being written is written with all others who came', async () => {
  const { ask, groups, the } = world()
  const first = ask('a')
  await turn()
  const second = ask('b')
  await turn()
  const others = ask('c d e')
  await turn()
  assert.deepEqual(groups(), ['a', 'b'])
  the('a').succeed()
  assert.deepEqual(await rids(first), ['rid of a'])
  await turn()
  assert.deepEqual(groups(), ['a', 'b', 'c d e'])
  the('c d e').succeed()
  the('b').succeed()
  assert.deepEqual(await rids([...second, ...others]), ['rid of b', 'rid of c', 'rid of d', 'rid of e'])
})

test('of a group that fails each is written alone, and only the one to blame hears of it', async () => {
  const { ask, the } = world()
  const written = ask('a b c')
  await turn()
  the('a b c').fail(new WriteConflict('too late'))
  await turn()
  the('a').succeed()
  the('b').fail(new WriteConflict('too late'))
  the('c').succeed()
  assert.deepEqual(await reasons(written), ['written', 'too late', 'written'])
})

test('a resource that somebody holds is waited for alone, and nobody else waits with it', async () => {
  const { sent, ask, the } = world()
  const held = ask('held')
  await turn()
  assert.equal(the('held').impatient, true)
  the('held').fail(new LockTimeout('held'))
  await turn()
  assert.equal(the('held').impatient, false)
  const others = ask('a')
  await turn()
  const more = ask('b')
  await turn()
  the('a').succeed()
  the('b').succeed()
  assert.deepEqual(await reasons([...others, ...more]), ['written', 'written'])
  the('held').succeed()
  assert.deepEqual(await reasons(held), ['written'])
  assert.equal(sent.length, 4)
})

test('where nobody knows whether it was written, it is not written again', async () => {
  const { sent, ask, the } = world()
  const written = ask('a b')
  await turn()
  the('a b').fail(new Problem('unavailable', 'The database cannot be reached'))
  assert.deepEqual(await reasons(written), ['The database cannot be reached', 'The database cannot be reached'])
  assert.equal(sent.length, 1)
})

test('a conflict of one that was written alone is its own', async () => {
  const { sent, ask, the } = world()
  const written = ask('a')
  await turn()
  the('a').fail(new WriteConflict('too late'))
  assert.deepEqual(await reasons(written), ['too late'])
  assert.equal(sent.length, 1)
})

test('the second change of a resource, and a large one, go by themselves', async () => {
  const { write, groups } = world()
  void write('a')
  void write('a')
  void write('large', { document: 'x'.repeat(70_000) })
  void write('b')
  await turn()
  assert.deepEqual(groups(), ['a', 'large', 'a b'])
})

test('a tenant is never written with another', async () => {
  const { sent, write } = world()
  void write('a', { tenant: 1 })
  void write('a', { tenant: 2 })
  await turn()
  assert.deepEqual(
    sent.map(({ tenant, ids }) => [tenant, ids]),
    [
      [1, 'a'],
      [2, 'a'],
    ],
  )
})
