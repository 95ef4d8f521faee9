/** Hits, misses and how long the last calls took; a cache adapter keeps one. */
export type Counters = {
  hit(seconds: number): void
  miss(seconds: number): void
  readonly hits: number
  readonly misses: number
  latency(): { p50: number; p95: number }
}

const kept = 1024

export function counters(): Counters {
  const last: number[] = []
  let hits = 0
  let misses = 0
  const took = (seconds: number) => {
    last[(hits + misses) % kept] = seconds
  }
  return {
    hit(seconds) {
      took(seconds)
      hits++
    },
    miss(seconds) {
      took(seconds)
      misses++
    },
    get hits() {
      return hits
    },
    get misses() {
      return misses
    },
    latency() {
      const sorted = last.toSorted((a, b) => a - b)
      const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
      return { p50: at(0.5), p95: at(0.95) }
    },
  }
}

/** Entries and bytes, in all and by kind. */
export function tally(values: Iterable<{ readonly kind: string; readonly bytes: number }>) {
  const kinds: Record<string, { entries: number; bytes: number }> = {}
  let entries = 0
  let bytes = 0
  for (const value of values) {
    const kind = (kinds[value.kind] ??= { entries: 0, bytes: 0 })
    kind.entries++
    kind.bytes += value.bytes
    entries++
    bytes += value.bytes
  }
  return { entries, bytes, kinds }
}
