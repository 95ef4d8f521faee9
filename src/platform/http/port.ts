import type { Readable } from 'node:stream'
import type { Call } from '../../kernel/ports.ts'
import { Problem } from '../../kernel/problem.ts'

/**
 * Outbound. Retry, timeout, circuit breaker and rate limit are functions from Transport to Transport. Plain values:
 * fetch's Request rewrites its URL, and the Spine Secure Proxy refuses an address that was rewritten.
 */
export type Transport = (request: OutboundRequest, signal: AbortSignal) => Promise<OutboundResponse>

export type OutboundRequest = {
  readonly method: string
  /** `https://host` or `https://host:port`. */
  readonly origin: string
  /** Path and query, sent as they stand. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** Asking twice does no harm: retry may send it again. */
  readonly safe: boolean
  /** How often it was asked, this time included; absent: once. */
  readonly attempt?: number
}
/** Whole and unzipped; header names are lower case. */
export type OutboundResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** No answer came. Its kind is `timeout`, `throttled` or `unavailable`. */
export class TransportProblem extends Problem {
  readonly reason: 'timeout' | 'busy' | 'unreachable' | 'circuit-open' | 'bad-answer'
  readonly retryAfterSeconds: number | undefined

  constructor(
    reason: TransportProblem['reason'],
    message: string,
    detail: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    const kind = reason === 'timeout' ? 'timeout' : reason === 'busy' ? 'throttled' : 'unavailable'
    super(kind, message, { cause: detail.cause })
    this.name = 'TransportProblem'
    this.reason = reason
    this.retryAfterSeconds = detail.retryAfterSeconds
  }
}

/** Cuts an address where its path begins and changes nothing in it; undefined when it is not an http(s) address. */
export function splitAddress(address: string): { origin: string; target: string } | undefined {
  const [, origin, target] = /^(https?:\/\/[^/?#\s]+)([^\s#]*)$/.exec(address) ?? []
  return origin === undefined ? undefined : { origin, target: target?.startsWith('/') ? target : `/${target ?? ''}` }
}

/**
 * Inbound, as plain values: fetch's Request and Response cost more than a read by id does
 * (docs/decisions/0004-plain-http-values.md). Header names are lower case.
 */
export type HttpRequest = {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** After the question mark, undecoded; empty when there is none. */
  readonly query: string
  readonly params: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer | undefined
  /** Of the other end of the connection, which may be a proxy. */
  readonly remoteAddress?: string | undefined
}
export type HttpResponse = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Several buffers are one body: they go out one after the other, and nobody has to put them together. */
  readonly body?: string | Buffer | readonly Buffer[] | Readable
}

/** A service lists its routes; app/ decides which listener carries them. `path` is fastify's: `/fhir/:type/:id`. */
export type Route = {
  readonly method: string
  readonly path: string
  handle(call: Call, request: HttpRequest): Promise<HttpResponse>
}

/** What a service hands to app/: its routes, and how trouble is told on the paths below `prefix`, found or not. */
export type Mount = {
  readonly prefix: string
  readonly routes: readonly Route[]
  problem(problem: Problem, requestId: string): HttpResponse
  /** What is better said of a path than which methods it has. */
  readonly absent?: (path: string) => Problem | undefined
}
