import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CacheFigures } from '../cache/port.ts'
import { metrics, prometheusText } from './metrics.ts'

const figuresOf = async (figures: Partial<CacheFigures>) => {
  const of = metrics()
  of.watchCache(() => ({
    adapter: 'redis',
    available: true,
    hits: 2,
    misses: 1,
    latency: { p50: 0.001, p95: 0.002 },
    ...figures,
  }))
  return of.json()
}

test('of two processes hits are added up; the cache is there when it is there for both, and as slow as for the slower', async () => {
  const both = await prometheusText([await figuresOf({}), await figuresOf({ latency: { p50: 0.003, p95: 0.004 } })])
  for (const line of ['cache_hits_total 4', 'cache_available 1', 'cache_get_seconds{quantile="0.95"} 0.004'])
    assert.ok(both.includes(`\n${line}\n`), line)
  const one = await prometheusText([await figuresOf({}), await figuresOf({ available: false })])
  assert.ok(one.includes('\ncache_available 0\n'))
})
