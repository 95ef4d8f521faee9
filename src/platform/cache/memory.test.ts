import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryCache } from './memory.ts'

const key = (subject: string, kind = 'record') => ({ kind, subject, view: 'A20047' })
const aCache = (maxBytes = 1_000_000, start = 0) => {
  let now = start
  const cache = memoryCache(
    () => new Date(now),
    maxBytes,
    () => now / 1000,
  )
  return { cache, wait: (seconds: number) => void (now += seconds * 1000) }
}

test('a value is there until its time is over', async () => {
  const { cache, wait } = aCache()
  await cache.set(key('1'), Buffer.from('x'), 60)
  wait(59)
  assert.equal(String(await cache.get(key('1'))), 'x')
  wait(1)
  assert.equal(await cache.get(key('1')), undefined)
  const { hits, misses, memory } = cache.figures()
  assert.deepEqual({ hits, misses, ...memory }, { hits: 1, misses: 1, entries: 0, bytes: 0, evictions: 0 })
})

test('when it is full, what was used longest ago goes', async () => {
  const { cache } = aCache(4000)
  for (const subject of ['1', '2', '3']) await cache.set(key(subject), Buffer.alloc(1000), 60)
  await cache.get(key('1'))
  await cache.set(key('4'), Buffer.alloc(1000), 60)
  assert.equal(await cache.get(key('2')), undefined)
  assert.ok(await cache.get(key('1')))
  assert.equal(cache.figures().memory?.evictions, 1)
  assert.ok((await cache.contents()).bytes <= 4000)
})

test('a value larger than the whole cache pushes nothing out', async () => {
  const { cache } = aCache(4000)
  await cache.set(key('1'), Buffer.alloc(1000), 60)
  await cache.set(key('2'), Buffer.alloc(9000), 60)
  assert.ok(await cache.get(key('1')))
  assert.equal(await cache.get(key('2')), undefined)
})

test('purging takes one patient, one kind, or all', async () => {
  const { cache } = aCache()
  for (const [subject, kind] of [
    ['1', 'record'],
    ['1', 'pds'],
    ['2', 'record'],
    ['3', 'sds'],
  ] as const)
    await cache.set(key(subject, kind), Buffer.from('x'), 60)
  assert.equal(await cache.purge({ subject: '1' }), 2)
  assert.equal(await cache.purge({ kind: 'sds' }), 1)
  assert.equal(await cache.purge(), 1)
  assert.equal(cache.figures().memory?.bytes, 0)
})
