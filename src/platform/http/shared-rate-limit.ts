import { type Transport, TransportProblem } from './port.ts'
import type { Sleep } from './timing.ts'

/** Takes the next turn among all processes and says how long it is until then. `unavailable`: nobody counts just now. */
export type Turns = (
  name: string,
  limit: { readonly perSecond: number; readonly maxWaitMs: number },
) => Promise<number | 'too-many' | 'unavailable'>

/**
 * No more than `perSecond` requests start within any second in all processes together; as long as nobody counts, `alone`
 * limits this process by itself.
 */
export function withSharedRateLimit(
  next: Transport,
  alone: Transport,
  limit: { readonly name: string; readonly perSecond: number; readonly maxQueue: number },
  turns: Turns,
  sleep: Sleep,
): Transport {
  const maxWaitMs = (limit.maxQueue / limit.perSecond) * 1000
  return async (request, signal) => {
    const waitMs = await turns(limit.name, { perSecond: limit.perSecond, maxWaitMs })
    if (waitMs === 'unavailable') return alone(request, signal)
    if (waitMs === 'too-many')
      throw new TransportProblem('busy', 'Too many requests are waiting in line', {
        retryAfterSeconds: Math.ceil(maxWaitMs / 1000),
      })
    if (waitMs > 0)
      await sleep(waitMs, signal).catch((cause: unknown) => {
        throw new TransportProblem('timeout', 'The time ran out while waiting in line', { cause })
      })
    return next(request, signal)
  }
}
