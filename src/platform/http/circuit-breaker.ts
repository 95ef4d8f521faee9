import type { Clock } from '../../kernel/ports.ts'
import { type OutboundRequest, type Transport, TransportProblem } from './port.ts'

export type BreakerPolicy = {
  /** So many failures in a row open the circuit. */
  readonly failures: number
  /** For so long nothing is asked; then one request tries. */
  readonly openMs: number
}
export type BreakerState = {
  readonly failures: number
  readonly openedAt: number | undefined
  readonly trying: boolean
}
export const closed: BreakerState = { failures: 0, openedAt: undefined, trying: false }

/**
 * An upstream that keeps failing is left alone for a while, and the caller hears so at once. `circuitOf` tells apart
 * what can fail alone: behind the Spine Secure Proxy, each practice.
 */
export function withCircuitBreaker(
  next: Transport,
  policy: BreakerPolicy,
  clock: Clock,
  circuitOf: (request: OutboundRequest) => string = () => '',
  changed: (circuit: string, to: 'open' | 'closed') => void = () => {},
): Transport {
  const states = new Map<string, BreakerState>()
  const settle = (circuit: string, outcome: 'success' | 'failure' | 'unknown') => {
    const before = states.get(circuit) ?? closed
    const after = afterAnswer(before, outcome, policy, clock().getTime())
    if (after === closed) states.delete(circuit)
    else states.set(circuit, after)
    if ((before.openedAt === undefined) !== (after.openedAt === undefined))
      changed(circuit, after.openedAt === undefined ? 'closed' : 'open')
  }
  return async (request, signal) => {
    const circuit = circuitOf(request)
    const state = states.get(circuit) ?? closed
    const waitMs = refusedFor(state, policy, clock().getTime())
    if (waitMs !== undefined)
      throw new TransportProblem('circuit-open', 'Failed too often lately and is left alone for a while', {
        retryAfterSeconds: Math.ceil(waitMs / 1000),
      })
    if (state.openedAt !== undefined) states.set(circuit, { ...state, trying: true })
    try {
      const response = await next(request, signal)
      settle(circuit, response.status >= 500 && response.status !== 501 ? 'failure' : 'success')
      return response
    } catch (thrown) {
      // Who asked gave up, or our own queue is full: says nothing about the upstream.
      const ours = signal.aborted || (thrown instanceof TransportProblem && thrown.reason === 'busy')
      settle(circuit, ours ? 'unknown' : 'failure')
      throw thrown
    }
  }
}

/** For how long a request is refused, or undefined: it may go. */
export function refusedFor(state: BreakerState, policy: BreakerPolicy, now: number): number | undefined {
  if (state.openedAt === undefined) return undefined
  const left = state.openedAt + policy.openMs - now
  if (left > 0) return left
  return state.trying ? 1000 : undefined
}

export function afterAnswer(
  state: BreakerState,
  outcome: 'success' | 'failure' | 'unknown',
  policy: BreakerPolicy,
  now: number,
): BreakerState {
  if (outcome === 'success') return closed
  if (outcome === 'unknown') return { ...state, trying: false }
  const failures = state.failures + 1
  const opens = state.openedAt !== undefined || failures >= policy.failures
  return { failures, openedAt: opens ? now : undefined, trying: false }
}
