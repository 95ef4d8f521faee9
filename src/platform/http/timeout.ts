import { type Transport, TransportProblem } from './port.ts'

/** Each request gets at most `timeoutMs`, and never more than the caller's own deadline leaves. */
export function withTimeout(next: Transport, timeoutMs: number): Transport {
  return async (request, signal) => {
    const own = new AbortController()
    const timer = setTimeout(
      () => own.abort(new TransportProblem('timeout', `No answer within ${timeoutMs} ms`)),
      timeoutMs,
    )
    try {
      return await next(request, AbortSignal.any([signal, own.signal]))
    } finally {
      clearTimeout(timer)
    }
  }
}
