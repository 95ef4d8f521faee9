import type { IncomingMessage } from 'node:http'
import type { OpenSpan, Spans } from '../telemetry/spans.ts'

/** Of one request that came in, below the caller's where it sent a `traceparent`. `route` is the pattern, or `none`. */
export function serverSpan(spans: Spans, request: IncomingMessage, route: string, requestId: string): OpenSpan {
  const { method = '' } = request
  const { traceparent } = request.headers
  const span = spans.begin(
    'server',
    route === 'none' ? method : `${method} ${route}`,
    typeof traceparent === 'string' ? traceparent : undefined,
  )
  span.set({
    'http.request.method': method,
    ...(route !== 'none' && { 'http.route': route }),
    'weft.request.id': requestId,
  })
  return span
}

/** What the caller got wrong does not fail it: https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status */
export function endServerSpan(span: OpenSpan, status: number): void {
  span.set({ 'http.response.status_code': status })
  if (status >= 500) span.fail(String(status))
  span.end()
}
