import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { testFhirServer } from '../../../../test/harness/fhir.ts'

const { ask, connection } = await testFhirServer()
const holder = new pg.Client(connection)
await holder.connect()
after(() => holder.end())

const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }] })
const ids = (prefix: string) => Array.from({ length: 40 }, (_, n) => `${prefix}${n}`)
const put = (id: string, family: string, headers = {}) => ask('PUT', `/Patient/${id}`, patient(id, family), headers)
const found = async (family: string) =>
  ((await ask('GET', `/Patient?family=${family}&_count=100`)).json.entry ?? []).map(
    ({ resource }: { resource: { id: string } }) => resource.id,
  )

test('what many write at once is written, and found by its new values alone', async () => {
  const created = await Promise.all(ids('g').map((id) => put(id, 'Before')))
  assert.deepEqual([...new Set(created.map(({ status }) => status))], [201])
  const updated = await Promise.all(ids('g').map((id) => put(id, 'After')))
  assert.deepEqual([...new Set(updated.map(({ status, headers }) => `${status} ${headers['etag']}`))], ['200 W/"2"'])
  assert.deepEqual(await found('Before'), [])
  assert.deepEqual((await found('After')).sort(), ids('g').sort())
})

test('one stale version among many writers is refused, and the others are not', async () => {
  await Promise.all(ids('s').map((id) => put(id, 'Before')))
  const answers = await Promise.all(
    ids('s').map((id) => put(id, 'Stale', id === 's7' ? { 'if-match': 'W/"9"' } : { 'if-match': 'W/"1"' })),
  )
  assert.deepEqual(
    answers.flatMap(({ status }, n) => (status === 200 ? [] : [`s${n} ${status}`])),
    ['s7 412'],
  )
  assert.equal((await found('Stale')).length, 39)
})

test('writers of one resource among writers of many all come through', async () => {
  const answers = await Promise.all(ids('m').flatMap((id) => [put(id, 'Many'), put('one', 'Many')]))
  assert.deepEqual([...new Set(answers.map(({ status }) => Math.floor(status / 100)))], [2])
  assert.equal((await ask('GET', '/Patient/one/_history')).json.total, 40)
})

test('a resource that a long transaction holds holds up nobody but those who want it', async () => {
  await put('held', 'Held')
  await holder.query('begin')
  await holder.query("select set_config('weft.tenant', '1', true)")
  await holder.query("select from fhir.resource where tenant = 1 and type = 'Patient' and id = 'held' for update")
  let isHeld = true
  const waiting = put('held', 'Released').then((answer) => ({ answer, whileHeld: isHeld }))
  const others = await Promise.all(ids('h').map((id) => put(id, 'Free')))
  assert.deepEqual([...new Set(others.map(({ status }) => status))], [201])
  isHeld = false
  await holder.query('rollback')
  const { answer, whileHeld } = await waiting
  assert.equal(answer.status, 200)
  assert.equal(whileHeld, false)
})

test('while many wait to create what another server is about to create, everything else goes on', async () => {
  await holder.query('begin')
  await holder.query(`select pg_advisory_xact_lock(hashtextextended('condition Patient?identifier=urn:x|1', 1))`)
  const body = { resourceType: 'Patient', identifier: [{ system: 'urn:x', value: '1' }] }
  const create = () => ask('POST', '/Patient', body, { 'if-none-exist': 'identifier=urn:x|1' })
  let isHeld = true
  const waiting = Array.from({ length: 30 }, () =>
    create().then(({ status, json }) => ({ status, id: json.id, isHeld })),
  )
  const others = await Promise.all(ids('w').map((id) => put(id, 'Free')))
  assert.deepEqual([...new Set(others.map(({ status }) => status))], [201])
  assert.equal((await found('Free')).includes('w1'), true)
  isHeld = false
  await holder.query('rollback')
  const answers = await Promise.all(waiting)
  assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array.from({ length: 29 }, () => 200), 201])
  assert.equal(new Set(answers.map(({ id }) => id)).size, 1)
  assert.ok(answers.every((answer) => !answer.isHeld))
})
