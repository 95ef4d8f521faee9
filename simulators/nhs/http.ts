import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { gunzipSync, gzipSync } from 'node:zlib'

/** A request to a simulated service, read whole. Header names are lower case. */
export type Asked = {
  readonly method: string
  /** As it came: path and query, not decoded. */
  readonly target: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
  /** Common name of the client certificate. */
  readonly client: string | undefined
}
export type Said = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object goes out as JSON. */
  readonly body?: object | string | Prepared
  /** For the log and the tests: what was wrong with the request, without its values. */
  readonly wrong?: string
}

/** JSON of which only the beginning changes from answer to answer: the rest of it is zipped once. */
export class Prepared {
  readonly head: string
  readonly rest: Buffer
  constructor(head: string, rest: Buffer) {
    this.head = head
    this.rest = rest
  }
}

const maxBytes = 1024 * 1024

export async function read(request: IncomingMessage): Promise<Asked | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) return undefined
    chunks.push(chunk)
  }
  const target = request.url ?? '/'
  const [path = '/', query = ''] = target.split(/\?(.*)/s)
  const subject = (request.socket as TLSSocket).getPeerCertificate?.()?.subject?.CN
  return {
    method: request.method ?? 'GET',
    target,
    path,
    query: new URLSearchParams(query),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    ),
    body: Buffer.concat(chunks),
    client: Array.isArray(subject) ? subject[0] : subject,
  }
}

/** Zipped where the caller takes it, and chunked, as the services do. */
export function write(response: ServerResponse, asked: Asked | undefined, said: Said): void {
  const { body = '' } = said
  const takesGzip = /\bgzip\b/.test(asked?.headers['accept-encoding'] ?? '')
  const text = typeof body === 'string' ? body : body instanceof Prepared ? body.head : JSON.stringify(body)
  const zip = takesGzip && (text.length > 512 || body instanceof Prepared)
  response.writeHead(said.status, {
    ...(body !== '' && { 'content-type': typeof body === 'object' ? 'application/fhir+json' : 'text/html' }),
    ...(zip && { 'content-encoding': 'gzip' }),
    ...said.headers,
  })
  response.write(zip ? gzipSync(text, { level: 1 }) : text)
  // Members that follow each other are one gzip: https://www.rfc-editor.org/rfc/rfc1952#section-2.2
  if (body instanceof Prepared) response.write(zip ? body.rest : gunzipSync(body.rest))
  response.end()
}
