/**
 * Spans by OpenTelemetry, sent to a collector over OTLP/HTTP. Importing this costs memory and start-up time: wiring does
 * so where a collector is configured and nowhere else. https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Span as OtelSpan } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Log } from '../../kernel/ports.ts'
import type { OpenSpan, Spans } from './spans.ts'
import { parseTraceparent, writeTraceparent } from './trace-context.ts'
import type { SamplerName } from './tracing-settings.ts'

export type OtelOptions = {
  /** Of the collector; `/v1/traces` is appended. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly serviceName: string
  readonly serviceVersion: string
  /** Tells the processes of one service apart. */
  readonly instanceId: string
  readonly sampler: SamplerName
  /** From 0 to 1, for samplers that go by it. */
  readonly share: number
  readonly log: Log
  /** How long the end may wait for the collector. */
  readonly stopMs?: number
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL }

export function otelSpans(options: OtelOptions): Spans {
  const provider = new TracerProvider({
    sampler: samplers[options.sampler](options.share),
    resource: resourceFromAttributes({
      'service.name': options.serviceName,
      'service.version': options.serviceVersion,
      'service.instance.id': options.instanceId,
    }),
    // Of a collector that does not answer the queue holds what fits; the rest is dropped.
    spanProcessors: [new BatchSpanProcessor({ exporter: telling(exporterFor(options), options.log) })],
  })
  const tracer = provider.getTracer('weft', options.serviceVersion)
  const inside = new AsyncLocalStorage<OpenSpan>()
  return {
    begin: (kind, name, parent) =>
      open(tracer.startSpan(name, { kind: kinds[kind] }, contextOf(parent, kind === 'server'))),
    inside: (span, work) => inside.run(span, work),
    current: () => inside.getStore(),
    async stop() {
      const { stopMs = 3_000 } = options
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, stopMs)))
      await Promise.race([provider.shutdown().catch(() => {}), late])
      clearTimeout(timer)
    },
  }
}

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration */
const samplers: Readonly<Record<SamplerName, (share: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (share) => new TraceIdRatioBasedSampler(share),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (share) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
}

const exporterFor = ({ endpoint, headers }: OtelOptions) =>
  new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers })

/** Tells once that the collector does not take them, and once that it does again. */
function telling(exporter: SpanExporter, log: Log): SpanExporter {
  let failing = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined || result.code !== 0
        if (failed && !failing) log.warn('traces.not-taken', { error: errorCode(result.error) })
        if (!failed && failing) log.info('traces.taken-again')
        failing = failed
        done(result)
      })
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  }
}

/** Without the message: a collector's answer may stand in it. */
function errorCode(error: Error | undefined): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' || typeof code === 'number' ? String(code) : (error?.name ?? 'unknown')
}

function contextOf(traceparent: string | undefined, isRemote: boolean) {
  const parent = traceparent === undefined ? undefined : parseTraceparent(traceparent)
  if (!parent) return ROOT_CONTEXT
  const { traceId, parentId: spanId, flags } = parent
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote })
}

function open(span: OtelSpan): OpenSpan {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return {
    traceparent: writeTraceparent({ traceId, parentId: spanId, flags: traceFlags.toString(16).padStart(2, '0') }),
    set: (attributes) => void span.setAttributes(attributes),
    fail: (reason) => void span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', reason),
    end: () => span.end(),
  }
}
