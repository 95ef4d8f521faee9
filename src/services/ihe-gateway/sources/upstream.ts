import { type OutboundResponse, TransportProblem } from '../../../platform/http/port.ts'
import { parseJson } from '../../../standards/fhir/json.ts'
import type { Unavailable, Upstream } from './port.ts'

export function unavailable(
  upstream: Upstream,
  reason: Unavailable['reason'],
  detail: string,
  retryAfterSeconds?: number,
): Unavailable {
  return {
    outcome: 'unavailable',
    upstream,
    reason,
    detail,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  }
}

/** No answer at all, said as an outcome. What is not about the way there is somebody else's to handle. */
export function notReached(upstream: Upstream, thrown: unknown, signal: AbortSignal): Unavailable {
  if (thrown instanceof TransportProblem)
    return unavailable(upstream, thrown.reason, thrown.message, thrown.retryAfterSeconds)
  if (signal.aborted) return unavailable(upstream, 'timeout', 'The time for this request ran out')
  throw thrown
}

/** An answer that fits nothing this service is known to say. */
export const badAnswer = (upstream: Upstream, { status }: OutboundResponse) =>
  status >= 500
    ? unavailable(upstream, 'unreachable', `Answered with status ${status}`)
    : unavailable(upstream, 'bad-answer', `Answered with status ${status} and nothing known to mean an outcome`)

/**
 * The body as JSON, decimals as written; undefined where it is none. Records hold characters and repeated keys that the
 * strict reading refuses: those are read as JavaScript reads them, for a record must not be lost over a comment.
 */
export function jsonOf(body: Buffer): unknown {
  try {
    return parseJson(body)
  } catch {
    try {
      return JSON.parse(body.toString()) as unknown
    } catch {
      return undefined
    }
  }
}

/** Waits for what others wait for too, but no longer than this caller may. */
export async function within<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave = () => {}
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason)
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([shared, left])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

export type Json = { readonly [element: string]: unknown }
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])
export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
export const texts = (value: unknown): string[] => (Array.isArray(value) ? value.flatMap((one) => text(one) ?? []) : [])
