import { once } from 'node:events'
import { Redis, type RedisOptions } from 'ioredis'
import type { Clock, Ids, Log } from '../../kernel/ports.ts'
import { Problem } from '../../kernel/problem.ts'
import { secondMs } from '../http/rate-limit.ts'
import type { Turns } from '../http/shared-rate-limit.ts'
import { counters, tally } from './counters.ts'
import type { CacheKey, Lease, Leases, ManagedCache } from './port.ts'

export type RedisCacheOptions = {
  /** `redis://` or, for TLS, `rediss://`; `:password@` and `/database` may stand in it. */
  readonly url: string
  /** Given beside the address, so that it is in no log of an address. */
  readonly password?: string
  /** PEM of the CA that the server's certificate is checked against; the machine's own when absent. */
  readonly ca?: Buffer
  readonly connections?: number
  readonly connectTimeoutMs?: number
  /** A cache that takes longer than this is no help. */
  readonly commandTimeoutMs?: number
  /** After a command that took too long, nothing is asked for so long. */
  readonly pauseMs?: number
  /** In front of every key. */
  readonly prefix?: string
}
export type RedisCacheDeps = {
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly seconds: () => number
}

export type RedisCache = ManagedCache & {
  readonly leases: Leases
  readonly turns: Turns
  /** Redis answers, or it took too long and everything goes on without. */
  connected(): Promise<void>
}

/**
 * Redis 7 or newer. Whatever goes wrong there is a miss here: a get gives undefined, a set does nothing, and `available`
 * says so until it answers again.
 */
export function redisCache(options: RedisCacheOptions, deps: RedisCacheDeps): RedisCache {
  const { clock, log, seconds } = deps
  const { prefix = 'weft', pauseMs = 2000 } = options
  const connections = Array.from({ length: options.connections ?? 2 }, () => new Redis(options.url, optionsOf(options)))
  const counted = counters()
  let pausedUntil = 0
  let turn = 0
  let wasAvailable = true

  const ready = () => connections.filter(({ status }) => status === 'ready')
  const available = () => clock().getTime() >= pausedUntil && ready().length > 0
  const note = (is: boolean, why?: string) => {
    if (is === wasAvailable) return
    wasAvailable = is
    if (is) log.info('cache.available')
    else log.warn('cache.unavailable', { error: why ?? 'unknown' })
  }
  for (const connection of connections) {
    connection.on('error', (error: Error) => note(false, codeOf(error)))
    connection.on('ready', () => note(true))
  }
  /** undefined: there is no Redis just now. */
  const ask = async <T>(command: (redis: Redis) => Promise<T>): Promise<{ readonly value: T } | undefined> => {
    if (clock().getTime() < pausedUntil) return undefined
    const usable = ready()
    const redis = usable[turn++ % Math.max(1, usable.length)]
    if (!redis) return undefined
    try {
      const value = await command(redis)
      note(true)
      return { value }
    } catch (thrown) {
      pausedUntil = clock().getTime() + pauseMs
      note(false, codeOf(thrown))
      return undefined
    }
  }
  const nameOf = (key: CacheKey, space = 'value') =>
    [prefix, space, key.kind, key.subject, key.view].map(plain).join(':')
  /** For operators: what was not looked at to the end is not told as if it had been. */
  const each = async (pattern: string, handle: (redis: Redis, names: string[]) => Promise<void>) => {
    const whole = await ask(async (redis) => {
      let cursor = '0'
      do {
        const [next, names] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 500)
        if (names.length > 0) await handle(redis, names)
        cursor = next
      } while (cursor !== '0')
      return true
    })
    if (!whole) throw new Problem('unavailable', 'Redis did not answer to the end; try again')
  }

  return {
    async get(key) {
      const from = seconds()
      const found = await ask((redis) => redis.getBuffer(nameOf(key)))
      const value = found?.value ?? undefined
      if (value) counted.hit(seconds() - from)
      else counted.miss(seconds() - from)
      return value
    },
    async set(key, value, ttlSeconds) {
      await ask((redis) => redis.set(nameOf(key), value, 'EX', Math.max(1, Math.ceil(ttlSeconds))))
    },
    async delete(key) {
      await ask((redis) => redis.unlink(nameOf(key)))
    },
    figures: () => ({
      adapter: 'redis',
      available: available(),
      hits: counted.hits,
      misses: counted.misses,
      latency: counted.latency(),
    }),
    async contents() {
      const kept: { kind: string; bytes: number }[] = []
      await each(`${plain(prefix)}:value:*`, async (redis, names) => {
        const pipeline = redis.pipeline()
        for (const name of names) pipeline.strlen(name)
        const lengths = (await pipeline.exec()) ?? []
        for (const [index, [error, length]] of lengths.entries()) {
          if (error) throw error
          kept.push({ kind: decodeURIComponent(names[index]?.split(':')[2] ?? ''), bytes: Number(length ?? 0) })
        }
      })
      return tally(kept)
    },
    async purge(which = {}) {
      const part = (text: string | undefined) => (text === undefined ? '*' : plain(text))
      let gone = 0
      await each(`${plain(prefix)}:value:${part(which.kind)}:${part(which.subject)}:*`, async (redis, names) => {
        gone += await redis.unlink(...names)
      })
      return gone
    },
    async close() {
      for (const connection of connections) connection.disconnect()
    },
    async connected() {
      const waitMs = options.connectTimeoutMs ?? 2000
      const late = new Promise<void>((go) => setTimeout(go, waitMs).unref())
      const all = connections.filter(({ status }) => status !== 'ready').map((one) => once(one, 'ready'))
      await Promise.race([Promise.allSettled(all), late])
    },
    turns: turns(ask, plain(prefix)),
    leases: leases(ask, (key) => nameOf(key, 'lease'), deps.ids),
  }
}

type Ask = <T>(command: (redis: Redis) => Promise<T>) => Promise<{ readonly value: T } | undefined>

/** A lease that ended by itself may be another's by now: only its own holder takes it away. */
const releaseScript = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`

function leases(ask: Ask, nameOf: (key: CacheKey) => string, ids: Ids): Leases {
  return {
    async acquire(key, ttlMs): Promise<Lease | 'taken' | 'unavailable'> {
      const name = nameOf(key)
      const holder = ids()
      const answer = await ask((redis) => redis.set(name, holder, 'PX', ttlMs, 'NX'))
      if (!answer) return 'unavailable'
      if (answer.value !== 'OK') return 'taken'
      return {
        async release() {
          await ask((redis) => redis.eval(releaseScript, 1, name, holder))
        },
      }
    },
  }
}

/** The start of each of the last requests: the next may start a second after the one so many places before it. */
const turnScript = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local before = redis.call('lindex', KEYS[1], ARGV[1] - 1)
local start = now
if before and before + ARGV[2] > now then start = before + ARGV[2] end
if start - now > tonumber(ARGV[3]) then return -1 end
redis.call('lpush', KEYS[1], start)
redis.call('ltrim', KEYS[1], 0, ARGV[1] - 1)
redis.call('pexpire', KEYS[1], math.ceil(start - now + ARGV[2]))
return start - now`

function turns(ask: Ask, prefix: string): Turns {
  return async (name, { perSecond, maxWaitMs }) => {
    const key = `${prefix}:turns:${plain(name)}`
    const answer = await ask((redis) => redis.eval(turnScript, 1, key, perSecond, secondMs, Math.floor(maxWaitMs)))
    if (!answer) return 'unavailable'
    const waitMs = Number(answer.value)
    return waitMs < 0 ? 'too-many' : waitMs
  }
}

function optionsOf(options: RedisCacheOptions) {
  const secure = options.url.startsWith('rediss:')
  return {
    ...(options.password && { password: options.password }),
    ...(secure && { tls: options.ca ? { ca: options.ca } : {} }),
    connectTimeout: options.connectTimeoutMs ?? 2000,
    commandTimeout: options.commandTimeoutMs ?? 500,
    // What cannot be asked now is a miss now; nothing is saved up for later.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times: number) => Math.min(times * 100, 3000),
  } satisfies RedisOptions
}

/** Nothing in a name may end it or match others. */
const plain = (part: string) => encodeURIComponent(part).replaceAll('*', '%2A')

const codeOf = (thrown: unknown) => {
  const { code, message } = thrown as { code?: string; message?: string }
  return code ?? message?.slice(0, 80) ?? 'unknown'
}
