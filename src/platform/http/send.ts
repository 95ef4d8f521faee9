import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { createSecureContext } from 'node:tls'
import { gunzip } from 'node:zlib'
import { type OutboundRequest, type OutboundResponse, type Transport, TransportProblem } from './port.ts'
import type { TlsMaterial } from './tls-files.ts'

export type SendOptions = {
  /** Asked before each request: another object than last time means new keys, and new connections. */
  readonly tls?: () => TlsMaterial
  readonly maxSockets?: number
  /** Of a body, unzipped. Larger ones are `bad-answer`. */
  readonly maxBytes?: number
}

/** The innermost transport: HTTP/1.1 over kept connections, gzip understood, nothing in the address changed. */
export function send(options: SendOptions = {}): Transport & { close(): void } {
  const { maxSockets = 64, maxBytes = 64 * 1024 * 1024 } = options
  const http = new HttpAgent({ keepAlive: true, maxSockets })
  let https: { agent: HttpsAgent; material: TlsMaterial | undefined } | undefined

  const httpsAgent = () => {
    const material = options.tls?.()
    if (https && https.material === material) return https.agent
    if (https) closeIdle(https.agent)
    // One context for all connections, so that the agent need not spell out keys and certificates for each request.
    const secureContext = createSecureContext({ minVersion: 'TLSv1.2', ...material })
    https = { agent: new HttpsAgent({ keepAlive: true, maxSockets, secureContext }), material }
    return https.agent
  }

  const transport = (request: OutboundRequest, signal: AbortSignal) =>
    new Promise<OutboundResponse>((resolve, reject) => {
      const fail = (cause: unknown) => reject(problemOf(cause, signal, request.origin))
      if (signal.aborted) return fail(signal.reason)
      let sent: ClientRequest
      try {
        const secure = request.origin.startsWith('https:')
        const { hostname, port } = new URL(request.origin)
        sent = (secure ? httpsRequest : httpRequest)({
          host: hostname.replace(/^\[(.*)\]$/, '$1'),
          ...(port && { port: Number(port) }),
          method: request.method,
          path: request.target,
          agent: secure ? httpsAgent() : http,
          headers: headersOf(request),
          signal,
        })
      } catch (thrown) {
        return reject(new TransportProblem('bad-answer', 'The address cannot be sent', { cause: thrown }))
      }
      sent.on('error', fail)
      sent.on('response', (message) => {
        collect(message, maxBytes).then(
          (body) => resolve({ status: message.statusCode ?? 0, headers: message.headers, body }),
          (cause: unknown) => {
            message.destroy()
            fail(cause)
          },
        )
      })
      sent.end(request.body)
    })

  const close = () => {
    http.destroy()
    https?.agent.destroy()
  }
  return Object.assign(transport, { close })
}

function headersOf(request: OutboundRequest): Record<string, string | number> {
  const length = request.body === undefined ? undefined : Buffer.byteLength(request.body)
  return { 'accept-encoding': 'gzip', ...request.headers, ...(length !== undefined && { 'content-length': length }) }
}

/** Stops where the limit is passed, zipped or not: a small body may hold a large one. */
async function collect(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const body = await received(message, maxBytes)
  return /^(x-)?gzip$/i.test(message.headers['content-encoding'] ?? '') ? unzipped(body, maxBytes) : body
}

function received(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    message.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) reject(new TransportProblem('bad-answer', `The answer is larger than ${maxBytes} bytes`))
      else chunks.push(chunk)
    })
    message.once('error', reject)
    message.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes)))
    message.once('close', () => {
      if (!message.complete) reject(new Error('The connection ended inside the answer'))
    })
  })
}

function unzipped(body: Buffer, maxBytes: number): Promise<Buffer> {
  // Records unzip to ten times their size: in one piece, for each piece is a round through another thread.
  const chunkSize = Math.min(1024 * 1024, Math.max(4096, body.length * 16))
  return new Promise((resolve, reject) => {
    gunzip(body, { maxOutputLength: maxBytes, chunkSize }, (error, whole) => {
      if (error) reject(new TransportProblem('bad-answer', 'The answer is not gzip, or too large', { cause: error }))
      else resolve(whole)
    })
  })
}

function problemOf(cause: unknown, signal: AbortSignal, origin: string): Error {
  if (cause instanceof TransportProblem) return cause
  if (signal.aborted) return signal.reason instanceof TransportProblem ? signal.reason : timeout(signal.reason)
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  return new TransportProblem('unreachable', `${origin} does not answer${code ? ` (${code})` : ''}`, { cause })
}

const timeout = (cause: unknown) => new TransportProblem('timeout', 'No answer within the time there was', { cause })

function closeIdle(agent: HttpsAgent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
}
