import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
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

const gone = async (pid: number) => {
  for (let tries = 0; tries < 500; tries++) {
    try {
      process.kill(pid, 0)
    } catch {
      return true
    }
    await sleep(10)
  }
  return false
}

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
  assert.ok(await gone(pid))
})

test('who leaves first leaves it running for the other, and who leaves last stops it', async () => {
  const [one, two] = await Promise.all([startEmbedded(options), startEmbedded(options)])
  const pid = await postmaster(one)
  await one.stop()
  assert.equal((await ask(two.app, 'select 1 as one')).length, 1)
  await two.stop()
  assert.ok(await gone(pid))
})

test('after kill -9 of PostgreSQL it is back where it was, with what was acknowledged', async () => {
  const embedded = await startEmbedded(options)
  await ask(embedded.owner, 'create table kept (n int)')
  await ask(embedded.owner, 'insert into kept select generate_series(1, 100)')
  process.kill(await postmaster(embedded), 'SIGKILL')
  let rows: Record<string, unknown>[] = []
  for (let tries = 0; tries < 500 && rows.length === 0; tries++) {
    rows = await ask(embedded.owner, 'select count(*)::int as n from kept').catch(() => [])
    await sleep(20)
  }
  assert.deepEqual(rows, [{ n: 100 }])
  await embedded.stop()
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
  assert.ok(await gone(pid))
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
