/** What may be forgotten at any time. Nothing may depend on it for correctness. */
export type Cache = {
  get(key: CacheKey): Promise<Buffer | undefined>
  set(key: CacheKey, value: Buffer, ttlSeconds: number): Promise<void>
  delete(key: CacheKey): Promise<void>
}

/** `subject` is who or what the value is about (an NHS number, an ODS code); `view` whatever else tells values apart. */
export type CacheKey = { readonly kind: string; readonly subject: string; readonly view: string }

/** A cache as its operators see it. */
export type ManagedCache = Cache & {
  /** Of this process, at no cost. */
  figures(): CacheFigures
  /** What is kept, counted: not for every moment. Throws Problem('unavailable') where the cache does not answer; so does purge. */
  contents(): Promise<CacheContents>
  /** How many values are gone. Without a kind and a subject: all. */
  purge(which?: { readonly kind?: string; readonly subject?: string }): Promise<number>
  close(): Promise<void>
}
export type CacheFigures = {
  readonly adapter: 'memory' | 'redis'
  /** False: every get is a miss, and the service goes on without. */
  readonly available: boolean
  readonly hits: number
  readonly misses: number
  /** Of the last calls, in seconds. */
  readonly latency: { readonly p50: number; readonly p95: number }
  /** Of the memory; Redis tells its own. */
  readonly memory?: { readonly entries: number; readonly bytes: number; readonly evictions: number }
}
export type CacheContents = Size & { readonly kinds: Readonly<Record<string, Size>> }
type Size = { readonly entries: number; readonly bytes: number }

/** The right to do something alone among all processes. May be lost: a lease ends by itself after `ttlMs`. */
export type Leases = {
  /** `taken`: another holds it. `unavailable`: nobody can tell, go on alone. */
  acquire(key: CacheKey, ttlMs: number): Promise<Lease | 'taken' | 'unavailable'>
}
export type Lease = { release(): Promise<void> }

/**
 * Looks in the cache, else loads, once for everybody who asks for the same meanwhile: in this process, and through
 * leases in the others. The load runs on when the first who asked gives up, as long as somebody still waits.
 */
export type ReadThrough = <T>(
  what: Wanted<T>,
  signal: AbortSignal,
  load: (signal: AbortSignal) => Promise<T>,
) => Promise<{ readonly value: T; readonly from: 'cache' | 'source' }>
export type Wanted<T> = {
  readonly key: CacheKey
  readonly ttlSeconds: number
  /** undefined: not to be kept. */
  encode(value: T): Buffer | undefined
  /** Throws, or gives undefined, where a kept value can no longer be read: it is loaded again. */
  decode(kept: Buffer): T | undefined
  /** Load even if it is there, and keep the new one. */
  readonly fresh?: boolean
}
