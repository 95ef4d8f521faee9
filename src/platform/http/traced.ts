import { ended, type Spans } from '../telemetry/spans.ts'
import { type Transport, TransportProblem } from './port.ts'

/**
 * A span for each request that goes out, below the one its `traceparent` names; the upstream gets that of the span.
 * Innermost but for the sending, so that each attempt has its own. Never the target: it names patients.
 */
export function withSpan(next: Transport, upstream: string, spans: Spans): Transport {
  return (request, signal) => {
    const span = spans.begin('client', `${upstream} ${request.method}`, request.headers.traceparent)
    const { hostname, port } = new URL(request.origin)
    span.set({
      'weft.upstream': upstream,
      'weft.attempt': request.attempt ?? 1,
      'http.request.method': request.method,
      'server.address': hostname,
      ...(port && { 'server.port': Number(port) }),
    })
    const sent = next({ ...request, headers: { ...request.headers, traceparent: span.traceparent } }, signal)
    return ended(
      span,
      sent.then(
        (response) => {
          span.set({ 'http.response.status_code': response.status })
          if (response.status >= 400) span.fail(String(response.status))
          return response
        },
        (thrown: unknown) => {
          if (thrown instanceof TransportProblem) span.set({ 'weft.reason': thrown.reason })
          throw thrown
        },
      ),
    )
  }
}
