import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Problem } from '../../kernel/problem.ts'
import type { Clock, Ids, Log } from '../../kernel/ports.ts'
import { syslogTls } from '../../platform/atna/syslog-tls.ts'
import type { Leases, ManagedCache } from '../../platform/cache/port.ts'
import { readThrough } from '../../platform/cache/read-through.ts'
import type { Database } from '../../platform/database/port.ts'
import type { HttpRequest, Mount } from '../../platform/http/port.ts'
import type { Observe } from '../../platform/http/observe.ts'
import type { Turns } from '../../platform/http/shared-rate-limit.ts'
import { listenMutualTls, peerOf } from '../../platform/http/mutual-tls.ts'
import { send } from '../../platform/http/send.ts'
import { withSpan } from '../../platform/http/traced.ts'
import { sleep } from '../../platform/http/timing.ts'
import { tlsFiles, watched } from '../../platform/http/tls-files.ts'
import { noTracing } from '../../platform/telemetry/port.ts'
import { type Spans, tracer } from '../../platform/telemetry/spans.ts'
import { postgresTransactionLog } from '../../services/ihe-gateway/audit/postgres.ts'
import type { AuditSender, GatewayMeter } from '../../services/ihe-gateway/audit/port.ts'
import { memoryContinuations } from '../../services/ihe-gateway/continuations/memory.ts'
import type { Convert } from '../../services/ihe-gateway/documents/convert.ts'
import { postgresDocuments } from '../../services/ihe-gateway/documents/postgres.ts'
import { postgresMapping } from '../../services/ihe-gateway/mapping/postgres.ts'
import { operatorsMount } from '../../services/ihe-gateway/operators/mount.ts'
import {
  type InstalledGateway,
  type MutualTlsSettings,
  parseGatewaySettings,
  type ProxySettings,
  type SyslogSettings,
  type KeyHolder,
} from '../../services/ihe-gateway/parse-settings.ts'
import { soapMount } from '../../services/ihe-gateway/service.ts'
import type { GatewaySettings } from '../../services/ihe-gateway/settings.ts'
import { type NhsSettings, parseNhsSettings } from '../../services/ihe-gateway/sources/settings.ts'
import type { Expectations } from '../../standards/ihe/saml/verify.ts'
import { postgresReplays } from '../../services/ihe-gateway/xua/replays-postgres.ts'
import { wireNhs } from '../wire-nhs.ts'
import { checkedKey } from './checked-key.ts'
import { deliverer } from './deliver.ts'
import { localIssuer } from './local-issuer.ts'
import { localSettings } from './local-settings.ts'
import { simulatedConsumers, simulatedNhs } from './simulated-nhs.ts'

export type GatewayOptions = {
  /** JSON with `gateway` and `nhs`. Absent: this machine's own issuer, and the simulated NHS. */
  readonly settingsFile: string | undefined
  /** What goes wrong at the simulated NHS, as `parseFaults` reads it. */
  readonly faults?: string
  /** For keys made on this machine. */
  readonly folder: string
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly seconds: () => number
  readonly chance: () => number
  readonly randomBytes: (size: number) => Buffer
  readonly database: Database
  readonly cache: ManagedCache
  readonly leases?: Leases
  readonly turns?: Turns
  readonly convert: Convert
  readonly meter: GatewayMeter
  readonly observe?: Observe
  /** Absent: nothing is traced. */
  readonly spans?: Spans
  readonly tenant: number
}
export type StartedGateway = {
  readonly mounts: readonly Mount[]
  readonly settings: GatewaySettings
  /** Of the listener for client certificates, where there is one. */
  readonly mutualTlsPort: number | undefined
  stop(): Promise<void>
}

/** The gateway with all that stands behind it. Files that its settings name are read now, so that a missing one stops the start. */
export async function startGateway(options: GatewayOptions): Promise<StartedGateway> {
  const { clock, ids, log, database, cache, spans } = options
  const installed =
    options.settingsFile === undefined ? await simulated(options) : fromFile(options.settingsFile, options)
  const through = readThrough({ cache, sleep, log, ...(options.leases && { leases: options.leases }) })
  const nhs = wireNhs(installed.nhs, {
    readThrough: through,
    clock,
    ids,
    log,
    chance: options.chance,
    seconds: options.seconds,
    ...(options.observe && { observe: options.observe }),
    ...(options.turns && { turns: options.turns }),
    ...(spans && { spans }),
  })
  const { settings } = installed
  const records = postgresTransactionLog(database)
  const repository = installed.syslog && syslog(installed.syslog, settings, options)
  const outbound = send()
  const pending = new Set<Promise<void>>()
  const soap = soapMount({
    gateway: {
      settings,
      sources: nhs.sources,
      convert: options.convert,
      mapping: postgresMapping(database),
      documents: postgresDocuments(database),
      continuations: memoryContinuations(clock),
      readThrough: through,
      tracer: spans ? tracer(spans) : noTracing,
      ids,
    },
    ...(installed.expected && { expected: installed.expected }),
    replays: postgresReplays(database, clock),
    log: records,
    sender: repository ?? noRepository,
    meter: options.meter,
    deliver: deliverer(spans ? withSpan(outbound, 'reply-to', spans) : outbound),
    background(work) {
      pending.add(work)
      void work.finally(() => pending.delete(work))
    },
    clock,
    clientCertificate: (request) => peerOf(request)?.fingerprint ?? toldByProxy(installed.proxy, request),
    clientAddress: ({ remoteAddress }) => remoteAddress,
    refusedCall: (requestId) => ({
      tenant: options.tenant,
      caller: { id: 'nobody', scopes: new Set() },
      requestId,
      signal: AbortSignal.timeout(10_000),
      log,
    }),
  })
  const listener = installed.mutualTls && (await listenWith(installed.mutualTls, [soap], settings, options))
  return {
    mounts: [soap, operatorsMount(records, clock)],
    settings,
    mutualTlsPort: listener?.port,
    async stop() {
      await listener?.stop()
      await Promise.allSettled(pending)
      nhs.close()
      outbound.close()
      await repository?.stop()
      await installed.stop()
    },
  }
}

const noRepository: AuditSender = { send: () => {} }

type Installed = InstalledGateway & {
  readonly nhs: NhsSettings
  /** Whom the files that the settings name say to believe, as they are now. */
  readonly expected?: () => Expectations
  stop(): Promise<void>
}

function fromFile(file: string, { clock, log }: GatewayOptions): Installed {
  const keyFiles = new Set<string>()
  const readKey = (name: string, holder: KeyHolder) => {
    const path = resolve(dirname(file), name)
    keyFiles.add(path)
    let pem: string
    try {
      pem = readFileSync(path, 'utf8')
    } catch (cause) {
      throw new Problem('invalid', `${file}: ${name} cannot be read`, { cause })
    }
    return checkedKey(pem, `${file}: ${name}`, holder)
  }
  let content: { gateway?: unknown; nhs?: unknown }
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Problem('invalid', `${file} cannot be read as JSON`, { cause })
  }
  const parse = () => parseGatewaySettings(content.gateway ?? {}, readKey)
  const gateway = parse()
  const beside = (name: string) => {
    const path = resolve(dirname(file), name)
    if (!existsSync(path)) throw new Problem('invalid', `${file}: ${name} is not there`)
    return path
  }
  return {
    ...gateway,
    ...(gateway.syslog && { syslog: filesBeside(gateway.syslog, beside) }),
    ...(gateway.mutualTls && { mutualTls: filesBeside(gateway.mutualTls, beside) }),
    nhs: parseNhsSettings(content.nhs ?? {}, beside),
    expected: watched([...keyFiles], () => parse().settings.xua, clock, log),
    stop: async () => {},
  }
}

async function simulated(options: GatewayOptions): Promise<Installed> {
  const nhs = await simulatedNhs(options)
  return {
    settings: localSettings(localIssuer(options.folder), simulatedConsumers),
    nhs: parseNhsSettings(nhs.settings),
    stop: () => nhs.stop(),
  }
}

function syslog(
  { host, port, keyFile, certFile, caFile }: SyslogSettings,
  settings: GatewaySettings,
  { clock, log }: GatewayOptions,
) {
  const files = { ...(keyFile && { keyFile }), ...(certFile && { certFile }), ...(caFile && { caFile }) }
  return syslogTls({
    host,
    port,
    tls: Object.keys(files).length ? tlsFiles(files, clock, log) : () => ({}),
    source: { host: settings.audit.sourceId, application: 'weft', process: String(process.pid) },
    log,
  })
}

const filesBeside = <T extends { keyFile?: string; certFile?: string; caFile?: string }>(
  settings: T,
  beside: (name: string) => string,
): T => ({
  ...settings,
  ...(settings.keyFile && { keyFile: beside(settings.keyFile) }),
  ...(settings.certFile && { certFile: beside(settings.certFile) }),
  ...(settings.caFile && { caFile: beside(settings.caFile) }),
})

function listenWith(
  { host, port, keyFile, certFile, caFile }: MutualTlsSettings,
  mounts: readonly Mount[],
  settings: GatewaySettings,
  options: GatewayOptions,
) {
  return listenMutualTls({
    host,
    port,
    tls: tlsFiles({ keyFile, certFile, caFile }, options.clock, options.log),
    mounts,
    tenant: options.tenant,
    bodyLimitBytes: settings.maxRequestBytes,
    requestTimeoutMs: 60_000,
    log: options.log,
    ids: options.ids,
    ...(options.spans && { spans: options.spans }),
  })
}

/** A header counts only where the connection is the proxy's own; anybody could write one. */
function toldByProxy(proxy: ProxySettings | undefined, { headers, remoteAddress }: HttpRequest): string | undefined {
  if (!proxy?.addresses.includes((remoteAddress ?? '').replace(/^::ffff:/, ''))) return undefined
  const value = headers[proxy.certificateHeader]
  return typeof value === 'string' ? value.replaceAll(':', '').trim().toLowerCase() : undefined
}
