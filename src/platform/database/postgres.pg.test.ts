import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { testCluster, testDatabase } from '../../../test/harness/database.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Statement } from './port.ts'
import { postgres } from './postgres.ts'

const { app } = await testDatabase()
const database = postgres({ connectionString: app, maxConnections: 1, statementTimeoutMs: 5_000 })
const cluster = await testCluster()
after(async () => {
  await database.stop()
  await cluster.stop()
})

const tenantNow = { text: `select current_setting('weft.tenant', true) as tenant` }

test('a statement runs as its tenant, and the tenant ends with it', async () => {
  assert.deepEqual(await database.query(7, { name: 'tenant_now', ...tenantNow }), [{ tenant: '7' }])
  assert.deepEqual(await database.query(8, { name: 'tenant_now', ...tenantNow }), [{ tenant: '8' }])
  await assert.rejects(database.query(9, { text: `select 1/0` }), Problem)
  const left = await database.transaction(3, async (tx) => [
    ...(await tx.query(tenantNow)),
    ...(await tx.query({ name: 'tenant_now', ...tenantNow })),
  ])
  assert.deepEqual(left, [{ tenant: '3' }, { tenant: '3' }])
  assert.deepEqual(await database.query(8, { name: 'tenant_now', ...tenantNow }), [{ tenant: '8' }])
})

test('values come back as what they are, the first time and when the columns are known already', async () => {
  const statement = {
    name: 'values',
    text: `select $1::int8 as long, $2::int4 as short, $3::text as text, $4::timestamptz as time, $5::int8[] as list,
      $6::bool as yes, null::text as nothing, $7::bytea as bytes, '{"a": 1}'::jsonb as json`,
    values: [2n ** 60n, 5, 'naïve \u{1F9EA}', new Date(0), [1n, 2n], true, Buffer.from([0, 255])],
  }
  const expected = {
    long: '1152921504606846976',
    short: 5,
    text: 'naïve \u{1F9EA}',
    time: new Date(0),
    list: ['1', '2'],
    yes: true,
    nothing: null,
    bytes: Buffer.from([0, 255]),
    json: { a: 1 },
  }
  for (const _ of [1, 2, 3]) assert.deepEqual(await database.query(1, statement), [expected])
  assert.deepEqual(await database.query(1, { ...statement, name: undefined }), [expected])
  const row = (columns: readonly (string | null)[]) => columns.slice(0, 3)
  assert.deepEqual(await database.query(1, { ...statement, row }), [['1152921504606846976', '5', 'naïve \u{1F9EA}']])
})

test('two databases may have different statements of one name', async () => {
  const other = postgres({ connectionString: app, maxConnections: 1, statementTimeoutMs: 5_000 })
  const [one, two] = ['select 1 as one', 'select 2 as two, 3 as three'].map((text) => ({ name: 'same', text }))
  for (const _ of [1, 2, 3]) {
    assert.deepEqual(await database.query(1, one as Statement), [{ one: 1 }])
    assert.deepEqual(await other.query(1, two as Statement), [{ two: 2, three: 3 }])
  }
  await other.stop()
})

test('when PostgreSQL ends the connections under running statements they fail, and the next ones have new connections', async (t) => {
  const busy = postgres({ connectionString: app, maxConnections: 4, statementTimeoutMs: 5_000 })
  const superuser = new pg.Client(cluster.superuser)
  await superuser.connect()
  t.after(() => Promise.all([busy.stop(), superuser.end()]))
  const users = Array.from({ length: 8 }, async () => {
    const problems: Problem[] = []
    const until = performance.now() + 600
    while (performance.now() < until) {
      const work = [
        () => busy.query(1, { name: 'sleep', text: 'select pg_sleep(0.005)' }),
        () => busy.transaction(1, (tx) => tx.query({ text: 'select pg_sleep(0.005)' })),
      ]
      for (const one of work) await one().catch((problem) => problems.push(problem))
    }
    return problems
  })
  for (let times = 0; times < 5; times++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    await superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = 'weft_app'`,
      [new URL(app).pathname.slice(1)],
    )
  }
  const problems = (await Promise.all(users)).flat()
  assert.ok(problems.length > 0)
  assert.deepEqual([...new Set(problems.map(({ kind }) => kind))], ['unavailable'])
  assert.deepEqual(await busy.query(1, { text: 'select 1 as one' }), [{ one: 1 }])
})

test('no rows are no rows, and many come in their order', async () => {
  const series = { name: 'series', text: 'select n from generate_series(1, $1::int4) n' }
  assert.deepEqual(await database.query(1, { ...series, values: [0] }), [])
  const rows = await database.query<{ n: number }>(1, { ...series, values: [20_000] })
  assert.equal(rows.length, 20_000)
  assert.ok(rows.every(({ n }, index) => n === index + 1))
})

test('a connection serves on after a statement that failed, one that did not fit and one that could not be sent', async () => {
  const failing = { name: 'divide', text: 'select 1 / $1::int4 as quotient' }
  assert.deepEqual(await database.query(1, { ...failing, values: [1] }), [{ quotient: 1 }])
  await assert.rejects(database.query(1, { ...failing, values: [0] }), Problem)
  await assert.rejects(database.query(1, { name: 'broken', text: 'select from where' }), Problem)
  await assert.rejects(database.query(1, { name: 'divide', text: 'select 2' }), Problem)
  const circular: Record<string, unknown> = {}
  circular.self = circular
  await assert.rejects(database.query(1, { text: 'select $1::jsonb', values: [circular] }), Problem)
  assert.deepEqual(await database.query(1, { ...failing, values: [1] }), [{ quotient: 1 }])
  await assert.rejects(
    database.transaction(1, (tx) => tx.query({ ...failing, values: [0] })),
    Problem,
  )
  assert.deepEqual(await database.query(1, { ...failing, values: [1] }), [{ quotient: 1 }])
  assert.equal(database.state().total, 1)
})
