/** A process's figures in Prometheus' format. https://prometheus.io/docs/instrumenting/exposition_formats/ */
import { AggregatorRegistry, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Observe } from '../http/observe.ts'
import { type CacheFiguresNow, watchCache } from './cache-metrics.ts'
import { upstreamMetrics } from './upstream-metrics.ts'
import { type MetricJson, type RequestMetrics, requestMetrics } from './request-metrics.ts'

export type PoolState = () => { total: number; idle: number; waiting: number }

export type Metrics = {
  readonly requests: RequestMetrics
  /** For a service's own figures. */
  readonly registry: Registry
  /** Event loop lag, memory, garbage collection and file handles come by themselves. */
  watchPool(state: PoolState): void
  watchCache(figures: CacheFiguresNow): void
  /** Requests to other servers. */
  readonly upstream: Observe
  json(): Promise<MetricJson[]>
}

export function metrics(): Metrics {
  const registry = new Registry()
  const requests = requestMetrics()
  collectDefaultMetrics({ register: registry })
  return {
    requests,
    registry,
    watchPool(state) {
      new Gauge({
        name: 'database_connections',
        help: 'Connections of the pool, and callers waiting for one',
        labelNames: ['state'],
        registers: [registry],
        collect() {
          const { total, idle, waiting } = state()
          this.set({ state: 'busy' }, total - idle)
          this.set({ state: 'idle' }, idle)
          this.set({ state: 'waiting' }, waiting)
        },
      })
    },
    watchCache: (figures) => watchCache(registry, figures),
    upstream: upstreamMetrics(registry),
    json: async () => [...((await registry.getMetricsAsJSON()) as unknown as MetricJson[]), ...requests.json()],
  }
}

export const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8'

/** The figures of one process or more, added up. */
export function prometheusText(processes: readonly MetricJson[][]): Promise<string> {
  return AggregatorRegistry.aggregate(processes as unknown as object[]).metrics()
}
