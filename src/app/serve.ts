/** One process that serves: services, their routes and the site on a listener. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { Problem } from '../kernel/problem.ts'
import { listen, type ListenOptions, type Listener } from '../platform/http/fastify.ts'
import { type Hosts, isLoopback, ofThisMachine, onlyHosts } from '../platform/http/hosts.ts'
import type { Mount } from '../platform/http/port.ts'
import { prometheusText } from '../platform/telemetry/metrics.ts'
import type { MetricJson } from '../platform/telemetry/request-metrics.ts'
import { UsageProblem } from './commands/command.ts'
import type { Config } from './config.ts'
import { health } from './health.ts'
import { inProcess, localCaller } from './in-process.ts'
import { openApi } from './openapi/openapi.ts'
import type { CapabilityStatement } from './openapi/fhir-paths.ts'
import type { RunningService, Service } from './service.ts'
import { services } from './services.ts'
import { metricsRoute, siteMount } from './site/site.ts'
import { type Wiring, wire } from './wire.ts'

export type ServeOptions = {
  readonly config: Config
  readonly version: string
  readonly databaseUrl: string
  readonly services: readonly Service[]
  /** Where there are several processes: takes this one's figures, returns how to get everybody's. */
  readonly metricsText?: (own: () => Promise<MetricJson[]>) => () => Promise<string>
}
export type Serving = {
  readonly publicUrl: string
  readonly wiring: Wiring
  readonly mounts: readonly Mount[]
  /** What is not as it should be, and mends itself: a sentence each. */
  notices(): Promise<readonly string[]>
  stop(): Promise<void>
}

/** The services named, in the list's order; all of them where none is named. */
export function chooseServices(names: readonly string[]): readonly Service[] {
  const unknown = names.find((name) => !services.some((service) => service.name === name))
  if (unknown !== undefined)
    throw new UsageProblem(`No service is called ${unknown}; there are ${services.map(({ name }) => name).join(', ')}`)
  return names.length === 0 ? services : services.filter(({ name }) => names.includes(name))
}

/** Port 0 becomes a number before anything starts: links in answers carry it. */
export async function settledPorts(config: Config): Promise<Config> {
  return {
    ...config,
    PORT: config.PORT || (await freePort(config.HOST)),
    METRICS_PORT: config.METRICS_PORT === 0 ? await freePort(config.HOST) : config.METRICS_PORT,
  }
}

export const publicUrlOf = (config: Config) => config.PUBLIC_URL ?? `http://localhost:${config.PORT}`

export async function serve(options: ServeOptions): Promise<Serving> {
  const { config, version } = options
  const publicUrl = publicUrlOf(config)
  const wiring = await wire(config, { databaseUrl: options.databaseUrl, publicUrl, version })
  const started: RunningService[] = []
  const listeners: Listener[] = []
  const checks: Record<string, () => Promise<void>> = { database: wiring.database.ping }
  const conveniences: Record<string, () => string | undefined | Promise<string | undefined>> = {
    cache: () => (wiring.cache.cache.figures().available ? undefined : 'Does not answer; everything goes on without'),
  }
  const state = health(checks, conveniences)
  const stop = async () => {
    state.stopping()
    await Promise.all(listeners.map((listener) => listener.stop()))
    for (const service of started.toReversed()) await service.stop()
    await wiring.stop()
  }
  try {
    for (const service of options.services) started.push(await service.start(wiring))
    for (const service of started) {
      Object.assign(checks, service.dependencies)
      Object.assign(conveniences, service.conveniences)
    }
    const mounts = started.flatMap((service) => service.mounts)
    const metricsText =
      options.metricsText?.(wiring.metrics.json) ?? (async () => prometheusText([await wiring.metrics.json()]))
    const site: Mount = siteMount({
      health: state,
      metrics: config.METRICS_PORT === undefined ? metricsText : undefined,
      openApi: async () => openApi(version, [site, ...mounts], await capability(mounts, wiring)),
      services: options.services.map(({ name, summary }, index) => ({
        name,
        summary,
        prefixes: started[index]?.mounts.map(({ prefix }) => prefix) ?? [],
      })),
      version,
    })
    const listenAt = async (port: number, all: readonly Mount[]) =>
      listeners.push(await listen(listenOptions(wiring, port, all)).catch(refused(config, port)))
    await listenAt(config.PORT, [site, ...mounts])
    if (config.METRICS_PORT !== undefined)
      await listenAt(config.METRICS_PORT, [{ ...site, routes: [metricsRoute(metricsText)] }])
    const notices = async () => {
      const reasons = await Promise.all(
        Object.entries(conveniences).map(async ([name, why]) => [name, await why()] as const),
      )
      return reasons.flatMap(([name, reason]) => (reason === undefined ? [] : [`${name}: ${reason}`]))
    }
    return { publicUrl, wiring, mounts, notices, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function listenOptions(wiring: Wiring, port: number, mounts: readonly Mount[]): ListenOptions {
  const { config } = wiring
  return {
    host: config.HOST,
    port,
    mounts,
    // Most callers ask the FHIR server, and an OperationOutcome says to others too what is wrong.
    unreadable: mounts.find(({ prefix }) => prefix === '/fhir'),
    tenant: config.TENANT,
    caller: localCaller,
    bodyLimitBytes: config.BODY_LIMIT_BYTES,
    headTimeoutMs: config.HEAD_TIMEOUT_MS,
    bodyTimeoutMs: config.BODY_TIMEOUT_MS,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    keepAliveMs: config.KEEP_ALIVE_MS,
    shutdownMs: config.SHUTDOWN_MS,
    compressFromBytes: config.COMPRESS_FROM_BYTES,
    cors: { origins: config.CORS_ORIGINS },
    hosts: hostsOf(config),
    log: wiring.log,
    requests: wiring.metrics.requests,
    ids: wiring.ids,
    ...(wiring.spans && { spans: wiring.spans }),
  }
}

/** A server that only this machine reaches is asked under its names alone; one on a network under whatever it has there. */
function hostsOf({ HOST, PUBLIC_URL, ALLOWED_HOSTS }: Config): Hosts | undefined {
  if (ALLOWED_HOSTS.includes('*') || (ALLOWED_HOSTS.length === 0 && !isLoopback(HOST))) return undefined
  const own = PUBLIC_URL === undefined ? [] : [new URL(PUBLIC_URL).hostname]
  return onlyHosts([...ofThisMachine, HOST, ...own, ...ALLOWED_HOSTS])
}

const refused = (config: Config, port: number) => (error: unknown) => {
  const setting = port === config.PORT ? 'PORT' : 'METRICS_PORT'
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    throw new Problem(
      'unavailable',
      `Port ${port} is taken by another program. ${setting}=${port + 1} takes another one.`,
    )
  if (code === 'EACCES')
    throw new Problem('forbidden', `Port ${port} is not for ordinary users. Set ${setting} to 1024 or more.`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    throw new Problem('invalid', `This machine has no address ${config.HOST}. Set HOST to one it has, or to 0.0.0.0.`)
  throw error
}

async function capability(mounts: readonly Mount[], wiring: Wiring): Promise<CapabilityStatement | undefined> {
  if (!mounts.some(({ prefix }) => prefix === '/fhir')) return undefined
  const submit = inProcess(mounts, wiring, new AbortController().signal)
  const { status, body } = await submit({ method: 'GET', path: '/fhir/metadata' })
  return status === 200 ? (JSON.parse(body) as CapabilityStatement) : undefined
}

/**
 * Below those that the system hands out by itself: between this look and our own listening, another program's
 * connection may be given any of those.
 */
async function freePort(host: string): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(20_000, 32_000)
    if (await canListen(host, port)) return port
  }
  throw new Problem('unavailable', 'No free port was found between 20000 and 32000')
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    // Any other trouble is the listener's to tell.
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })
}
