import { readFileSync } from 'node:fs'
import type { Clock, Ids, Log } from '../kernel/ports.ts'
import { Problem } from '../kernel/problem.ts'
import { encryptedCache, parseSecret } from '../platform/cache/encrypted.ts'
import { memoryCache } from '../platform/cache/memory.ts'
import type { Leases, ManagedCache } from '../platform/cache/port.ts'
import { redisCache } from '../platform/cache/redis.ts'

import type { Turns } from '../platform/http/shared-rate-limit.ts'
import type { Config } from './config.ts'

export type CacheSettings = {
  /** `redis://` or `rediss://`; absent: the memory of this process. */
  readonly url?: string
  readonly password?: string
  /** PEM of the CA of a `rediss://` server. */
  readonly caFile?: string
  /** 32 bytes each, in base64 or hex; the first writes, all read. Redis needs one. */
  readonly secrets: readonly string[]
  /** Of the memory. */
  readonly maxBytes: number
}
export type CacheWiringDeps = {
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly seconds: () => number
  readonly randomBytes: (size: number) => Buffer
}
export type WiredCache = {
  readonly cache: ManagedCache
  readonly leases?: Leases
  /** For limits that all processes share. */
  readonly turns?: Turns
  /** For a command that asks once: a server need not wait. */
  connected(): Promise<void>
}

/** Memory or Redis. What leaves the process is encrypted, so Redis without a secret stops the start. */
export function wireCache(settings: CacheSettings, deps: CacheWiringDeps): WiredCache {
  if (!settings.url)
    return { cache: memoryCache(deps.clock, settings.maxBytes, deps.seconds), connected: async () => {} }
  const secrets = settings.secrets.map(parseSecret).filter((secret) => secret !== undefined)
  if (secrets.length === 0 || secrets.length < settings.secrets.length)
    throw new Problem(
      'invalid',
      'CACHE_SECRET: a Redis cache needs 32 bytes in base64 or hex (openssl rand -base64 32)',
    )
  const redis = redisCache(
    {
      url: settings.url,
      ...(settings.password && { password: settings.password }),
      ...(settings.caFile && { ca: readFileSync(settings.caFile) }),
    },
    deps,
  )
  const cache = encryptedCache(redis, secrets, deps.randomBytes)
  // Leases hold no values, but their names must not tell a patient either.
  return { cache, leases: cache.leasesOf(redis.leases), turns: redis.turns, connected: redis.connected }
}

/** The settings of the environment that a cache is made from. */
export const cacheSettings = (config: Config): CacheSettings => ({
  ...(config.CACHE_URL && { url: config.CACHE_URL }),
  ...(config.CACHE_PASSWORD && { password: config.CACHE_PASSWORD }),
  ...(config.CACHE_CA_FILE && { caFile: config.CACHE_CA_FILE }),
  secrets: config.CACHE_SECRET,
  maxBytes: config.CACHE_MEMORY_BYTES,
})
