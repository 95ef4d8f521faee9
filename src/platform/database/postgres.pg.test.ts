import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { testCluster, testDatabase } from '../../../test/harness/database.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Statement } from './port.ts'
import { postgres } from './postgres.ts'

const { app, owner } = await testDatabase()
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
  let isOver = false
  const users = Array.from({ length: 8 }, async () => {
    const problems: Problem[] = []
    while (!isOver) {
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
  isOver = true
  const problems = (await Promise.all(users)).flat()
  assert.ok(problems.length > 0)
  assert.deepEqual([...new Set(problems.map(({ kind }) => kind))], ['unavailable'])
  assert.deepEqual(await busy.query(1, { text: 'select 1 as one' }), [{ one: 1 }])
})

test('whatever is cancelled, ended or wrong around them, each caller has its own answer and its own tenant', async (t) => {
  const busy = postgres({ connectionString: app, maxConnections: 5, statementTimeoutMs: 5_000 })
  const superuser = new pg.Client(cluster.superuser)
  await superuser.connect()
  t.after(() => Promise.all([busy.stop(), superuser.end()]))
  const mine = (token: string, name: string | undefined, more = '') => ({
    ...(name !== undefined && { name }),
    text: `select $1::text as token, current_setting('weft.tenant') as tenant ${more}`,
    values: [token],
  })
  const wrong = [
    { text: 'select from where' },
    { name: 'wrong_name', text: 'selekt 1' },
    { name: 'wrong_value', text: 'select 1 / $1::int4', values: [0] },
    // Fails when most of its rows have come.
    { name: 'wrong_late', text: 'select 1 / (4000 - n) from generate_series(1, $1::int4) n', values: [5_000] },
    { text: `select repeat($1, 100000)`, values: ['\u0000'] },
  ]
  const kinds = new Set<string>()
  const note = (problem: Problem) => void kinds.add(problem.kind)
  let isOver = false
  const answers = Array<number>(16).fill(0)
  const users = answers.map(async (_, user) => {
    for (let n = 0; !isOver; n++) {
      const tenant = user + 1
      const token = `${user} ${n}`
      const name = n % 3 === 0 ? undefined : `mine_${n % 7}`
      const statement = mine(token, name, name === undefined ? '' : `, ${n % 7} as more`)
      const check = (rows: unknown[]) => {
        assert.deepEqual(rows, [{ token, tenant: String(tenant), ...(name !== undefined && { more: n % 7 }) }])
        answers[user]!++
      }
      const work = [
        () => busy.query(tenant, statement).then(check),
        () => busy.query(tenant, wrong[n % wrong.length] as Statement).then(() => assert.fail('was not wrong')),
        () => busy.query(tenant, { name: 'slow', text: 'select pg_sleep(0.002)' }),
        () =>
          busy.transaction(tenant, async (tx) => {
            check(await tx.query(statement))
            if (n % 2) await tx.query(wrong[n % wrong.length] as Statement)
            check(await tx.query({ ...statement, name: undefined }))
          }),
      ]
      await (work[(n + user) % work.length] as () => Promise<unknown>)().catch((problem) => {
        if (!(problem instanceof Problem)) throw problem
        note(problem)
      })
    }
  })
  const wasAll = () => answers.every((count) => count > 0) && kinds.has('internal') && kinds.has('unavailable')
  for (let times = 0; times < 60 || !wasAll(); times++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    await superuser.query(
      `select ${times % 4 ? 'pg_cancel_backend' : 'pg_terminate_backend'}(pid) from pg_stat_activity
       where datname = $1 and usename = 'weft_app' and state <> 'idle' order by pid limit 2`,
      [new URL(app).pathname.slice(1)],
    )
  }
  isOver = true
  await Promise.all(users)
  assert.deepEqual(await busy.query(1, { text: 'select 1 as one' }), [{ one: 1 }])
  assert.equal(busy.state().total, busy.state().idle)
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

test('a transaction in which a statement failed is not told as done, whatever became of the failure', async () => {
  const work = database.transaction(1, async (tx) => {
    await tx.query({ text: 'select 1 / 0' }).catch(() => {})
    return 'done'
  })
  await assert.rejects(work, Problem)
  assert.deepEqual(await database.query(1, { text: 'select 1 as one' }), [{ one: 1 }])
})

test('what goes on after its transaction has failed does not reach whoever has the connection by then', async () => {
  const ended = Promise.withResolvers<void>()
  let late: Promise<unknown> | undefined
  const work = database.transaction(1, async (tx) => {
    const goesOn = async () => {
      await tx.query({ text: 'select 1' })
      await ended.promise
      return tx.query(tenantNow)
    }
    late = goesOn()
    late.catch(() => {})
    await tx.query({ text: 'select 1 / 0' })
  })
  await assert.rejects(work, Problem)
  await database.transaction(2, async (tx) => {
    ended.resolve()
    await assert.rejects(late as Promise<unknown>, /has ended/)
    assert.deepEqual(await tx.query(tenantNow), [{ tenant: '2' }])
  })
})

test('a row that cannot be read fails its statement and nothing else, and no connection is lost to it', async () => {
  const pid = { text: 'select pg_backend_pid() as pid' }
  const [before] = await database.query<{ pid: number }>(1, pid)
  const unreadable = () => {
    throw new RangeError('too large')
  }
  const failure = await database.query(1, { ...pid, row: unreadable }).catch((error) => error)
  assert.equal(failure.kind, 'internal')
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const unsent = await database.query(1, { text: 'select $1::jsonb', values: [circular] }).catch((error) => error)
  assert.equal(unsent.kind, 'internal')
  assert.deepEqual(await database.query(1, pid), [before])
})

test('statements that are empty, copy or tell of something are answered, and the next one has its own answer', async () => {
  const odd = [
    '',
    'copy (select 1) to stdout',
    `do $$ begin raise notice 'a notice'; end $$`,
    `set application_name = 'renamed'`,
    'select from generate_series(1, 0)',
  ]
  for (const text of odd) {
    assert.deepEqual(await database.query(1, { text }), [], text)
    assert.deepEqual(await database.query(1, { text: 'select 1 as one' }), [{ one: 1 }])
  }
  assert.deepEqual(await database.query(1, { text: 'select from generate_series(1, 2)' }), [{}, {}])
  await database.query(1, { text: 'create temp table copied (n int)' })
  const copying = await database.query(1, { text: 'copy pg_temp.copied from stdin' }).catch((error) => error)
  assert.match(String(copying.cause), /nothing to copy/)
  assert.deepEqual(await database.query(1, { text: 'select 1 as one' }), [{ one: 1 }])
})

test('values up to the largest go and come whole, and more of them than PostgreSQL takes are refused', async () => {
  const large = 'ä'.repeat(8_000_000)
  const [row] = await database.query<{ text: string; none: string | null }>(1, {
    name: 'large',
    text: 'select $1::text as text, $2::text as none',
    values: [large, null],
  })
  assert.ok(row?.text === large && row.none === null)
  const many = Array.from({ length: 65_535 }, (_, n) => n)
  const sum = (count: number) => Array.from({ length: count }, (_, n) => `$${n + 1}::int8`).join(' , ')
  const all = (count: number) => ({
    text: `select cardinality(array[${sum(count)}]) as n`,
    values: many.slice(0, count),
  })
  assert.deepEqual(await database.query(1, all(65_535)), [{ n: 65_535 }])
  const more = { text: `select cardinality(array[${sum(65_536)}]) as n`, values: [...many, 0] }
  await assert.rejects(database.query(1, more), Problem)
  await assert.rejects(database.query(1, { text: 'select $1::text', values: ['a\u0000b'] }), Problem)
  assert.deepEqual(
    await database.query(1, { text: 'select $1::text[] as list', values: [['a', null, 'null', '"\\']] }),
    [{ list: ['a', null, 'null', '"\\'] }],
  )
})

test('when another server changes what a statement results in, one caller is told and the next has the new columns', async () => {
  const client = new pg.Client(owner)
  await client.connect()
  await client.query('create table platform.altered (n int4); grant select on platform.altered to weft_app')
  await client.query('insert into platform.altered values (5)')
  const statement = { name: 'altered', text: 'select * from platform.altered' }
  for (const _ of [1, 2]) assert.deepEqual(await database.query(1, statement), [{ n: 5 }])
  await client.query(`alter table platform.altered alter n type text using 'now ' || n, add m int4 default 7`)
  const told = await database.query(1, statement).catch((error) => error)
  assert.equal(told.kind, 'unavailable')
  for (const _ of [1, 2]) assert.deepEqual(await database.query(1, statement), [{ n: 'now 5', m: 7 }])
  await client.query('alter table platform.altered drop m')
  const inTransaction = () => database.transaction(1, (tx) => tx.query(statement))
  assert.equal((await inTransaction().catch((error) => error)).kind, 'unavailable')
  assert.deepEqual(await inTransaction(), [{ n: 'now 5' }])
  await client.query('drop table platform.altered')
  await client.end()
})

test('a connection whose statements somebody took away is given up, and the next caller has another', async () => {
  const statement = { name: 'taken', text: 'select 1 as one' }
  assert.deepEqual(await database.query(1, statement), [{ one: 1 }])
  await database.transaction(1, (tx) => tx.query({ text: 'deallocate all' }))
  assert.equal((await database.query(1, statement).catch((error) => error)).kind, 'unavailable')
  assert.deepEqual(await database.query(1, statement), [{ one: 1 }])
})

test('a deferred constraint fails the statement although all of its rows came', async () => {
  const client = new pg.Client(owner)
  await client.connect()
  await client.query(
    'create table platform.deferred (n int4 unique deferrable initially deferred); grant all on platform.deferred to weft_app',
  )
  const insert = { name: 'deferred', text: 'insert into platform.deferred values (1), ($1) returning n', values: [1] }
  for (const _ of [1, 2]) {
    assert.equal((await database.query(1, insert).catch((error) => error)).kind, 'conflict')
    const work = database.transaction(1, async (tx) => assert.equal((await tx.query(insert)).length, 2))
    assert.equal((await work.catch((error) => error)).kind, 'conflict')
  }
  assert.deepEqual(await database.query(1, { text: 'select n from platform.deferred' }), [])
  await client.query('drop table platform.deferred')
  await client.end()
})

test('a database that falls silent is not waited for, and what is asked later has new connections', async (t) => {
  const sockets = new Set<Socket>()
  const proxy = createServer((inner) => {
    const { host, port } = new pg.Client(app)
    const outer = connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port })
    for (const one of [inner, outer]) sockets.add(one.on('error', () => {}))
    inner.pipe(outer).pipe(inner)
    // The statement goes through, its answer does not.
    inner.on('data', (bytes) => bytes.includes('listened to') && outer.unpipe())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const url = new URL(app)
  url.search = ''
  url.host = `127.0.0.1:${(proxy.address() as { port: number }).port}`
  const far = postgres({ connectionString: url.href, maxConnections: 2, statementTimeoutMs: 500 })
  t.after(async () => {
    await far.stop()
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  assert.deepEqual(await far.query(1, { text: 'select 1 as one' }), [{ one: 1 }])
  await assert.rejects(far.query(1, { text: 'select pg_sleep(5)' }), { kind: 'timeout' })
  await Promise.all([1, 2].map((tenant) => far.query(tenant, { text: 'select 1 as one' })))
  assert.equal(far.state().idle, 2)
  const asked = [
    far.query(1, { text: 'select pg_sleep(0.1) -- listened to' }),
    far.transaction(1, async (tx) => {
      await tx.query({ text: 'select 1' })
      for (const socket of sockets) socket.unpipe()
      return tx.query({ text: 'select 1' })
    }),
  ]
  const told = await Promise.all(asked.map((one) => one.catch((error) => error.kind)))
  assert.deepEqual(told, ['unavailable', 'unavailable'])
  assert.deepEqual(await far.query(1, { text: 'select 1 as one' }), [{ one: 1 }])
})

test('a database with settings of its own neither changes how times are read nor what a lock protects', async (t) => {
  const client = new pg.Client(owner)
  await client.connect()
  const name = new URL(app).pathname.slice(1)
  const own = { datestyle: "'German'", default_transaction_isolation: "'serializable'" }
  for (const [setting, value] of Object.entries(own))
    await client.query(`alter database ${name} set ${setting} = ${value}`)
  const fresh = postgres({ connectionString: app, maxConnections: 2, statementTimeoutMs: 5_000 })
  t.after(async () => {
    await fresh.stop()
    for (const setting of Object.keys(own)) await client.query(`alter database ${name} reset ${setting}`)
    await client.end()
  })
  const time = { text: 'select $1::timestamptz as time', values: ['2024-02-03T04:05:06.789Z'] }
  assert.deepEqual(await fresh.query(1, time), [{ time: new Date('2024-02-03T04:05:06.789Z') }])
  const isolation = { text: 'show transaction_isolation' }
  assert.deepEqual(await fresh.query(1, isolation), [{ transaction_isolation: 'read committed' }])
  assert.deepEqual(await fresh.transaction(1, (tx) => tx.query(isolation)), [
    { transaction_isolation: 'read committed' },
  ])
})
