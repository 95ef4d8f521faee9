import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { embeddedPlace } from './embedded-place.ts'
import { type Embedded, startEmbedded } from './embedded.ts'
import { until } from '../../../test/harness/until.ts'

const folder = mkdtempSync(join(tmpdir(), 'weft space '))
const options = { weft: join(folder, '.weft'), cluster: 'postgres' }
after(() => {
  const link = join(folder, '.weft', 'database')
  // As root it lives elsewhere: nobody but us can enter a temporary folder.
  if (existsSync(link)) rmSync(realpathSync(link), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
})

const ask = async (url: string, text: string) => {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text)).rows as Record<string, unknown>[]
  } finally {
    await client.end()
  }
}

/** The data folder may be elsewhere: a temporary folder is one that nobody else can enter. */
async function postmaster(embedded: Embedded): Promise<number> {
  const [row] = await ask(embedded.superuser, `select setting from pg_settings where name = 'data_directory'`)
  return Number(readFileSync(join(String(row?.setting), 'postmaster.pid'), 'utf8').split('\n')[0])
}

const gone = (pid: number) =>
  until('the process is gone', () => {
    try {
      return !process.kill(pid, 0)
    } catch {
      return true
    }
  })

test('an embedded PostgreSQL keeps its passwords to its owner and its application role owns nothing', async () => {
  const embedded = await startEmbedded(options)
  assert.equal(statSync(embedded.credentials).mode & 0o077, 0)
  const [who] = await ask(embedded.app, 'select current_user as name, current_setting($$fsync$$) as fsync')
  assert.deepEqual(who, { name: 'weft_app', fsync: 'on' })
  await assert.rejects(ask(embedded.app, 'create table x (y int)'), /permission denied/)
  await assert.rejects(ask(embedded.app.replace(/:[^:@]+@/, ':guess@'), 'select 1'), /password authentication failed/)
  const overTcp = `postgres://weft_app:${new URL(embedded.app).password}@127.0.0.1:${embedded.port}/weft`
  assert.equal((await ask(overTcp, 'select 1 as one')).length, 1)
  const pid = await postmaster(embedded)
  await embedded.stop()
  await gone(pid)
})

test('who leaves first leaves it running for the other, and who leaves last stops it', async () => {
  const [one, two] = await Promise.all([startEmbedded(options), startEmbedded(options)])
  const pid = await postmaster(one)
  await one.stop()
  assert.equal((await ask(two.app, 'select 1 as one')).length, 1)
  await two.stop()
  await gone(pid)
})

test('after kill -9 of PostgreSQL it is back where it was, with what was acknowledged', async () => {
  const embedded = await startEmbedded(options)
  await ask(embedded.owner, 'create table kept (n int)')
  await ask(embedded.owner, 'insert into kept select generate_series(1, 100)')
  process.kill(await postmaster(embedded), 'SIGKILL')
  const count = () => ask(embedded.owner, 'select count(*)::int as n from kept')
  await until('it answers again', () => count().catch(() => undefined))
  assert.deepEqual(await count(), [{ n: 100 }])
  await embedded.stop()
})

test('while the last process of a killed PostgreSQL still holds its memory the next one waits, whatever others write to its log', async () => {
  const embedded = await startEmbedded(options)
  const pid = await postmaster(embedded)
  const [place] = await ask(embedded.superuser, `select setting from pg_settings where name = 'data_directory'`)
  const log = join(String(place?.setting), '..', 'postgres.log')
  const client = new pg.Client(embedded.owner)
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const last = rows[0]?.pid as number
  process.kill(last, 'SIGSTOP')
  process.kill(pid, 'SIGKILL')
  await gone(pid)
  const noise = setInterval(
    () => appendFileSync(log, '2026-01-01 00:00:00.000 UTC [1] LOG:  one of before ends\n'.repeat(20)),
    1,
  )
  const next = Promise.all([1, 2, 3].map(() => startEmbedded(options)))
  try {
    // So long that each tries several times.
    await Promise.race([next, sleep(1500)])
  } finally {
    clearInterval(noise)
    process.kill(last, 'SIGKILL')
  }
  for (const { owner } of await next)
    assert.deepEqual(await ask(owner, 'select count(*)::int as n from kept'), [{ n: 100 }])
  await client.end()
  await Promise.all([embedded, ...(await next)].map((one) => one.stop()))
})

test('after kill -9 of the program its PostgreSQL is adopted and stopped by the next one', async () => {
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(import.meta.resolve('./embedded.ts'))})
    await startEmbedded(${JSON.stringify(options)})
    console.log('running')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const next = await startEmbedded(options)
  const pid = await postmaster(next)
  assert.deepEqual(await ask(next.owner, 'select count(*)::int as n from kept'), [{ n: 100 }])
  await next.stop()
  await gone(pid)
})

test('a lock file that a crash left empty, or that names another program, keeps it from nothing', async () => {
  const before = await startEmbedded(options)
  const [place] = await ask(before.superuser, `select setting from pg_settings where name = 'data_directory'`)
  const data = String(place?.setting)
  await before.stop()
  for (const text of ['', 'rubbish\n', `${process.pid}\n${data}\n1\n5432\n`, `4194304\n${data}\n1\n5432\n`]) {
    const file = join(data, 'postmaster.pid')
    writeFileSync(file, text, { mode: 0o600 })
    const { uid, gid } = statSync(data)
    chownSync(file, uid, gid)
    const again = await startEmbedded(options)
    assert.deepEqual(await ask(again.owner, 'select count(*)::int as n from kept'), [{ n: 100 }])
    await again.stop()
  }
})

test('a database that lies elsewhere goes with a project that is moved, and not with a copy', {
  skip: process.getuid?.() === 0 ? false : 'only root keeps it elsewhere',
}, async () => {
  const made = mkdtempSync(join(tmpdir(), 'weft-moved-'))
  const [before, after, copy] = ['before', 'after', 'copy'].map((name) => join(made, name)) as [string, string, string]
  const place = embeddedPlace(before, 'postgres').folder
  assert.match(place, /^\/var\/lib\/weft\//)
  renameSync(before, after)
  assert.equal(embeddedPlace(after, 'postgres').folder, place)
  cpSync(after, copy, { recursive: true, verbatimSymlinks: true })
  const other = embeddedPlace(copy, 'postgres').folder
  const again = embeddedPlace(before, 'postgres').folder
  assert.equal(new Set([place, other, again]).size, 3)
  for (const path of [place, other, again, made]) rmSync(path, { recursive: true })
})

test('a folder that cannot be written is named, with what can be done', () => {
  const file = join(folder, 'a file')
  writeFileSync(file, '')
  assert.throws(() => embeddedPlace(join(file, '.weft'), 'postgres'), {
    kind: 'unavailable',
    message: /cannot be kept in .*a file.*DATA_FOLDER/,
  })
})

test('a folder that cannot be made is named, where making it would not end', {
  skip: existsSync('/proc/self') ? false : 'this machine has no /proc',
}, () => {
  assert.throws(() => embeddedPlace('/proc/x/.weft', 'postgres'), {
    kind: 'unavailable',
    message: /cannot be kept in \/proc\/x.*DATA_FOLDER/,
  })
})
