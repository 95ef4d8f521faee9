/**
 * What Node's HTTP parser refuses before a route is found: it would answer with a status line and nothing else, or hang
 * up. https://nodejs.org/docs/latest-v24.x/api/http.html#event-clienterror
 */
import { IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { Problem } from '../../kernel/problem.ts'
import { endWith, lengthOf } from './body.ts'
import type { HttpResponse } from './port.ts'

export type ParserRefusal = {
  readonly problem: Problem
  /** Undefined where nobody can know: the line with the address was not read, or is kept no more. */
  readonly path: string | undefined
  readonly method: string | undefined
}
type Exchanged = { readonly request: IncomingMessage; readonly response: ServerResponse }
type ParserError = NodeJS.ErrnoException & { rawPacket?: Buffer; bytesParsed?: number }

/** For the caller to read the answer, while what it still sends is dropped. */
const lingerMs = 1000

/** `answer` finds the words; here they are sent where the caller will take them for the answer to that request. */
export function answerParserRefusals(
  server: Server | TlsServer,
  answer: (refusal: ParserRefusal) => HttpResponse,
): void {
  const latest = new WeakMap<object, Exchanged>()
  const refused = new WeakSet<object>()
  server.prependListener('request', (request, response) => latest.set(request.socket, { request, response }))

  server.on('clientError', (error: ParserError, socket: Socket) => {
    if (refused.has(socket)) return
    refused.add(socket)
    socket.on('error', ignore)
    if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'EPIPE') return void socket.destroy()
    const last = latest.get(socket)
    if (last && !last.request.complete) refuseBody(last, error)
    else refuseHead(last, error, socket)
  })

  /** The head was read, and what follows it is no body, or does not come. */
  function refuseBody({ request, response }: Exchanged, error: ParserError): void {
    const { method } = request
    const path = pathIn(request.url)
    if (!response.headersSent) reply(response, answer({ problem: parserProblem(error, 'http.body'), path, method }))
    else if (response.writableEnded) linger(request.socket)
    else response.destroy()
  }

  function refuseHead(last: Exchanged | undefined, error: ParserError, socket: Socket): void {
    const { path, method } = lineOf(error)
    const problem = parserProblem(error, 'http.header')
    behind(last, socket, () => answer({ problem, path, method }))
  }

  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    // Node has let go of the socket, its errors among it, though an answer may still be on its way.
    socket.on('error', ignore)
    refused.add(socket)
    const code = { http: 405, fhir: 'not-supported' }
    const problem = new Problem('invalid', 'This server is no proxy', { at: 'http.method', code })
    behind(latest.get(socket), socket, () => answer({ problem, path: undefined, method: 'CONNECT' }))
  })

  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    latest.set(request.socket, { request, response })
    const code = { http: 417, fhir: 'not-supported' }
    const problem = new Problem('invalid', 'Only 100-continue can be expected', { at: 'Expect', code })
    reply(response, answer({ problem, path: pathIn(request.url), method: request.method }))
  })
}

const ignore = () => {}

/** An answer to the request before must not be torn in two. */
function behind(last: Exchanged | undefined, socket: Socket, answer: () => HttpResponse): void {
  const send = () => {
    if (!socket.writable) return void socket.destroy()
    try {
      hangUp(socket, answer())
    } catch {
      // The socket is not ours to write on: nothing that is sent now would be understood.
      socket.destroy()
    }
  }
  // `finished` is not enough: a response lets go of its socket after that.
  const isOver = !last || (last.response.socket === null && (last.response.writableFinished || last.response.destroyed))
  if (isOver) send()
  else last.response.once('close', send)
}

function reply(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  // Trouble is told in a few words; nobody streams them.
  const whole = body instanceof Readable ? undefined : body
  const length = whole === undefined ? 0 : lengthOf(whole)
  response.writeHead(status, { ...headers, connection: 'close', 'content-length': length })
  endWith(response, whole)
}

/** There is no request, but its answer is written as any other is. */
function hangUp(socket: Socket, answer: HttpResponse): void {
  const request = new IncomingMessage(socket)
  Object.assign(request, { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 })
  const response = new ServerResponse(request)
  response.assignSocket(socket)
  response.once('finish', () => linger(socket))
  reply(response, answer)
}

function linger(socket: Socket): void {
  socket.end()
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(timer))
}

/** What llhttp and Node's own timers say, with the place: https://github.com/nodejs/llhttp */
function parserProblem({ code = '' }: ParserError, part: 'http.header' | 'http.body'): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return headTooLarge()
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW')
    return new Problem('invalid', 'The extensions of a chunk are too long', {
      at: 'http.body',
      code: { http: 413, fhir: 'too-long' },
    })
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem('timeout', 'The request did not arrive in time', { at: part, code: { http: 408 } })
  const [message, at] = places[code] ?? ['The request is not well formed HTTP', part]
  return new Problem('invalid', message, { at, code: { fhir: 'structure' } })
}

export function headTooLarge(): Problem {
  return new Problem('invalid', 'The head of the request is too large', {
    at: 'http.header',
    code: { http: 431, fhir: 'too-long' },
  })
}

const places: Readonly<Record<string, readonly [string, string]>> = {
  HPE_INVALID_METHOD: ['HTTP has no such method', 'http.method'],
  HPE_INVALID_URL: ['The address is not well formed', 'http.path'],
  HPE_INVALID_VERSION: ['This version of HTTP is not understood', 'http.version'],
  HPE_INVALID_CONTENT_LENGTH: ['Content-Length is not well formed', 'Content-Length'],
  HPE_UNEXPECTED_CONTENT_LENGTH: ['Content-Length contradicts another header', 'Content-Length'],
  HPE_INVALID_TRANSFER_ENCODING: ['Transfer-Encoding is not understood', 'Transfer-Encoding'],
  HPE_INVALID_HEADER_TOKEN: ['A header is not well formed', 'http.header'],
  HPE_INVALID_CHUNK_SIZE: ['A chunk is not well formed', 'http.body'],
  HPE_INVALID_EOF_STATE: ['The request ends before it is whole', 'http.body'],
}

/** The address in the latest request line up to where the parser stopped; its packet alone is left of the request. */
function lineOf({ rawPacket, bytesParsed = 0 }: ParserError): { path: string | undefined; method: string | undefined } {
  const packet = rawPacket?.toString('latin1') ?? ''
  const lineEnd = packet.indexOf('\n', bytesParsed)
  const lines = packet.slice(0, lineEnd < 0 ? packet.length : lineEnd).split('\n')
  const stoppedIn = /^(\S+) (\S+)/.exec(lines.at(-1) ?? '')
  const line = lines.map((each) => /^(\S+) (\S+) HTTP\//.exec(each)).findLast((found) => found !== null) ?? stoppedIn
  const path = pathIn(line?.[2])
  return { path, method: path === undefined ? undefined : line?.[1] }
}

/** Of `/path?query` and of `http://host/path?query`. */
export function pathIn(target: string | undefined): string | undefined {
  return /^(?:https?:\/\/[^/?#]*)?(\/[^?#]*)/.exec(target ?? '')?.[1]
}
