import { type Transport, TransportProblem } from './port.ts'

/** What became of one request: its status, or why there was none. */
export type Observe = (upstream: string, outcome: string, seconds: number) => void

/** Tells how each request went. `seconds` is any clock that only goes forward. */
export function withObservation(next: Transport, upstream: string, observe: Observe, seconds: () => number): Transport {
  return async (request, signal) => {
    const from = seconds()
    try {
      const response = await next(request, signal)
      observe(upstream, String(response.status), seconds() - from)
      return response
    } catch (thrown) {
      observe(upstream, thrown instanceof TransportProblem ? thrown.reason : 'error', seconds() - from)
      throw thrown
    }
  }
}
