import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import { Problem } from '../../kernel/problem.ts'
import type { CacheKey, Leases, ManagedCache } from './port.ts'

/**
 * Nothing readable leaves the process: values are AES-256-GCM, bound to their key, and the subject and the view of the
 * key are keyed hashes. The first secret writes; the others still read, while a secret is being changed.
 */
export function encryptedCache(
  next: ManagedCache,
  secrets: readonly Buffer[],
  randomBytes: (size: number) => Buffer,
): ManagedCache & { leasesOf(leases: Leases): Leases } {
  const [current, ...older] = secrets.map(keysOf)
  if (!current) throw new Problem('invalid', 'An encrypted cache needs a secret of 32 bytes')
  const keys = [current, ...older]
  const named = (key: CacheKey, by: Keys): CacheKey => ({
    kind: key.kind,
    subject: hashed(by, 'subject', key.subject),
    view: hashed(by, 'view', key.view),
  })
  return {
    ...next,
    leasesOf: (leases) => ({ acquire: (key, ttlMs) => leases.acquire(named(key, current), ttlMs) }),
    async get(key) {
      for (const by of keys) {
        const name = named(key, by)
        const kept = await next.get(name)
        if (kept) return opened(kept, by, name)
      }
      return undefined
    },
    async set(key, value, ttlSeconds) {
      const name = named(key, current)
      await next.set(name, sealed(value, current, name, randomBytes(12)), ttlSeconds)
    },
    async delete(key) {
      for (const by of keys) await next.delete(named(key, by))
    },
    async purge(which = {}) {
      if (which.subject === undefined) return next.purge(which)
      let gone = 0
      for (const by of keys) gone += await next.purge({ ...which, subject: hashed(by, 'subject', which.subject) })
      return gone
    },
  }
}

/** A secret as configuration gives it: 32 bytes in base64 or hex. */
export function parseSecret(text: string): Buffer | undefined {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  return bytes.length === 32 ? bytes : undefined
}

type Keys = { readonly values: Buffer; readonly names: Buffer; readonly id: Buffer }

function keysOf(secret: Buffer): Keys {
  if (secret.length !== 32) throw new Problem('invalid', 'A cache secret is 32 bytes')
  const derived = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', `weft cache ${purpose}`, 32))
  const values = derived('values')
  return { values, names: derived('names'), id: createHash('sha256').update(values).digest().subarray(0, 4) }
}

const hashed = (keys: Keys, part: string, text: string) =>
  createHmac('sha256', keys.names).update(`${part}\n${text}`).digest('base64url').slice(0, 32)

const bound = (name: CacheKey) => Buffer.from(`${name.kind}\n${name.subject}\n${name.view}`)

/** Version, id of the secret, initialisation vector, tag, content. */
function sealed(value: Buffer, keys: Keys, name: CacheKey, iv: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', keys.values, iv).setAAD(bound(name))
  const content = [cipher.update(value), cipher.final()]
  return Buffer.concat([Buffer.of(1), keys.id, iv, cipher.getAuthTag(), ...content])
}

/** undefined for what this secret did not write, or for another key, or what was changed. */
function opened(kept: Buffer, keys: Keys, name: CacheKey): Buffer | undefined {
  if (kept.length < 33 || kept[0] !== 1 || !kept.subarray(1, 5).equals(keys.id)) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', keys.values, kept.subarray(5, 17)).setAAD(bound(name))
    decipher.setAuthTag(kept.subarray(17, 33))
    const value = decipher.update(kept.subarray(33))
    // Throws where the tag does not hold. It has nothing to add: GCM gives as many bytes as it takes.
    decipher.final()
    return value
  } catch {
    return undefined
  }
}
