import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, connect, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { sleep } from '../http/timing.ts'
import { keyFolder } from '../../../simulators/nhs/tls/key-folder.ts'
import { encryptedCache } from './encrypted.ts'
import { readThrough } from './read-through.ts'
import { redisCache, type RedisCacheOptions } from './redis.ts'
import { runLog } from '../../../test/harness/run-log.ts'
import { until } from '../../../test/harness/until.ts'

const url = process.env.REDIS_URL ?? ''
const skip = url === '' && 'REDIS_URL is not set: these tests need a Redis server'
if (skip) console.log(skip)
const log = runLog
const never = new AbortController().signal
const key = { kind: 'record', subject: '9990000000', view: 'A:*?' }

async function aCache(t: TestContext, over: Partial<RedisCacheOptions> = {}) {
  const deps = { clock: () => new Date(), ids: randomUUID, log, seconds: () => performance.now() / 1000 }
  const cache = redisCache({ url, prefix: `test-${randomUUID()}`, pauseMs: 50, commandTimeoutMs: 5000, ...over }, deps)
  await cache.connected()
  t.after(async () => {
    // Some tests leave no Redis behind to be emptied.
    await cache.purge().catch(() => {})
    await cache.close()
  })
  return cache
}

/** Between the cache and Redis; can go deaf, and can be shut. */
async function aDoor(t: TestContext) {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const state = { deaf: false, unheard: 0 }
  const server = createServer((here) => {
    const there = connect(Number(target.port || 6379), target.hostname)
    sockets.add(here).add(there)
    here.on('data', (data) => void (state.deaf ? state.unheard++ : there.write(data)))
    there.on('data', (data) => here.write(data))
    for (const socket of [here, there])
      socket.on('error', () => {}).on('close', () => (here.destroy(), there.destroy()))
  })
  const listen = (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  await listen(0)
  const { port } = server.address() as { port: number }
  const shut = async () => {
    const closed = new Promise((done) => server.close(done))
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    await closed
  }
  t.after(() => (server.listening ? shut() : undefined))
  return { url: `redis://127.0.0.1:${port}`, state, shut, open: () => listen(port) }
}

test('bytes come back as they were, until their time is over', { skip }, async (t) => {
  const cache = await aCache(t)
  const bytes = randomBytes(300_000)
  await cache.set(key, bytes, 1)
  assert.deepEqual(await cache.get(key), bytes)
  assert.equal(await cache.get({ ...key, subject: '1' }), undefined)
  assert.deepEqual(await cache.contents(), {
    entries: 1,
    bytes: 300_000,
    kinds: { record: { entries: 1, bytes: 300_000 } },
  })
  const { adapter, available, hits, misses } = cache.figures()
  assert.deepEqual({ adapter, available, hits, misses }, { adapter: 'redis', available: true, hits: 1, misses: 1 })
  await sleep(1100)
  assert.equal(await cache.get(key), undefined)
})

test('purging takes one patient or one kind, also where keys are hashed', { skip }, async (t) => {
  const cache = encryptedCache(await aCache(t), [createHash('sha256').update('x').digest()], randomBytes)
  for (const [kind, subject] of [
    ['record', '1'],
    ['pds', '1'],
    ['record', '2'],
    ['sds', '*'],
  ] as const)
    await cache.set({ kind, subject, view: '' }, Buffer.from('x'), 60)
  assert.equal(await cache.purge({ subject: '1' }), 2)
  assert.equal(await cache.purge({ kind: 'sds' }), 1)
  assert.equal(await cache.purge(), 1)
})

test("a lease is one holder's at a time, and is released by its holder only", { skip }, async (t) => {
  const { leases } = await aCache(t)
  const first = await leases.acquire(key, 1000)
  assert.ok(typeof first === 'object')
  assert.equal(await leases.acquire(key, 100), 'taken')
  await sleep(1020)
  const second = await leases.acquire(key, 60_000)
  assert.ok(typeof second === 'object')
  await first.release()
  assert.equal(await leases.acquire(key, 100), 'taken')
  await second.release()
  assert.ok(typeof (await leases.acquire(key, 100)) === 'object')
})

test('fifty who ask in two processes cause one load', { skip }, async (t) => {
  const prefix = `test-${randomUUID()}`
  const readers = await Promise.all(
    [0, 1].map(async () => {
      const cache = await aCache(t, { prefix })
      return readThrough({ cache, leases: cache.leases, sleep, log, pollMs: 5 })
    }),
  )
  let loads = 0
  const ask = (reader: (typeof readers)[number]) =>
    reader({ key, ttlSeconds: 60, encode: Buffer.from, decode: String }, never, async () => {
      loads++
      await sleep(30)
      return 'x'
    })
  const all = await Promise.all(readers.flatMap((reader) => Array.from({ length: 25 }, () => ask(reader))))
  assert.deepEqual(new Set(all.map(({ value }) => value)), new Set(['x']))
  assert.equal(loads, 1)
})

test('two processes take turns: no more than so many within any second of both together', { skip }, async (t) => {
  const prefix = `test-${randomUUID()}`
  const both = await Promise.all([aCache(t, { prefix }), aCache(t, { prefix })])
  // Half a second more, and the next five would be taken too: all have come by then.
  const limit = { perSecond: 5, maxWaitMs: 1600 }
  const from = performance.now()
  const waits = await Promise.all(Array.from({ length: 18 }, (_, n) => both[n % 2]?.turns('pds', limit)))
  const starts = waits.flatMap((wait) => (typeof wait === 'number' ? wait : [])).toSorted((a, b) => a - b)
  assert.equal(starts.length, 10)
  assert.equal(waits.filter((wait) => wait === 'too-many').length, 8)
  const took = performance.now() - from
  for (const [index, start] of starts.entries())
    assert.ok(start - (starts[index - 5] ?? Number.NEGATIVE_INFINITY) >= 1050 - took, starts.join(' '))
})

test('with Redis gone everything is a miss and nothing fails; when it is back it is used again', {
  skip,
}, async (t) => {
  const door = await aDoor(t)
  const cache = await aCache(t, { url: door.url })
  await cache.set(key, Buffer.from('x'), 60)
  await door.shut()
  await until('it is not there any more', () => !cache.figures().available)
  assert.equal(await cache.get(key), undefined)
  await cache.set(key, Buffer.from('y'), 60)
  assert.equal(await cache.leases.acquire(key, 100), 'unavailable')
  assert.equal(await cache.turns('pds', { perSecond: 5, maxWaitMs: 1000 }), 'unavailable')
  // Who empties it must not believe that it is empty.
  await assert.rejects(cache.purge(), /did not answer/)
  await assert.rejects(cache.contents(), /did not answer/)
  assert.equal(cache.figures().available, false)
  await door.open()
  await until('it is there', () => cache.figures().available)
  assert.equal(String(await cache.get(key)), 'x')
})

test('a Redis that does not answer costs one short wait, and is left alone for a while', { skip }, async (t) => {
  const door = await aDoor(t)
  const cache = await aCache(t, { url: door.url, commandTimeoutMs: 300, pauseMs: 600_000 })
  await cache.set(key, Buffer.from('x'), 60)
  door.state.deaf = true
  await assert.rejects(cache.purge(), /did not answer/)
  const { unheard } = door.state
  assert.ok(unheard > 0)
  for (let n = 0; n < 20; n++) assert.equal(await cache.get(key), undefined)
  assert.equal(door.state.unheard, unheard, 'it was asked again')
  assert.equal(cache.figures().available, false)
})

test('a port where nobody is is a cache that is not there', { skip }, async (t) => {
  const cache = await aCache(t, { url: 'redis://127.0.0.1:1', connectTimeoutMs: 300 })
  assert.equal(await cache.get(key), undefined)
  assert.equal(cache.figures().available, false)
})

test("over TLS with a password; a wrong one, or a stranger's certificate, is a cache that is not there", {
  skip,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-redis-'))
  const keys = keyFolder(folder, [], new Date(), randomBytes)
  const port = await freePort()
  const { certFile, keyFile } = keys.server
  const server = spawn(
    'redis-server',
    [
      '--port',
      '0',
      '--tls-port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--dir',
      folder,
      '--requirepass',
      'right',
    ]
      .concat(['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', keys.caFile])
      .concat(['--tls-auth-clients', 'no']),
    { stdio: 'ignore' },
  )
  t.after(() => {
    server.kill()
    rmSync(folder, { recursive: true })
  })
  await new Promise((spawned, failed) => server.once('spawn', spawned).once('error', failed))
  const there = { url: `rediss://127.0.0.1:${port}`, ca: readFileSync(keys.caFile), connectTimeoutMs: 1500 }
  const cache = await aCache(t, { ...there, password: 'right' })
  await until('it is there', () => cache.figures().available)
  await cache.set(key, Buffer.from('x'), 60)
  assert.equal(String(await cache.get(key)), 'x')
  const { ca: _ca, ...trustingNobody } = there
  for (const wrong of [
    { ...there, password: 'wrong' },
    { ...trustingNobody, password: 'right' },
  ]) {
    const refused = await aCache(t, wrong)
    assert.equal(await refused.get(key), undefined)
    assert.equal(refused.figures().available, false)
  }
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}
