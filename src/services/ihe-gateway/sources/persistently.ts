import type { Unavailable } from './port.ts'

/** How often what may be asked twice is asked, and the wait before each time but the first. */
export type Persistence = {
  readonly attempts: number
  readonly pause: (attempt: number, signal: AbortSignal) => Promise<void>
}

/**
 * For requests that carry something to be used once, a token or a trace id, so that the transport may not repeat them:
 * each attempt makes its own.
 */
export async function persistently<T extends object>(
  { attempts, pause }: Persistence,
  signal: AbortSignal,
  attempt: (made: number) => Promise<T | Unavailable>,
): Promise<T | Unavailable> {
  for (let made = 1; ; made++) {
    const answer = await attempt(made)
    const passing = 'reason' in answer && answer.reason === 'unreachable'
    if (!passing || made >= attempts || signal.aborted) return answer
    await pause(made, signal)
  }
}
