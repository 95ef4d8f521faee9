import type { Clock } from '../../kernel/ports.ts'
import { type Transport, TransportProblem } from './port.ts'
import type { Sleep } from './timing.ts'

/** A second as the other side sees it: requests do not all take equally long to get there. */
export const secondMs = 1050

/** No more than `perSecond` requests start within any second; the others wait in the order they came, at most `maxQueue` of them. */
export function withRateLimit(
  next: Transport,
  limit: { readonly perSecond: number; readonly maxQueue: number },
  clock: Clock,
  sleep: Sleep,
): Transport {
  const started: number[] = []
  const queue: (() => void)[] = []
  let pumping = false

  const waitMs = () => {
    const oldest = started.length < limit.perSecond ? undefined : started[started.length - limit.perSecond]
    return oldest === undefined ? 0 : Math.max(0, oldest + secondMs - clock().getTime())
  }
  const start = () => {
    started.push(clock().getTime())
    if (started.length > limit.perSecond) started.shift()
  }
  const pump = async () => {
    pumping = true
    while (queue.length > 0) {
      const ms = waitMs()
      if (ms > 0) await sleep(ms)
      else queue.shift()?.()
    }
    pumping = false
  }
  const turn = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const leave = () => {
        queue.splice(queue.indexOf(go), 1)
        reject(new TransportProblem('timeout', 'The time ran out while waiting in line', { cause: signal.reason }))
      }
      const go = () => {
        signal.removeEventListener('abort', leave)
        start()
        resolve()
      }
      if (signal.aborted) return reject(signal.reason as Error)
      signal.addEventListener('abort', leave, { once: true })
      queue.push(go)
      if (!pumping) void pump()
    })

  return async (request, signal) => {
    if (queue.length === 0 && waitMs() === 0) start()
    else if (queue.length < limit.maxQueue) await turn(signal)
    else
      throw new TransportProblem('busy', 'Too many requests are waiting in line', {
        retryAfterSeconds: Math.ceil(queue.length / limit.perSecond),
      })
    return next(request, signal)
  }
}
