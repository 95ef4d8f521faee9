import type { Clock } from '../../kernel/ports.ts'
import { counters, tally } from './counters.ts'
import type { CacheKey, ManagedCache } from './port.ts'

type Entry = { readonly key: CacheKey; readonly value: Buffer; readonly expires: number; readonly bytes: number }
/** What a Map entry and its key weigh, roughly. */
const overhead = 256

/** In this process, at most `maxBytes`: what was used longest ago goes first. A value larger than all of it is not kept. */
export function memoryCache(clock: Clock, maxBytes: number, seconds: () => number): ManagedCache {
  const entries = new Map<string, Entry>()
  const counted = counters()
  let bytes = 0
  let evictions = 0

  const drop = (id: string, entry: Entry) => {
    entries.delete(id)
    bytes -= entry.bytes
  }
  return {
    async get(key) {
      const from = seconds()
      const id = idOf(key)
      const entry = entries.get(id)
      if (entry && entry.expires > clock().getTime()) {
        entries.delete(id)
        entries.set(id, entry)
        counted.hit(seconds() - from)
        return entry.value
      }
      if (entry) drop(id, entry)
      counted.miss(seconds() - from)
      return undefined
    },
    async set(key, value, ttlSeconds) {
      const id = idOf(key)
      const old = entries.get(id)
      if (old) drop(id, old)
      const entry = {
        key,
        value,
        expires: clock().getTime() + ttlSeconds * 1000,
        bytes: value.length + id.length * 2 + overhead,
      }
      if (entry.bytes > maxBytes) return
      entries.set(id, entry)
      bytes += entry.bytes
      for (const [oldest, other] of entries) {
        if (bytes <= maxBytes) break
        drop(oldest, other)
        evictions++
      }
    },
    async delete(key) {
      const id = idOf(key)
      const entry = entries.get(id)
      if (entry) drop(id, entry)
    },
    figures: () => ({
      adapter: 'memory',
      available: true,
      hits: counted.hits,
      misses: counted.misses,
      latency: counted.latency(),
      memory: { entries: entries.size, bytes, evictions },
    }),
    contents: async () =>
      tally(Array.from(entries.values(), (entry) => ({ kind: entry.key.kind, bytes: entry.bytes }))),
    async purge(which = {}) {
      let gone = 0
      for (const [id, entry] of entries) {
        if (which.kind !== undefined && entry.key.kind !== which.kind) continue
        if (which.subject !== undefined && entry.key.subject !== which.subject) continue
        drop(id, entry)
        gone++
      }
      return gone
    },
    async close() {
      entries.clear()
      bytes = 0
    },
  }
}

const idOf = ({ kind, subject, view }: CacheKey) => `${kind}\n${subject}\n${view}`
