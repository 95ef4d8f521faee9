import type { Readable } from 'node:stream'
import type { Call } from '../../kernel/ports.ts'

/** Outbound. Retry, timeout, circuit breaker and mTLS are functions from Transport to Transport. */
export type Transport = (request: Request, signal: AbortSignal) => Promise<Response>

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
}
export type HttpResponse = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer | Readable
}

/** A service lists its routes; app/ decides which listener carries them. `path` is fastify's: `/fhir/:type/:id`. */
export type Route = {
  readonly method: string
  readonly path: string
  handle(call: Call, request: HttpRequest): Promise<HttpResponse>
}
