import { randomBytes } from 'node:crypto'
import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { TLSSocket } from 'node:tls'
import type { Call, Ids, Log, Running } from '../../kernel/ports.ts'
import { asProblem, Problem } from '../../kernel/problem.ts'
import type { Spans } from '../telemetry/spans.ts'
import { traceparentOf } from '../telemetry/trace-context.ts'
import { endWith, lengthOf } from './body.ts'
import { answerParserRefusals } from './parser-refusals.ts'
import type { HttpRequest, HttpResponse, Mount, Route } from './port.ts'
import { endServerSpan, serverSpan } from './server-span.ts'
import type { TlsMaterial } from './tls-files.ts'

export type MutualTlsOptions = {
  readonly host: string
  readonly port: number
  /** Key, certificate, and the authorities whose clients are let in; looked at again each minute. */
  readonly tls: () => TlsMaterial
  readonly mounts: readonly Mount[]
  readonly tenant: number
  readonly bodyLimitBytes: number
  readonly requestTimeoutMs: number
  readonly log: Log
  readonly ids: Ids
  /** Absent: nothing is traced. */
  readonly spans?: Spans
}
export type Peer = {
  /** SHA-256 of the client's certificate, hex in lower case. */
  readonly fingerprint: string
}
export type MutualTlsListener = Running & { readonly port: number }

const peers = new WeakMap<HttpRequest, Peer>()
/** Who sent the request, where it came by this listener. */
export const peerOf = (request: HttpRequest): Peer | undefined => peers.get(request)

/**
 * A listener that only speaks with clients whose certificate one of our authorities issued: ITI-19 Authenticate Node.
 * Its paths are plain ones, without parameters.
 */
export async function listenMutualTls(options: MutualTlsOptions): Promise<MutualTlsListener> {
  const { log } = options
  const material = options.tls()
  const server = createServer({
    ...material,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    headersTimeout: Math.min(10_000, options.requestTimeoutMs),
    requestTimeout: options.requestTimeoutMs,
  })
  let current = material
  const refresh = setInterval(() => {
    const now = options.tls()
    if (now === current) return
    current = now
    server.setSecureContext({ ...now, minVersion: 'TLSv1.2' })
  }, 60_000)
  refresh.unref()
  // Node's own listener would pass it on as trouble with a request, to be answered over a connection that never was.
  server.removeAllListeners('tlsClientError')
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    log.warn('mutual-tls.refused', { error: error.code ?? error.name })
    socket.destroy()
  })
  answerParserRefusals(server, ({ problem, path }) => {
    const mount = path === undefined ? options.mounts[0] : mountAt(options, path)
    return mount?.problem(problem, options.ids()) ?? nowhere
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    traced(options, request)
      .then((said) => write(response, said))
      .catch((thrown: unknown) => {
        log.warn('mutual-tls.not-answered', { error: thrown instanceof Error ? thrown.name : 'unknown' })
        response.destroy()
      })
  })
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(options.port, options.host, done)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      clearInterval(refresh)
      server.closeIdleConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}

async function traced(options: MutualTlsOptions, incoming: IncomingMessage): Promise<HttpResponse> {
  const { spans } = options
  const requestId = options.ids()
  if (!spans) return answer(options, incoming, requestId, traceparentOf(incoming.headers.traceparent, randomBytes))
  const path = incoming.url?.split('?', 1)[0]
  const known = options.mounts.some(({ routes }) => routes.some((route) => route.path === path))
  const span = serverSpan(spans, incoming, known && path !== undefined ? path : 'none', requestId)
  let status = 500
  try {
    const said = await spans.inside(span, () => answer(options, incoming, requestId, span.traceparent))
    status = said.status
    return said
  } finally {
    endServerSpan(span, status)
  }
}

async function answer(
  options: MutualTlsOptions,
  incoming: IncomingMessage,
  requestId: string,
  traceparent: string,
): Promise<HttpResponse> {
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?', 2)
  const mount = mountAt(options, path)
  try {
    const route = mount?.routes.find((one: Route) => one.path === path && one.method === incoming.method)
    if (!route) throw new Problem('not-found', 'There is nothing at this address')
    const body = await read(incoming, options.bodyLimitBytes)
    const request: HttpRequest = {
      method: route.method,
      path,
      query,
      params: {},
      headers: incoming.headers,
      body,
      remoteAddress: incoming.socket.remoteAddress,
    }
    const socket = incoming.socket as TLSSocket
    peers.set(request, {
      fingerprint: socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase(),
    })
    const call: Call = {
      tenant: options.tenant,
      caller: { id: 'client-certificate', scopes: new Set() },
      requestId,
      traceparent,
      signal: AbortSignal.timeout(options.requestTimeoutMs),
      log: options.log,
    }
    return await route.handle(call, request)
  } catch (thrown) {
    const problem = asProblem(thrown)
    return mount?.problem(problem, requestId) ?? nowhere
  }
}

const nowhere: HttpResponse = { status: 404, body: 'Not found\n' }

const mountAt = ({ mounts }: MutualTlsOptions, path: string) =>
  mounts.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`))

async function read(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length
    if (size > limit) throw new Problem('invalid', `The request is larger than ${limit} bytes`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

async function write(response: ServerResponse, { status, headers, body }: HttpResponse): Promise<void> {
  if (body instanceof Readable) {
    response.writeHead(status, headers)
    await pipeline(body, response)
    return
  }
  response.writeHead(status, { ...headers, 'content-length': body === undefined ? 0 : lengthOf(body) })
  endWith(response, body)
}
