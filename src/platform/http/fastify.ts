/**
 * The listener: services' routes on fastify's router and body reader. Requests and answers go between Node's own
 * objects and the plain values of port.ts without fastify's reply, which a read by id would feel.
 */
import { randomBytes } from 'node:crypto'
import { type IncomingMessage, METHODS, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, gzip } from 'node:zlib'
import fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Call, Ids, Log, Running } from '../../kernel/ports.ts'
import { asProblem, Problem } from '../../kernel/problem.ts'
import { httpStatus, toProblemJson } from '../../standards/problems/render.ts'
import { describeFailure, type JsonLog } from '../telemetry/log.ts'
import type { RequestMetrics } from '../telemetry/request-metrics.ts'
import type { OpenSpan, Spans } from '../telemetry/spans.ts'
import { traceIdOf, traceparentOf } from '../telemetry/trace-context.ts'
import { endWith, isChunks, lengthOf, type WholeBody } from './body.ts'
import { type Cors, corsHeaders } from './cors.ts'
import { checkHost, type Hosts } from './hosts.ts'
import { answerParserRefusals, headTooLarge, pathIn } from './parser-refusals.ts'
import type { HttpRequest, HttpResponse, Mount, Route } from './port.ts'
import { methodsAt } from './route-table.ts'
import { endServerSpan, serverSpan } from './server-span.ts'

export type ListenOptions = {
  readonly host: string
  readonly port: number
  readonly mounts: readonly Mount[]
  /** Tells trouble with a request whose address could not be read. */
  readonly unreadable?: Mount | undefined
  readonly tenant: number
  readonly caller: Call['caller']
  readonly bodyLimitBytes: number
  /** For a request's head to arrive, and for all of it. */
  readonly headTimeoutMs: number
  readonly bodyTimeoutMs: number
  /** For the answer: `call.signal` aborts and the caller gets 504. */
  readonly requestTimeoutMs: number
  readonly keepAliveMs: number
  /** How long running requests may take to end when the listener stops. */
  readonly shutdownMs: number
  /** Answers of this size and more are compressed for who asks for it. */
  readonly compressFromBytes: number
  readonly cors: Cors
  /** Absent: whatever name a request calls this server by. */
  readonly hosts?: Hosts | undefined
  readonly log: JsonLog
  readonly requests: RequestMetrics
  readonly ids: Ids
  /** Absent: nothing is traced. */
  readonly spans?: Spans
}

export type Listener = Running & { readonly host: string; readonly port: number }

const headLimitBytes = 512 * 1024
const headerLimit = 2000
const sweepMs = 250
/** For a handler that was told to give up, to say so in its own words. */
const graceMs = 1000

export async function listen(options: ListenOptions): Promise<Listener> {
  const app = fastify({
    http: {
      // Up to this much is read of a head that is too large, so that the refusal knows its address.
      maxHeaderSize: 2 * headLimitBytes,
      headersTimeout: options.headTimeoutMs,
      connectionsCheckingInterval: Math.min(2_000, options.headTimeoutMs),
      requireHostHeader: false,
    },
    clientErrorHandler: () => {},
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: options.bodyTimeoutMs,
    keepAliveTimeout: options.keepAliveMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    logger: false,
    // The query goes to the service as it stands.
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: 4096,
      querystringParser: (query) => query as unknown as Record<string, unknown>,
    },
    frameworkErrors: (error, request, reply) => refuse(asBodyProblem(error), request, reply),
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  const running = new Set<Exchange>()
  const sweep = setInterval(() => {
    const now = performance.now()
    for (const exchange of running) {
      // They stand in the order they began.
      const overMs = now - exchange.startedMs - options.requestTimeoutMs
      if (overMs < 0) break
      exchange.expire(overMs)
    }
  }, sweepMs)
  sweep.unref()

  const mountAt = (path: string) =>
    options.mounts
      .filter(({ prefix }) => path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`))
      .sort((one, other) => other.prefix.length - one.prefix.length)[0]

  function refuse(problem: Problem, request: FastifyRequest, reply: FastifyReply, headers = {}): void {
    reply.hijack()
    const exchange = new Exchange(options, running, request.raw, reply.raw, 'none', mountAt(pathOf(request.raw.url)))
    exchange.refuse(problem, headers)
  }

  for (const mount of options.mounts)
    for (const route of mount.routes)
      app.route({
        method: route.method === 'GET' ? ['GET', 'HEAD'] : route.method,
        url: route.path,
        handler(request, reply) {
          reply.hijack()
          new Exchange(options, running, request.raw, reply.raw, route.path, mount).answer(route, request)
        },
      })

  const routes = options.mounts.flatMap((mount) => mount.routes)
  function refuseRoute(request: FastifyRequest, reply: FastifyReply): void {
    const path = pathOf(request.raw.url)
    const absent = mountAt(path)?.absent?.(path)
    if (absent) return refuse(absent, request, reply)
    const methods = methodsAt(routes, path)
    const allow = methods.join(', ')
    if (request.method === 'OPTIONS' && methods.length > 0) {
      reply.hijack()
      const exchange = new Exchange(options, running, request.raw, reply.raw, 'none', mountAt(path))
      exchange.send({ status: 204, headers: { allow } })
    } else if (methods.length > 0)
      refuse(
        new Problem('invalid', `Here one may ${allow}`, {
          at: 'http.method',
          code: { http: 405, fhir: 'not-supported' },
        }),
        request,
        reply,
        // https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6
        { allow },
      )
    else refuse(new Problem('not-found', 'There is nothing at this address', { at: 'http.path' }), request, reply)
  }
  app.setNotFoundHandler(refuseRoute)
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    // QUERY has rules of its own, and fastify holds to them before it looks for a route.
    if (error.code === 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE') refuseRoute(request, reply)
    else refuse(asBodyProblem(error), request, reply)
  })

  // Node would drop those above its own limit, an If-Match among them, and say nothing.
  app.server.maxHeadersCount = 0
  answerParserRefusals(app.server, ({ problem, path, method }) => {
    const mount = path === undefined ? options.unreadable : mountAt(path)
    const requestId = options.ids()
    const answer = mount?.problem(problem, requestId) ?? problemJson(problem)
    const { status } = answer
    options.requests.observe('none', 'none', status, 0)
    options.log.line({
      requestId,
      tenant: options.tenant,
      method: METHODS.includes(method ?? '') ? method : 'none',
      route: 'none',
      status,
      ms: 0,
    })
    return { ...answer, headers: { ...answer.headers, 'x-request-id': requestId } }
  })

  await app.listen({ host: options.host, port: options.port })
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : options.port
  return {
    host: options.host,
    port,
    async stop() {
      const impatient = setTimeout(() => app.server.closeAllConnections(), options.shutdownMs)
      await app.close()
      clearTimeout(impatient)
      clearInterval(sweep)
    },
  }
}

/** One request on its way, and the Call its handler gets. */
class Exchange implements Call {
  readonly startedMs = performance.now()
  readonly requestId: string
  #options: ListenOptions
  #running: Set<Exchange>
  #request: IncomingMessage
  #response: ServerResponse
  #route: string
  #mount: Mount | undefined
  #abort: AbortController | undefined
  #log: Log | undefined
  #traceparent: string | undefined
  #span: OpenSpan | undefined
  #answered = false

  constructor(
    options: ListenOptions,
    running: Set<Exchange>,
    request: IncomingMessage,
    response: ServerResponse,
    route: string,
    mount: Mount | undefined,
  ) {
    this.#options = options
    this.#running = running
    this.#request = request
    this.#response = response
    this.#route = route
    this.#mount = mount
    this.requestId = saneId(request.headers['x-request-id']) ?? options.ids()
    running.add(this)
    if (options.spans) this.#span = serverSpan(options.spans, request, route, this.requestId)
  }

  get tenant() {
    return this.#options.tenant
  }
  /** Made when somebody looks: most requests cause nothing elsewhere. */
  get traceparent(): string {
    if (this.#span) return this.#span.traceparent
    this.#traceparent ??= traceparentOf(this.#request.headers.traceparent, randomBytes)
    return this.#traceparent
  }
  get caller() {
    return this.#options.caller
  }

  /** Made when somebody looks: a timer and a listener for every read would cost a tenth of it. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController()
      this.#abort = abort
      this.#response.once('close', () => {
        if (!this.#response.writableFinished) abort.abort(new Problem('timeout', 'The caller hung up'))
      })
    }
    return this.#abort.signal
  }

  get log(): Log {
    this.#log ??= this.#options.log.with({ requestId: this.requestId, tenant: this.tenant, route: this.#route })
    return this.#log
  }

  answer(route: Route, request: FastifyRequest): void {
    try {
      checkHead(this.#request)
      if (this.#options.hosts) checkHost(this.#request, this.#options.hosts)
      const encoding = this.#request.headers['content-encoding']
      if (encoding !== undefined && encoding !== 'identity' && request.body !== undefined)
        throw new Problem('invalid', 'This Content-Encoding is not understood', {
          at: 'Content-Encoding',
          code: { http: 415 },
        })
      const plain = new PlainRequest(request)
      const handled =
        this.#span && this.#options.spans
          ? this.#options.spans.inside(this.#span, () => route.handle(this, plain))
          : route.handle(this, plain)
      handled.then(this.send, (error: unknown) => this.refuse(error))
    } catch (error) {
      this.refuse(error)
    }
  }

  expire(overMs: number): void {
    const late = new Problem('timeout', `No answer within ${this.#options.requestTimeoutMs} ms`)
    this.#abort?.abort(late)
    if (!this.#answered && (!this.#abort || overMs >= graceMs)) this.refuse(late)
  }

  refuse = (thrown: unknown, headers: Readonly<Record<string, string>> = {}): void => {
    const problem = asProblem(thrown)
    if (problem.kind === 'internal') this.log.error('request failed', describeFailure(problem.cause ?? problem))
    const answer = this.#mount?.problem(problem, this.requestId) ?? problemJson(problem)
    // What is left of a body that was too large is not read; the connection cannot serve another request.
    const closes = httpStatus(problem) === 413 || httpStatus(problem) === 431
    this.send({ ...answer, headers: { ...answer.headers, ...headers, ...(closes && { connection: 'close' }) } })
  }

  send = (answer: HttpResponse): void => {
    const { body } = answer
    if (this.#answered) {
      if (body instanceof Readable) body.destroy()
      return
    }
    this.#answered = true
    if (body instanceof Readable) this.#stream(answer, body)
    else if (body !== undefined && this.#compresses(answer, body)) {
      gzip(isChunks(body) ? Buffer.concat(body) : body, { level: 1 }, (error, packed) => {
        if (error) this.#write(answer, body)
        else this.#write({ ...answer, headers: packedHeaders(answer.headers) }, packed)
      })
    } else this.#write(answer, body)
  }

  #write(answer: HttpResponse, body: WholeBody | undefined): void {
    const response = this.#response
    if (response.headersSent) return this.#yield()
    const head = this.#head(answer)
    if (body !== undefined) head['content-length'] = lengthOf(body)
    else if (answer.status !== 204 && answer.status !== 304) head['content-length'] = 0
    response.writeHead(answer.status, head)
    endWith(response, body)
    this.#end(answer.status)
  }

  #stream(answer: HttpResponse, body: Readable): void {
    if (this.#response.headersSent) {
      body.destroy()
      return this.#yield()
    }
    const packs = this.#accepts() && isText(answer.headers?.['content-type'])
    const head = this.#head(packs ? { ...answer, headers: packedHeaders(answer.headers) } : answer)
    this.#response.writeHead(answer.status, head)
    const done = packs ? pipeline(body, createGzip({ level: 1 }), this.#response) : pipeline(body, this.#response)
    done
      .catch((error) => this.log.warn('answer broke off', describeFailure(error)))
      .finally(() => this.#end(answer.status))
  }

  #head(answer: HttpResponse): Record<string, string | number> {
    const { cors } = this.#options
    const headers: Record<string, string | number> = { ...answer.headers, 'x-request-id': this.requestId }
    if (cors.origins.length === 0) return headers
    const { vary, ...allowed } = corsHeaders(cors, this.#request)
    return Object.assign(headers, allowed, vary && { vary: alsoVary(answer.headers?.vary, vary) })
  }

  /** The parser stumbled over what came behind the head, and that was answered, counted and logged. */
  #yield(): void {
    this.#running.delete(this)
    if (this.#span) endServerSpan(this.#span, this.#response.statusCode)
  }

  #end(status: number): void {
    this.#running.delete(this)
    const ms = performance.now() - this.startedMs
    const { method = '' } = this.#request
    this.#options.requests.observe(this.#route, method, status, ms)
    if (this.#span) endServerSpan(this.#span, status)
    this.#options.log.line({
      requestId: this.requestId,
      tenant: this.tenant,
      method,
      route: this.#route,
      status,
      ms: Math.round(ms * 1000) / 1000,
      ...(this.#span && { traceId: traceIdOf(this.#span.traceparent) }),
    })
  }

  #compresses(answer: HttpResponse, body: WholeBody): boolean {
    return (
      this.#accepts() &&
      lengthOf(body) >= this.#options.compressFromBytes &&
      answer.headers?.['content-encoding'] === undefined &&
      isText(answer.headers?.['content-type'])
    )
  }

  #accepts(): boolean {
    const accepted = this.#request.headers['accept-encoding']
    return typeof accepted === 'string' && /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(accepted)
  }
}

const packedHeaders = (headers: HttpResponse['headers']) => ({
  ...headers,
  'content-encoding': 'gzip',
  vary: alsoVary(headers?.vary, 'Accept-Encoding'),
})
const alsoVary = (before: string | undefined, header: string) => (before ? `${before}, ${header}` : header)
const isText = (type: string | undefined) => type !== undefined && /^text\/|json|xml|javascript|svg/.test(type)

/** Node's and fastify's own fields, read when a service asks for them. */
class PlainRequest implements HttpRequest {
  #request: FastifyRequest
  constructor(request: FastifyRequest) {
    this.#request = request
  }
  get method() {
    return this.#request.raw.method ?? 'GET'
  }
  get path() {
    return pathOf(this.#request.raw.url)
  }
  get query() {
    const { url = '' } = this.#request.raw
    const mark = url.indexOf('?')
    return mark < 0 ? '' : url.slice(mark + 1)
  }
  get params() {
    return this.#request.params as Readonly<Record<string, string>>
  }
  get headers() {
    return this.#request.raw.headers
  }
  get body() {
    return this.#request.body as Buffer | undefined
  }
  get remoteAddress() {
    return this.#request.raw.socket.remoteAddress
  }
}

/** What Node would refuse by itself, or leave out, with nobody the wiser. */
function checkHead({ url = '', rawHeaders, headers, httpVersion }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion === '1.1')
    throw new Problem('invalid', 'A request of HTTP/1.1 names its host', { at: 'Host', code: { fhir: 'required' } })
  let bytes = url.length
  for (const text of rawHeaders) bytes += text.length + 2
  if (bytes > headLimitBytes || rawHeaders.length > 2 * headerLimit) throw headTooLarge()
}

/** Of a whole address, too: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2 */
function pathOf(url = '/'): string {
  if (!url.startsWith('/')) return pathIn(url) ?? url
  const mark = url.indexOf('?')
  return mark < 0 ? url : url.slice(0, mark)
}

/** Ours or the caller's; one that would tear a log line or a header is not mirrored. */
function saneId(id: string | string[] | undefined): string | undefined {
  return typeof id === 'string' && /^[\w.:-]{1,64}$/.test(id) ? id : undefined
}

function problemJson(problem: Problem): HttpResponse {
  const body = toProblemJson(problem)
  return { status: body.status, headers: { 'content-type': 'application/problem+json' }, body: JSON.stringify(body) }
}

/** What fastify throws before a handler runs. https://fastify.dev/docs/latest/Reference/Errors/ */
function asBodyProblem(error: unknown): Problem {
  const code = (error as FastifyError).code
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new Problem('invalid', 'The body is too large', { at: 'http.body', code: { http: 413, fhir: 'too-long' } })
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH')
    return new Problem('invalid', 'The body is not as long as Content-Length says', { at: 'Content-Length' })
  if (code === 'ECONNRESET') return new Problem('invalid', 'The request ends before it is whole', { at: 'http.body' })
  if (code === 'FST_ERR_BAD_URL') return new Problem('invalid', 'The address is not well formed', { at: 'http.path' })
  if (code === 'FST_ERR_MAX_PARAM_LENGTH')
    return new Problem('invalid', 'A part of the address is too long', {
      at: 'http.path',
      code: { http: 414, fhir: 'too-long' },
    })
  if (code?.startsWith('FST_ERR_CTP'))
    return new Problem('invalid', 'Content-Type is not well formed', { at: 'Content-Type', code: { http: 415 } })
  const status = (error as FastifyError).statusCode ?? 500
  if (code?.startsWith('FST_ERR_') && status < 500)
    return new Problem('invalid', 'The request is not understood', { at: 'http', code: { http: status } })
  return asProblem(error)
}
