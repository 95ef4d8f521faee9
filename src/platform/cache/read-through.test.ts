import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryCache } from './memory.ts'
import type { Cache, Leases } from './port.ts'
import { type ReadThroughDeps, readThrough } from './read-through.ts'
import { runLog } from '../../../test/harness/run-log.ts'

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))
const log = runLog
const never = new AbortController().signal
const memory = () =>
  memoryCache(
    () => new Date(0),
    1_000_000,
    () => 0,
  )
const aReader = (over: Partial<ReadThroughDeps> = {}) =>
  readThrough({ cache: memory(), sleep, log, pollMs: 2, ...over })
const wanted = {
  key: { kind: 'record', subject: '1', view: '' },
  ttlSeconds: 60,
  encode: (value: string) => (value === '' ? undefined : Buffer.from(value)),
  decode: String,
}
const aLoad = (value = 'x', ms = 5) => {
  const load = async (signal: AbortSignal) => {
    load.calls++
    await sleep(ms)
    load.aborted = signal.aborted
    signal.throwIfAborted()
    return value
  }
  load.calls = 0
  load.aborted = false
  return load
}

test('fifty who ask at once cause one load, and the next one comes from the cache', async () => {
  const read = aReader()
  const load = aLoad()
  const all = await Promise.all(Array.from({ length: 50 }, () => read(wanted, never, load)))
  assert.deepEqual(new Set(all.map(({ value, from }) => `${value} ${from}`)), new Set(['x source']))
  assert.equal((await read(wanted, never, load)).from, 'cache')
  assert.equal(load.calls, 1)
})

test('who gives up leaves; the others still get their answer', async () => {
  const read = aReader()
  const load = aLoad('x', 20)
  const impatient = new AbortController()
  const first = read(wanted, impatient.signal, load)
  const second = read(wanted, never, load)
  impatient.abort(new Error('gone'))
  await assert.rejects(first, /gone/)
  assert.equal((await second).value, 'x')
  assert.equal(load.aborted, false)
})

test('when the last one leaves the load is stopped', async () => {
  const read = aReader()
  const load = aLoad('x', 20)
  const impatient = new AbortController()
  const only = read(wanted, impatient.signal, load)
  await sleep(2)
  impatient.abort(new Error('gone'))
  await assert.rejects(only, /gone/)
  await sleep(30)
  assert.equal(load.aborted, true)
  assert.equal((await read(wanted, never, aLoad('y'))).value, 'y')
})

test('an answer that must not be kept is asked for again, and so is one that failed', async () => {
  const read = aReader()
  const load = aLoad('')
  await read(wanted, never, load)
  await read(wanted, never, load)
  assert.equal(load.calls, 2)
  await assert.rejects(
    read(wanted, never, async () => {
      throw new Error('down')
    }),
    /down/,
  )
  assert.equal((await read(wanted, never, aLoad())).value, 'x')
})

test('a cache that fails is no cache', async () => {
  const broken: Cache = {
    get: () => Promise.reject(new Error('down')),
    set: () => Promise.reject(new Error('down')),
    delete: () => Promise.reject(new Error('down')),
  }
  const read = aReader({ cache: broken })
  assert.equal((await read(wanted, never, aLoad())).value, 'x')
  assert.equal((await read(wanted, never, aLoad())).from, 'source')
})

test('asking for a fresh value loads it and keeps it for the next', async () => {
  const read = aReader()
  await read(wanted, never, aLoad('old'))
  assert.equal((await read({ ...wanted, fresh: true }, never, aLoad('new'))).value, 'new')
  assert.deepEqual(await read(wanted, never, aLoad()), { value: 'new', from: 'cache' })
})

test('while another process holds the lease its value is waited for', async () => {
  const cache = memory()
  let taken = true
  const leases: Leases = { acquire: async () => (taken ? 'taken' : { release: async () => {} }) }
  const here = aReader({ cache, leases })
  const load = aLoad('mine')
  const waiting = here(wanted, never, load)
  await sleep(5)
  await cache.set(wanted.key, Buffer.from('theirs'), 60)
  taken = false
  assert.equal((await waiting).value, 'theirs')
  assert.equal(load.calls, 0)
})
