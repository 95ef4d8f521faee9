import { Counter, Gauge, type Registry } from 'prom-client'
import type { CacheFigures } from '../cache/port.ts'

export type CacheFiguresNow = () => CacheFigures

/** What a cache says of itself, asked for at each scrape. */
export function watchCache(registry: Registry, figures: CacheFiguresNow): void {
  const gauge = (
    name: string,
    help: string,
    value: (now: CacheFigures) => number | undefined,
    aggregator: 'sum' | 'min' = 'sum',
  ) =>
    new Gauge({
      name,
      help,
      aggregator,
      registers: [registry],
      collect() {
        const found = value(figures())
        if (found !== undefined) this.set(found)
      },
    })
  const counter = (name: string, help: string, value: (now: CacheFigures) => number) =>
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset()
        this.inc(value(figures()))
      },
    })
  gauge(
    'cache_available',
    '1, or 0 while everything goes on without, in one of the processes at least',
    ({ available }) => Number(available),
    'min',
  )
  counter('cache_hits_total', 'Values that were there', ({ hits }) => hits)
  counter('cache_misses_total', 'Values that were not there', ({ misses }) => misses)
  gauge('cache_entries', 'Values in memory', ({ memory }) => memory?.entries)
  gauge('cache_bytes', 'Bytes of the values in memory', ({ memory }) => memory?.bytes)
  counter('cache_evictions_total', 'Values that went for lack of room', ({ memory }) => memory?.evictions ?? 0)
  new Gauge({
    name: 'cache_get_seconds',
    help: 'How long the last gets took, in the process where they took longest',
    aggregator: 'max',
    labelNames: ['quantile'],
    registers: [registry],
    collect() {
      const { latency } = figures()
      this.set({ quantile: '0.5' }, latency.p50)
      this.set({ quantile: '0.95' }, latency.p95)
    },
  })
}
