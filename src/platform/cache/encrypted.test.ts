import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { encryptedCache, parseSecret } from './encrypted.ts'
import { memoryCache } from './memory.ts'
import type { CacheKey, ManagedCache } from './port.ts'

const clock = () => new Date(0)
const secret = (name: string) => createHash('sha256').update(name).digest()
const key = { kind: 'record', subject: '9000000009', view: 'A20047' }

/** A memory cache that shows what reaches it. */
function anOpenCache() {
  const seen: { key: CacheKey; value: Buffer }[] = []
  const memory = memoryCache(clock, 1_000_000, () => 0)
  const cache: ManagedCache = {
    ...memory,
    set: (key, value, ttlSeconds) => {
      seen.push({ key, value })
      return memory.set(key, value, ttlSeconds)
    },
  }
  return { cache, seen }
}

test('neither the patient nor the content can be read where it is kept', async () => {
  const { cache, seen } = anOpenCache()
  const encrypted = encryptedCache(cache, [secret('a')], randomBytes)
  await encrypted.set(key, Buffer.from('Penicillin'), 60)
  const kept = JSON.stringify(seen[0]?.key) + String(seen[0]?.value)
  assert.doesNotMatch(kept, /9000000009|A20047|Penicillin/)
  assert.equal(String(await encrypted.get(key)), 'Penicillin')
})

test('a value moved to another patient, or changed by one bit, is a miss', async () => {
  const { cache, seen } = anOpenCache()
  const encrypted = encryptedCache(cache, [secret('a')], randomBytes)
  const other = { ...key, subject: '9000000017' }
  await encrypted.set(key, Buffer.from('one'), 60)
  await encrypted.set(other, Buffer.from('two'), 60)
  const [one, two] = seen
  assert.ok(one && two)
  await cache.set(two.key, one.value, 60)
  assert.equal(await encrypted.get(other), undefined)
  one.value[one.value.length - 1]! ^= 1
  await cache.set(one.key, one.value, 60)
  assert.equal(await encrypted.get(key), undefined)
})

test('while the secret is being changed the old one still reads, and new values need the new one', async () => {
  const { cache } = anOpenCache()
  await encryptedCache(cache, [secret('old')], randomBytes).set(key, Buffer.from('x'), 60)
  const both = encryptedCache(cache, [secret('new'), secret('old')], randomBytes)
  assert.equal(String(await both.get(key)), 'x')
  assert.equal(await encryptedCache(cache, [secret('new')], randomBytes).get(key), undefined)
  assert.equal(await both.purge({ subject: key.subject }), 1)
})

test('a secret is 32 bytes in base64 or hex, nothing else', () => {
  assert.equal(parseSecret(secret('a').toString('hex'))?.length, 32)
  assert.equal(parseSecret(secret('a').toString('base64'))?.length, 32)
  assert.equal(parseSecret('password'), undefined)
})
