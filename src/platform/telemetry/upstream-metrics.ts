import { Histogram, type Registry } from 'prom-client'
import type { Observe } from '../http/observe.ts'

/** How long other servers take and how it ends: a status, or why there was none. */
export function upstreamMetrics(registry: Registry): Observe {
  const histogram = new Histogram({
    name: 'upstream_request_duration_seconds',
    help: 'Requests to other servers, by server and outcome',
    labelNames: ['upstream', 'outcome'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  })
  return (upstream, outcome, seconds) => histogram.observe({ upstream, outcome }, seconds)
}
