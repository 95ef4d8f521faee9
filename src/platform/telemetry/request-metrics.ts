/**
 * Requests by route, method and status with a histogram of their duration. Counted in plain arrays, since every
 * request passes here, and handed over in the shape that prom-client adds up over several processes.
 */

export type MetricJson = {
  name: string
  help: string
  type: string
  aggregator: string
  values: { value: number; labels: Record<string, string | number>; metricName?: string }[]
}

const boundsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000]
type Series = { route: string; method: string; status: number; count: number; sumMs: number; buckets: number[] }

export type RequestMetrics = {
  /** `route` is the pattern, never the path that was asked for. */
  observe(route: string, method: string, status: number, ms: number): void
  json(): MetricJson[]
}

export function requestMetrics(): RequestMetrics {
  const byRoute = new Map<string, Map<number, Series>>()
  const find = (route: string, method: string, status: number): Series => {
    const key = `${method} ${route}`
    let byStatus = byRoute.get(key)
    if (!byStatus) byRoute.set(key, (byStatus = new Map()))
    let series = byStatus.get(status)
    if (!series)
      byStatus.set(status, (series = { route, method, status, count: 0, sumMs: 0, buckets: boundsMs.map(() => 0) }))
    return series
  }
  return {
    observe(route, method, status, ms) {
      const series = find(route, method, status)
      series.count++
      series.sumMs += ms
      const bucket = boundsMs.findIndex((bound) => ms <= bound)
      if (bucket >= 0) series.buckets[bucket]!++
    },
    json() {
      const all = [...byRoute.values()].flatMap((byStatus) => [...byStatus.values()])
      return [
        {
          name: 'http_requests_total',
          help: 'Requests answered',
          type: 'counter',
          aggregator: 'sum',
          values: all.map((series) => ({ value: series.count, labels: labelsOf(series) })),
        },
        {
          name: 'http_request_duration_seconds',
          help: 'From the head of the request to the end of the answer',
          type: 'histogram',
          aggregator: 'sum',
          values: all.flatMap(histogramValues),
        },
      ]
    },
  }
}

const labelsOf = ({ route, method, status }: Series) => ({ route, method, status: String(status) })

function histogramValues(series: Series): MetricJson['values'] {
  const name = 'http_request_duration_seconds'
  const labels = labelsOf(series)
  let below = 0
  const buckets = boundsMs.map((bound, index) => {
    below += series.buckets[index]!
    return { metricName: `${name}_bucket`, labels: { le: bound / 1000, ...labels }, value: below }
  })
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: series.count },
    { metricName: `${name}_sum`, labels, value: series.sumMs / 1000 },
    { metricName: `${name}_count`, labels, value: series.count },
  ]
}
