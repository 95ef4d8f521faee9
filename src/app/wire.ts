/** Picks one adapter per port. The only place where a setting turns into a choice. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Clock, Ids, Log } from '../kernel/ports.ts'
import { withStatementSpans } from '../platform/database/traced.ts'
import { type Postgres, postgres } from '../platform/database/postgres.ts'
import { describeFailure, type JsonLog, jsonLog } from '../platform/telemetry/log.ts'
import { type Metrics, metrics } from '../platform/telemetry/metrics.ts'
import type { Spans } from '../platform/telemetry/spans.ts'
import type { Config } from './config.ts'
import { cacheSettings, type WiredCache, wireCache } from './wire-cache.ts'

export type Wiring = {
  readonly config: Config
  /** Where clients reach this server, without a slash at the end. */
  readonly publicUrl: string
  readonly version: string
  readonly clock: Clock
  readonly ids: Ids
  readonly log: JsonLog
  readonly metrics: Metrics
  readonly database: Postgres
  readonly cache: WiredCache
  /** Only where a collector is configured. */
  readonly spans?: Spans
  /** This program works beside a server, and keeps to what that one has laid down in the database. */
  readonly guest?: boolean
  stop(): Promise<void>
}

export async function wire(
  config: Config,
  about: { databaseUrl: string; publicUrl: string; version: string },
): Promise<Wiring> {
  const log = jsonLog(config.LOG_LEVEL)
  const spans = await wireSpans(config, about.version, log)
  const figures = metrics()
  const database = postgres({
    connectionString: about.databaseUrl,
    maxConnections: config.DATABASE_CONNECTIONS,
    statementTimeoutMs: config.STATEMENT_TIMEOUT_MS,
    onIdleError: (error) => log.warn('database connection lost', describeFailure(error)),
  })
  figures.watchPool(database.state)
  const clock = () => new Date()
  const seconds = () => performance.now() / 1000
  const cache = wireCache(cacheSettings(config), { clock, ids: randomUUID, log, seconds, randomBytes })
  figures.watchCache(cache.cache.figures)
  return {
    config,
    publicUrl: about.publicUrl,
    version: about.version,
    clock,
    ids: randomUUID,
    log,
    metrics: figures,
    database: spans ? withStatementSpans(database, spans) : database,
    cache,
    ...(spans && { spans }),
    async stop() {
      await cache.cache.close()
      await database.stop()
      await spans?.stop()
      log.flush()
    },
  }
}

/** OpenTelemetry is loaded here and nowhere else, and only for who wants it. */
async function wireSpans(config: Config, version: string, log: Log): Promise<Spans | undefined> {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT
  if (!endpoint) return undefined
  const { otelSpans } = await import('../platform/telemetry/otel-spans.ts')
  return otelSpans({
    endpoint,
    headers: config.OTEL_EXPORTER_OTLP_HEADERS,
    serviceName: config.OTEL_SERVICE_NAME,
    serviceVersion: version,
    instanceId: randomUUID(),
    sampler: config.OTEL_TRACES_SAMPLER,
    share: config.OTEL_TRACES_SAMPLER_ARG,
    log,
  })
}
