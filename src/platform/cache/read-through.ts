import type { Log } from '../../kernel/ports.ts'
import type { Cache, CacheKey, Lease, Leases, ReadThrough, Wanted } from './port.ts'

export type ReadThroughDeps = {
  readonly cache: Cache
  /** Absent: other processes are not waited for. */
  readonly leases?: Leases
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  readonly log: Log
  /** A process that died while loading holds the others up for so long. */
  readonly leaseMs?: number
  readonly pollMs?: number
}
type Loaded = { readonly value: unknown; readonly from: 'cache' | 'source' }
type Load<T> = (signal: AbortSignal) => Promise<T>
type Flight = { readonly landed: Promise<Loaded>; readonly controller: AbortController; waiting: number }

/** The cache may vanish at any moment: then everything here still works, and every value is loaded. */
export function readThrough(deps: ReadThroughDeps): ReadThrough {
  const { cache, leases, sleep, log, leaseMs = 30_000, pollMs = 50 } = deps
  const flights = new Map<string, Flight>()

  const look: <T>(what: Wanted<T>) => Promise<Loaded | undefined> = async (what) => {
    try {
      const kept = await cache.get(what.key)
      const value = kept === undefined ? undefined : what.decode(kept)
      return value === undefined ? undefined : { value, from: 'cache' }
    } catch (thrown) {
      log.warn('cache.unreadable', { kind: what.key.kind, error: nameOf(thrown) })
      return undefined
    }
  }
  const loadAndKeep = async <T>(what: Wanted<T>, signal: AbortSignal, load: Load<T>): Promise<Loaded> => {
    const value = await load(signal)
    const kept = what.encode(value)
    if (kept)
      await cache.set(what.key, kept, what.ttlSeconds).catch((thrown: unknown) => {
        log.warn('cache.not-kept', { kind: what.key.kind, error: nameOf(thrown) })
      })
    return { value, from: 'source' }
  }
  const underLease = async <T>(what: Wanted<T>, signal: AbortSignal, load: Load<T>): Promise<Loaded> => {
    if (!leases) return loadAndKeep(what, signal, load)
    let lease: Lease | undefined
    for (let waitMs = pollMs; ; waitMs = Math.min(waitMs * 2, pollMs * 8)) {
      const got = await leases.acquire(what.key, leaseMs)
      if (got !== 'taken') {
        if (got !== 'unavailable') lease = got
        break
      }
      await sleep(waitMs, signal)
      const found = await look(what)
      if (found) return found
    }
    try {
      // Another process may have finished between our look and our lease.
      const found = lease && !what.fresh ? await look(what) : undefined
      return found ?? (await loadAndKeep(what, signal, load))
    } finally {
      await lease?.release()
    }
  }
  const fly = async <T>(what: Wanted<T>, signal: AbortSignal, load: Load<T>): Promise<Loaded> =>
    (what.fresh ? undefined : await look(what)) ?? underLease(what, signal, load)

  return async <T>(what: Wanted<T>, signal: AbortSignal, load: Load<T>) => {
    const id = `${idOf(what.key)}\n${what.fresh ?? false}`
    let flight = flights.get(id)
    if (!flight) {
      const controller = new AbortController()
      const landed = fly(what, controller.signal, load).finally(() => {
        if (flights.get(id)?.controller === controller) flights.delete(id)
      })
      // Everybody may have left before it lands.
      landed.catch(() => {})
      flight = { landed, controller, waiting: 0 }
      flights.set(id, flight)
    }
    const mine = flight
    const loaded = await joined(mine, signal, () => {
      if (flights.get(id) === mine) flights.delete(id)
    })
    return loaded as { value: T; from: 'cache' | 'source' }
  }
}

/** The last to leave stops the load. */
async function joined(flight: Flight, signal: AbortSignal, abandon: () => void): Promise<Loaded> {
  flight.waiting++
  let leave = () => {}
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason)
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([flight.landed, left])
  } finally {
    signal.removeEventListener('abort', leave)
    flight.waiting--
    if (flight.waiting === 0 && signal.aborted) {
      abandon()
      flight.controller.abort(signal.reason)
    }
  }
}

const idOf = ({ kind, subject, view }: CacheKey) => `${kind}\n${subject}\n${view}`
const nameOf = (thrown: unknown) => (thrown instanceof Error ? thrown.name : 'unknown')
