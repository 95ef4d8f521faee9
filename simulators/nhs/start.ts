import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Clock, Ids, Running } from '../../src/kernel/ports.ts'
import { type Fault, faults, garbage, type Service } from './faults.ts'
import { gpConnectProvider } from './gp-connect/provider.ts'
import { type Asked, read, type Said, write } from './http.ts'
import { pdsEndpoint } from './pds/endpoint.ts'
import { sdsEndpoint } from './sds.ts'
import { spineProxy } from './spine-proxy.ts'
import { keyFolder } from './tls/key-folder.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import type { World } from './world.ts'

export type NhsSimulatorOptions = {
  readonly world: World
  /** Keys and certificates are kept here. */
  readonly folder: string
  readonly clock: Clock
  readonly ids: Ids
  readonly chance: () => number
  readonly randomBytes: (size: number) => Buffer
  /** Of the token endpoint, PDS and SDS; the proxy listens on the next one. 0: any two. */
  readonly port?: number
  readonly faults?: readonly Fault[]
  /** Before every answer. */
  readonly delayMs?: number
  /** For a slow patient's practice. */
  readonly slowMs?: number
  /** PDS's limit; 0: none. */
  readonly perSecond?: number
  readonly tokenSeconds?: number
  /** Told of every request and, where there is one, what was wrong with it. Never holds a value of the request. */
  readonly told?: (seen: Seen) => void
}
export type Seen = {
  readonly service: Service
  readonly method: string
  readonly status: number
  readonly wrong?: string
  /** As the gateway sent it. */
  readonly traceparent?: string
}

export type NhsSimulator = Running & {
  /** For `parseNhsSettings`: everything a gateway needs to ask here. */
  readonly settings: object
  /** How often each service was asked. */
  count(service: Service): number
  /** The newest last, at most a thousand. */
  readonly seen: readonly Seen[]
  /** Returns how to end it. */
  inject(fault: Fault): () => void
  revokeTokens(): void
}

const apiKey = 'simulated-api-key'
const keyId = 'simulated-1'

/** Token endpoint, PDS, SDS, and behind mutual TLS the Spine Secure Proxy with the practices; all on loopback. */
export async function startNhsSimulator(options: NhsSimulatorOptions): Promise<NhsSimulator> {
  const { world, clock, ids, perSecond = 5 } = options
  const consumers = world.consumers
  const keys = keyFolder(
    options.folder,
    consumers.map(({ commonName }) => commonName),
    clock(),
    options.randomBytes,
  )
  const tls = {
    key: readFileSync(keys.server.keyFile),
    cert: readFileSync(keys.server.certFile),
    ca: readFileSync(keys.caFile),
    minVersion: 'TLSv1.2' as const,
  }
  const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))
  const wrongs = faults(options.chance, options.faults)
  const seen: Seen[] = []
  const counts: Record<Service, number> = { token: 0, pds: 0, sds: 0, spine: 0 }

  const tokens = tokenEndpoint({
    applications: [{ apiKey, keyId, publicKey: keys.applicationPublicKey }],
    url: () => `${apisUrl}/oauth2/token`,
    lifetimeSeconds: options.tokenSeconds ?? 600,
    clock,
    ids,
  })
  const pds = pdsEndpoint({ world, tokens, clock, perSecond })
  const sds = sdsEndpoint({ world, apiKeys: [apiKey], ids })
  const provider = gpConnectProvider({ world, clock, sleep: pause, slowMs: options.slowMs ?? 8000 })
  const spine = spineProxy({ world, provider, ids })

  const answer = async (service: Service, asked: Asked): Promise<Said> => {
    if (service === 'token') return tokens.answer(asked)
    if (service === 'pds') return pds(asked, asked.path.slice(pdsPath.length))
    if (service === 'sds') return sds(asked, asked.path.slice(sdsPath.length))
    return spine(asked)
  }
  const serve = (server: Server, serviceOf: (path: string) => Service | undefined) => {
    server.on('request', (request, response) => {
      void (async () => {
        const asked = await read(request)
        const service = serviceOf(asked?.path ?? '')
        if (!asked || !service) return write(response, asked, { status: asked ? 404 : 413, body: '<h1>Not Found</h1>' })
        counts[service]++
        const fault = wrongs.meet(service, asked)
        if (fault === 'hang') return
        if (fault === 'drop') return void request.socket.destroy()
        const delayMs = typeof fault === 'object' && 'delayMs' in fault ? fault.delayMs : (options.delayMs ?? 0)
        // A timer takes a millisecond even for none.
        if (delayMs > 0) await pause(delayMs)
        const said = saidBy(fault) ?? (await answer(service, asked))
        const { traceparent } = asked.headers
        note({
          service,
          method: asked.method,
          status: said.status,
          ...(said.wrong && { wrong: said.wrong }),
          ...(traceparent && { traceparent }),
        })
        write(response, asked, said)
      })().catch(() => request.socket.destroy())
    })
  }
  const note = (entry: Seen) => {
    seen.push(entry)
    if (seen.length > 1000) seen.shift()
    options.told?.(entry)
  }

  const apis = createServer(tls)
  const proxy = createServer({ ...tls, requestCert: true, rejectUnauthorized: true })
  serve(apis, (path) =>
    path === '/oauth2/token'
      ? 'token'
      : path.startsWith(pdsPath)
        ? 'pds'
        : path.startsWith(sdsPath)
          ? 'sds'
          : undefined,
  )
  serve(proxy, () => 'spine')
  const port = options.port ?? 0
  const apisUrl = await listen(apis, port)
  const proxyUrl = await listen(proxy, port && port + 1)

  return {
    settings: {
      token: { url: `${apisUrl}/oauth2/token`, apiKey, keyId, privateKeyFile: keys.applicationKeyFile },
      pds: { baseUrl: `${apisUrl}${pdsPath}`, perSecond: perSecond || 10_000 },
      sds: { baseUrl: `${apisUrl}${sdsPath}`, apiKey },
      spine: { proxyUrl },
      issuer: 'https://gateway.example',
      device: { system: 'https://gateway.example/Id/device', identifier: 'weft-gateway', model: 'Weft', version: '1' },
      userIdSystem: 'https://gateway.example/Id/user',
      caFile: keys.caFile,
      organisations: consumers.map(({ odsCode, name, asid, commonName, communities }) => ({
        odsCode,
        name,
        asid,
        communities,
        tls: { ...keys.clients[commonName], caFile: keys.caFile },
      })),
    },
    count: (service) => counts[service],
    seen,
    inject: (fault) => wrongs.inject(fault),
    revokeTokens: () => tokens.revokeAll(),
    async stop() {
      await Promise.all(
        [apis, proxy].map((server) => {
          server.closeAllConnections()
          return new Promise((done) => server.close(done))
        }),
      )
    },
  }
}

const pdsPath = '/personal-demographics/FHIR/R4'
const sdsPath = '/spine-directory/FHIR/R4'

function saidBy(fault: Fault['does'] | undefined): Said | undefined {
  if (fault === 'garbage') return garbage
  return typeof fault === 'object' && 'status' in fault ? { wrong: 'A fault was asked for', ...fault } : undefined
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}
