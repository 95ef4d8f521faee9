import { type OutboundResponse, type Transport, TransportProblem } from './port.ts'
import type { Chance, Sleep } from './timing.ts'

export type RetryPolicy = {
  /** The first one counts. */
  readonly attempts: number
  readonly baseMs: number
  readonly maxMs: number
}
export type Attempt = { readonly response: OutboundResponse } | { readonly thrown: unknown }

/** Asks again, later each time and by chance a little sooner or later, where asking twice is safe and may help. */
export function withRetry(next: Transport, policy: RetryPolicy, chance: Chance, sleep: Sleep): Transport {
  return async (request, signal) => {
    if (!request.safe) return next(request, signal)
    for (let attempt = 1; ; attempt++) {
      const again = attempt === 1 ? request : { ...request, attempt: (request.attempt ?? 1) + attempt - 1 }
      const made = await next(again, signal).then(
        (response): Attempt => ({ response }),
        (thrown: unknown): Attempt => ({ thrown }),
      )
      const waitMs = signal.aborted ? undefined : delayBefore(attempt, made, policy, chance)
      if (waitMs === undefined) {
        if ('thrown' in made) throw made.thrown
        return made.response
      }
      try {
        await sleep(waitMs, signal)
      } catch {
        // The caller's time ran out while waiting: what we have is the truest answer.
        if ('thrown' in made) throw made.thrown
        return made.response
      }
    }
  }
}

const passing = new Set([408, 429, 502, 503, 504])

/** How long to wait before the next attempt, or undefined: this is the answer. Full jitter over a doubling ceiling. */
export function delayBefore(attempt: number, made: Attempt, policy: RetryPolicy, chance: Chance): number | undefined {
  if (attempt >= policy.attempts) return undefined
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1))
  const jittered = Math.round(ceiling * (0.5 + chance() / 2))
  if ('thrown' in made) {
    const { thrown } = made
    return thrown instanceof TransportProblem && ['timeout', 'unreachable'].includes(thrown.reason)
      ? jittered
      : undefined
  }
  if (!passing.has(made.response.status)) return undefined
  const asked = retryAfterSeconds(made.response)
  if (asked === undefined) return jittered
  return asked * 1000 <= policy.maxMs ? Math.max(asked * 1000, jittered) : undefined
}

/** https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3, in its seconds form. */
export function retryAfterSeconds(response: OutboundResponse): number | undefined {
  const header = response.headers['retry-after']
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) : undefined
}
