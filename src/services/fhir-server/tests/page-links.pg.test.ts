/** How long the links between pages hold, and what they give when something changes under them. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { testFhirServer } from '../../../../test/harness/fhir.ts'
import { runLog } from '../../../../test/harness/run-log.ts'
import { watchedDatabase } from '../../../../test/harness/watched.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import type { Database } from '../../../platform/database/port.ts'
import { rulesOf } from '../search/index-rules.ts'
import { IndexKeeper } from '../store/index-keeper.ts'
import { rebuildIndex, tidyIndex } from '../store/rebuild.ts'
import { sweep } from '../store/sweeper.ts'

/** What is done after each statement of the server under test. */
let afterStatement: () => Promise<void> = async () => {}
let clock = () => new Date()

// Guests: what they are to know of the index's rules, and what is to be made again, the tests say.
const plain = await testFhirServer({ index: 'guest' })
const { database } = plain
const watched = watchedDatabase(database, () => afterStatement())
const onWatched = (limits?: { seekAtMost: number }) =>
  testFhirServer(
    { database: watched, clock: () => clock(), index: 'guest', ...(limits && { limits }) },
    plain.connection,
  )
const gathering = await onWatched()
// So few that an index is walked, which otherwise only thousands of matches bring about.
const walking = await onWatched({ seekAtMost: 5 })
const { ask } = plain

const definitions = loadDefinitions()
const rebuilding = { database, definitions, rules: rulesOf(definitions), base: 'http://localhost:8000/fhir/' }

const idsOf = (answer: { json: { entry?: { resource: { id: string } }[] } }) =>
  (answer.json.entry ?? []).map(({ resource }) => resource.id)
const nextOf = (answer: { json: { link: { relation: string; url: string }[] } }) =>
  answer.json.link.find(({ relation }) => relation === 'next')?.url as string

async function put(...resources: { resourceType: string; id: string; [element: string]: unknown }[]): Promise<void> {
  const entry = resources.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }))
  const { status } = await ask('POST', '/', { resourceType: 'Bundle', type: 'transaction', entry })
  assert.equal(status, 200)
}

const people = (count: number, of: (n: number) => object) =>
  Array.from({ length: count }, (_, n) => ({ resourceType: 'Patient', id: `p${String(n).padStart(2, '0')}`, ...of(n) }))

/** Until every transaction of now has ended, those of other databases on the same server too. */
async function settled(): Promise<void> {
  const ask = async (what: string) => (await database.query<{ is: string }>(0, { text: `select ${what} as is` }))[0]?.is
  const newest = await ask('pg_snapshot_xmax(pg_current_snapshot())::text')
  while ((await ask(`pg_snapshot_xmin(pg_current_snapshot()) < '${newest}'::xid8`)) as unknown) await sleep(5)
}

let hours = 0
const lifetime = 3600
/** Each comes an hour after the one before it: it removes what was retired before that one. */
const swept = () => {
  const now = new Date(Date.UTC(2040, 0, 1) + ++hours * lifetime * 1000)
  return sweep({ database, clock: () => now, log: runLog, pagingLifetimeSeconds: lifetime })
}

/** A transaction that has a number, and goes on. */
async function running(): Promise<{ xid: string; end(): Promise<void> }> {
  const client = new pg.Client(plain.connection)
  await client.connect()
  await client.query('begin')
  const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
  let open = true
  const end = async () => {
    if (open) await client.end()
    open = false
  }
  after(end)
  return { xid: rows[0]?.xid as string, end }
}

test('a page link works until what it may still see is removed, and then says that it has ended', async () => {
  await put(...people(12, (n) => ({ name: [{ family: `A${n}` }] })))
  const next = nextOf(await ask('GET', '/Patient?_count=7'))
  // Of a tenant that this server does not serve by itself.
  for (const family of ['Once', 'Twice'])
    await plain.askAs(2)('PUT', '/Patient/other', { resourceType: 'Patient', id: 'other', name: [{ family }] })
  await put(...people(12, (n) => ({ name: [{ family: `B${n}` }] })))
  const before = idsOf(await ask('GET', next))
  await settled()
  const now = Date.UTC(2030, 0, 1)
  const at = (seconds: number) =>
    sweep({ database, clock: () => new Date(now + seconds * 1000), log: runLog, pagingLifetimeSeconds: 60 })
  assert.equal(await at(0), 0)
  assert.equal(await at(59), 0)
  assert.deepEqual(idsOf(await ask('GET', next)), before)
  assert.ok((await at(60)) > 0)
  assert.equal((await ask('GET', next)).status, 410)
  for (const tenant of [1, 2])
    for (const table of ['live', 'ix', 'ix_date', 'ix_num', 'ix_str'])
      assert.deepEqual(await database.query(tenant, { text: `select from fhir.${table} where until is not null` }), [])
  assert.deepEqual(idsOf(await ask('GET', '/Patient?_count=7')).length, 7)
})

test('what was retired while an older transaction went on stays as long as that one, though links of before it end', async () => {
  await put(...people(12, (n) => ({ name: [{ family: `A${n}` }] })))
  const first = await running()
  const older = nextOf(await ask('GET', '/Patient?_count=7'))
  const second = await running()
  await first.end()
  const oldest = `select pg_snapshot_xmin(pg_current_snapshot())::text as xid`
  while ((await database.query<{ xid: string }>(0, { text: oldest }))[0]?.xid !== second.xid) await sleep(5)
  const next = nextOf(await ask('GET', '/Patient?_count=7'))
  await put(...people(12, (n) => ({ name: [{ family: `B${n}` }] })))
  await ask('DELETE', '/Patient/p03')
  const page = idsOf(await ask('GET', next))
  const retired = async () =>
    (await database.query(1, { text: `select from fhir.ix_str where until > '${second.xid}'::xid8` })).length
  const held = await retired()
  assert.ok(held > 0)
  await swept()
  await swept()
  assert.equal((await ask('GET', older)).status, 410)
  assert.equal(await retired(), held)
  assert.deepEqual(idsOf(await ask('GET', next)), page)
  await second.end()
  await settled()
  await swept()
  await swept()
  assert.equal((await ask('GET', next)).status, 410)
  assert.equal(await retired(), 0)
})

for (const [way, server, query] of [
  ['newest first', gathering, ''],
  ['gathered', gathering, '&_sort=family'],
  ['by two keys', gathering, '&_sort=family,birthdate'],
  ['by what only documents hold', gathering, '&_sort=_id'],
  ['along an index', walking, '&_sort=family'],
  ['along an index and behind its end', walking, '&_sort=birthdate'],
] as const)
  test(`a page that is read while what it needs is removed is whole or gone, never short: ${way}`, async () => {
    for (let statements = 1; ; statements++) {
      await put(...people(12, (n) => ({ name: [{ family: `A${n}` }], ...(n < 8 && { birthDate: `19${70 + n}` }) })))
      const next = nextOf(await server.ask('GET', `/Patient?_count=5${query}`))
      await put(...people(12, (n) => ({ name: [{ family: `B${99 - n}` }], birthDate: `18${70 + n}` })))
      await ask('DELETE', '/Patient/p06')
      const whole = idsOf(await server.ask('GET', next))
      assert.equal(whole.length, 5)
      await settled()
      await swept()
      let left = statements
      afterStatement = async () => {
        if (--left === 0) await swept()
      }
      const answer = await server.ask('GET', next)
      afterStatement = async () => {}
      if (answer.status !== 410) assert.deepEqual(idsOf(answer), whole, `after statement ${statements}`)
      if (left > 0) break
    }
  })

test('a walk that counts goes on to count, whatever the conditions would begin with by now', async () => {
  await put(
    ...people(4, (n) => ({ name: [{ family: `Has${n}` }] })),
    ...Array.from({ length: 8 }, (_, n) => ({
      resourceType: 'Observation',
      id: `o${n}`,
      status: 'final',
      code: { coding: [{ code: 'walk' }] },
      subject: { reference: `Patient/p0${n % 4}` },
    })),
  )
  const first = await walking.ask('GET', '/Patient?_has:Observation:patient:code=walk&_sort=family&_count=2')
  assert.deepEqual(idsOf(first), ['p00', 'p01'])
  for (const n of [0, 1, 2, 3, 4, 5]) await ask('DELETE', `/Observation/o${n}`)
  assert.deepEqual(idsOf(await walking.ask('GET', nextOf(first))), ['p02', 'p03'])
})

test('what is near the time asked for is so for a whole walk as it was at its start', async () => {
  await put(
    ...Array.from({ length: 8 }, (_, n) => ({
      resourceType: 'Observation',
      id: `near${n}`,
      status: 'final',
      code: { text: 'x' },
      effectiveDateTime: `2020-01-01T0${n}:00:00Z`,
    })),
  )
  // A tenth of the 20 hours until now, to both sides; at the second page 10 more.
  clock = () => new Date('2020-01-01T23:30:00Z')
  const first = await gathering.ask('GET', '/Observation?date=ap2020-01-01T03:30:00Z&_sort=date&_count=2')
  assert.deepEqual(idsOf(first), ['near2', 'near3'])
  clock = () => new Date('2020-01-06T03:30:00Z')
  assert.deepEqual(idsOf(await gathering.ask('GET', nextOf(first))), ['near4', 'near5'])
  clock = () => new Date()
})

test('a link of before a moment was in it works', async () => {
  await put(...people(12, (n) => ({ name: [{ family: `A${n}` }] })))
  const next = nextOf(await ask('GET', '/Patient?_count=7'))
  const [address = '', cursor = ''] = next.split('_cursor=')
  const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
  const written = (...all: unknown[]) => `${address}_cursor=${Buffer.from(JSON.stringify(all)).toString('base64url')}`
  assert.equal(written(...parts), next)
  assert.deepEqual(idsOf(await ask('GET', written(...parts.slice(0, 5)))), idsOf(await ask('GET', next)))
})

test('a link of the moment in which an index is made whole is gone afterwards, not short', async () => {
  const [kept] = walking.service.kept
  await put(...people(6, () => ({ name: [{ family: 'Same' }] })))
  const keeper = await IndexKeeper.open(1, { ...rebuilding, as: 'operator' })
  await keeper.again(new Set(['Patient']))
  await kept?.follow()
  await settled()
  let next = ''
  const beforeItEnds: Database = {
    ...database,
    transaction: (tenant, work) =>
      database.transaction(tenant, async (tx) => {
        const value = await work(tx)
        // Asked without any of the indexes that are not whole.
        next = nextOf(await walking.ask('GET', '/Patient?_count=2'))
        return value
      }),
  }
  const work = { database: beforeItEnds, keeper, between: async () => {}, nowMs: () => 0 }
  await rebuildIndex(['Patient'], work)
  await tidyIndex({ ...work, database })
  await kept?.follow()
  assert.equal((await walking.ask('GET', next)).status, 410)
})

test('a walk that begins after an index was made again goes on, although a transaction of before has not ended', async () => {
  await plain.service.kept[0]?.follow()
  await put(...people(6, (n) => ({ name: [{ family: 'Same' }], ...(n < 4 && { birthDate: `19${70 + n}` }) })))
  const older = await running()
  const keeper = await IndexKeeper.open(1, { ...rebuilding, as: 'operator' })
  const before = nextOf(await ask('GET', '/Patient?family=same&_count=2'))
  await keeper.again(new Set(['Patient']))
  const work = { database, keeper, between: async () => {}, nowMs: () => 0 }
  await rebuildIndex(['Patient'], work)
  await tidyIndex(work)
  for (const { service } of [plain, walking]) await service.kept[0]?.follow()
  assert.equal((await ask('GET', before)).status, 410)
  const first = await walking.ask('GET', '/Patient?family=same&_sort=birthdate&_count=5')
  assert.equal(first.status, 200)
  assert.deepEqual(
    [...idsOf(first), ...idsOf(await walking.ask('GET', nextOf(first)))].sort(),
    people(6, () => ({})).map(({ id }) => id),
  )
  await older.end()
})

test('nothing failed within', () => assert.deepEqual([...plain.errors, ...gathering.errors, ...walking.errors], []))
