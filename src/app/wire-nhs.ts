import { createHash, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Clock, Ids, Log } from '../kernel/ports.ts'
import type { ReadThrough } from '../platform/cache/port.ts'
import { withCircuitBreaker } from '../platform/http/circuit-breaker.ts'
import { type Observe, withObservation } from '../platform/http/observe.ts'
import type { OutboundRequest, Transport } from '../platform/http/port.ts'
import { withRateLimit } from '../platform/http/rate-limit.ts'
import { type Turns, withSharedRateLimit } from '../platform/http/shared-rate-limit.ts'
import { delayBefore, withRetry } from '../platform/http/retry.ts'
import { send } from '../platform/http/send.ts'
import { withTimeout } from '../platform/http/timeout.ts'
import { sleep } from '../platform/http/timing.ts'
import { tlsFiles, watched } from '../platform/http/tls-files.ts'
import { withSpan } from '../platform/http/traced.ts'
import { noTracing } from '../platform/telemetry/port.ts'
import { type Spans, tracer } from '../platform/telemetry/spans.ts'
import { childOf } from '../platform/telemetry/trace-context.ts'
import { nhsSources } from '../services/ihe-gateway/sources/nhs-sources.ts'
import type { Sources } from '../services/ihe-gateway/sources/port.ts'
import type { NhsSettings, OrganisationSettings } from '../services/ihe-gateway/sources/settings.ts'

export type NhsWiringDeps = {
  readonly readThrough: ReadThrough
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  /** From 0 up to 1. */
  readonly chance: () => number
  /** Any clock that only goes forward. */
  readonly seconds: () => number
  /** Each request to an upstream: which, its outcome, how long. */
  readonly observe?: Observe
  /** Absent: nothing is traced, and a traceparent goes through. */
  readonly spans?: Spans
  /** Turns among several processes; without them each keeps the limits alone. */
  readonly turns?: Turns
  /** Sees every request that goes out. */
  readonly sent?: (request: OutboundRequest) => void
}

/** The gateway's sources over the network. Keys and certificates are read now, so that a missing file stops the start. */
export function wireNhs(settings: NhsSettings, deps: NhsWiringDeps): { sources: Sources; close(): void } {
  const { clock, log, chance, spans } = deps
  const apis = send(settings.caFile ? { tls: tlsFiles({ caFile: settings.caFile }, clock, log) } : {})
  const spines = new Map(
    settings.organisations.map(({ odsCode, tls }) => [odsCode, send({ tls: tlsFiles(tls, clock, log) })]),
  )

  const seen = (next: Transport): Transport => {
    const { sent } = deps
    if (!sent) return next
    return (request, signal) => {
      sent(request)
      return next(request, signal)
    }
  }
  const traced = (next: Transport, upstream: string) => (spans ? withSpan(next, upstream, spans) : next)
  const guarded = (
    base: Transport,
    upstream: string,
    timeoutMs: number,
    circuitOf?: (request: OutboundRequest) => string,
  ): Transport =>
    withCircuitBreaker(
      withObservation(
        withTimeout(traced(seen(base), upstream), timeoutMs),
        upstream,
        deps.observe ?? (() => {}),
        deps.seconds,
      ),
      settings.breaker,
      clock,
      circuitOf,
      (_circuit, to) => log.warn(`circuit.${to}`, { upstream }),
    )
  const limited = (next: Transport) => {
    const alone = withRateLimit(next, settings.pds, clock, sleep)
    // The limit is the application's: those who share its key share its turns.
    const name = `pds ${createHash('sha256').update(settings.token.apiKey).digest('hex').slice(0, 16)}`
    return deps.turns ? withSharedRateLimit(next, alone, { ...settings.pds, name }, deps.turns, sleep) : alone
  }
  const retried = (next: Transport) => withRetry(next, settings.retry, chance, sleep)
  const spineTransports = new Map(
    Array.from(spines, ([odsCode, base]) => [
      odsCode,
      // One practice that fails does not close the way to the others.
      guarded(base, 'gp-connect', settings.spine.timeoutMs, ({ target }) => target),
    ]),
  )
  const sources = nhsSources({
    settings,
    transports: {
      token: guarded(apis, 'token', settings.token.timeoutMs),
      pds: retried(limited(guarded(apis, 'pds', settings.pds.timeoutMs))),
      sds: retried(guarded(apis, 'sds', settings.sds.timeoutMs)),
      spine: (organisation: OrganisationSettings) => spineTransports.get(organisation.odsCode) as Transport,
    },
    signingKey: privateKeyFile(settings.token.privateKeyFile, clock, log),
    readThrough: deps.readThrough,
    tracer: spans ? tracer(spans) : noTracing,
    pause: (attempt, signal) =>
      sleep(
        delayBefore(attempt, { response: passing }, { ...settings.retry, attempts: attempt + 1 }, chance) ?? 0,
        signal,
      ),
    clock,
    ids: deps.ids,
    // With spans the one of each request takes its place.
    traceparent: ({ traceparent }) => (spans ? traceparent : traceparent && childOf(traceparent, randomBytes)),
  })
  const close = () => {
    apis.close()
    for (const spine of spines.values()) spine.close()
  }
  return { sources, close }
}

const passing = { status: 503, headers: {}, body: Buffer.alloc(0) }

const privateKeyFile = (path: string, clock: Clock, log: Log): (() => KeyObject) =>
  watched([path], () => createPrivateKey(readFileSync(path)), clock, log)
