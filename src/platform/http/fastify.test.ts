import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { Call } from '../../kernel/ports.ts'
import { Problem } from '../../kernel/problem.ts'
import { httpStatus, toOperationOutcome } from '../../standards/problems/render.ts'
import { keep } from '../../../test/harness/run-log.ts'
import { jsonLog } from '../telemetry/log.ts'
import { metrics, prometheusText } from '../telemetry/metrics.ts'
import { type Listener, listen, type ListenOptions } from './fastify.ts'
import type { HttpRequest, Mount, Route } from './port.ts'

const folder = mkdtempSync(join(tmpdir(), 'weft-http-'))
const log = jsonLog('info', {}, join(folder, 'log'))
const figures = metrics()
const listeners: Listener[] = []
after(async () => {
  for (const listener of listeners) await listener.stop()
  log.flush()
  keep(readFileSync(join(folder, 'log'), 'utf8'))
  rmSync(folder, { recursive: true })
})

const echo = async (call: Call, { method, path, query, params, body }: HttpRequest) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ method, path, query, params, body: body?.toString(), tenant: call.tenant }),
})
const route = (method: string, path: string, handle: Route['handle']): Route => ({ method, path, handle })
const long = JSON.stringify({ long: 'x'.repeat(5000) })
let aborted: Promise<unknown> | undefined
/** A request is with its handler. */
let reached = Promise.withResolvers<void>()

const fhir: Mount = {
  prefix: '/fhir',
  problem: (problem) => ({
    status: httpStatus(problem),
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify(toOperationOutcome(problem)),
  }),
  routes: [
    route('GET', '/fhir/:type/:id', echo),
    route('POST', '/fhir', echo),
    route('POST', '/fhir/:type/_search', echo),
    route('GET', '/fhir/gone', async () => {
      throw new Problem('gone', 'It was deleted')
    }),
    route('GET', '/fhir/broken', () => {
      throw new SyntaxError('Unexpected token in "Mary Smith"')
    }),
    route('GET', '/fhir/long', async () => ({
      status: 200,
      headers: { 'content-type': 'application/fhir+json' },
      body: long,
    })),
    route('GET', '/fhir/stream', async () => ({
      status: 200,
      headers: { 'content-type': 'application/fhir+ndjson' },
      body: Readable.from(['{"a":1}\n', '{"b":2}\n']),
    })),
    route('GET', '/fhir/slow', async () => {
      reached.resolve()
      await sleep(300)
      return { status: 200, body: 'slow' }
    }),
    route('GET', '/fhir/patient', async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { status: 200, body: (signal.reason as Problem).kind }
    }),
    route('GET', '/fhir/never', (call) => {
      aborted = new Promise((resolve) => call.signal.addEventListener('abort', resolve))
      reached.resolve()
      return new Promise(() => {})
    }),
  ],
}

async function listening(options: Partial<ListenOptions> = {}): Promise<Listener & { url: string }> {
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    mounts: [fhir],
    tenant: 7,
    caller: { id: 'test', scopes: new Set() },
    bodyLimitBytes: 1000,
    headTimeoutMs: 5000,
    bodyTimeoutMs: 5000,
    requestTimeoutMs: 5000,
    keepAliveMs: 1000,
    shutdownMs: 2000,
    compressFromBytes: 1000,
    cors: { origins: [] },
    log,
    requests: figures.requests,
    ids: () => 'made-id',
    ...options,
  })
  listeners.push(listener)
  return { ...listener, url: `http://127.0.0.1:${listener.port}` }
}

const { url, port } = await listening()

type Answer = { status: number; headers: http.IncomingHttpHeaders; body: string; bytes: Buffer }

/** Node's client: fetch would ask for gzip and unpack it, and mends what it sends. */
function ask(path: string, options: http.RequestOptions & { body?: string } = {}, at = port): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: at, path, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString(), bytes })
      })
    })
    request.on('error', reject)
    request.end(options.body)
  })
}

test('a handler gets path, parameters, the query as it stands, and the body as bytes', async () => {
  const read = JSON.parse((await ask('/fhir/Patient/a%2Fb?x=1%2C2&x=3')).body)
  assert.deepEqual(read.params, { type: 'Patient', id: 'a/b' })
  assert.equal(read.query, 'x=1%2C2&x=3')
  assert.equal(read.tenant, 7)
  const headers = { 'content-type': 'application/fhir+json' }
  const posted = JSON.parse((await ask('/fhir', { method: 'POST', headers, body: '{"é":1.0}' })).body)
  assert.equal(posted.body, '{"é":1.0}')
})

test('a body arrives whatever its content type, or none, says', async () => {
  assert.equal(JSON.parse((await ask('/fhir', { method: 'POST', body: 'x' })).body).body, 'x')
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  assert.equal(
    JSON.parse((await ask('/fhir/Patient/_search', { method: 'POST', headers, body: 'a=b' })).body).body,
    'a=b',
  )
})

test('a slash at the end changes nothing', async () => {
  assert.equal((await ask('/fhir/', { method: 'POST', body: '{}' })).status, 200)
})

test('a sane request id is mirrored; another is replaced', async () => {
  assert.equal((await ask('/fhir/P/1', { headers: { 'x-request-id': 'abc-1' } })).headers['x-request-id'], 'abc-1')
  assert.equal((await ask('/fhir/P/1', { headers: { 'x-request-id': 'a b"{}' } })).headers['x-request-id'], 'made-id')
})

test('trouble is told as the mount tells it, on paths without a route too', async () => {
  const gone = await ask('/fhir/gone')
  assert.equal(gone.status, 410)
  assert.equal(JSON.parse(gone.body).issue[0].diagnostics, 'It was deleted')
  const nothing = await ask('/fhir/a/b/c/d')
  assert.equal(nothing.status, 404)
  assert.equal(JSON.parse(nothing.body).resourceType, 'OperationOutcome')
  const elsewhere = await ask('/elsewhere')
  assert.equal(elsewhere.headers['content-type'], 'application/problem+json')
  assert.equal(JSON.parse(elsewhere.body).status, 404)
})

test('a wrong method is 405 and hears which are right; OPTIONS lists them', async () => {
  const wrong = await ask('/fhir/Patient/1', { method: 'DELETE' })
  assert.equal(wrong.status, 405)
  assert.equal(JSON.parse(wrong.body).resourceType, 'OperationOutcome')
  assert.equal((await ask('/fhir/Patient/1', { method: 'OPTIONS' })).headers.allow, 'GET, HEAD')
})

test('a malformed address is 400, not 500', async () => {
  const answer = await ask('/fhir/Patient/%E0%A4%A')
  assert.equal(answer.status, 400)
  assert.equal(JSON.parse(answer.body).resourceType, 'OperationOutcome')
})

test('an address with an endless part is 414, and no log line holds it', async () => {
  const { status, body } = await ask(`/fhir/Patient/${'endless'.repeat(1000)}`)
  assert.equal(status, 414)
  assert.match(body, /"expression":\["http\.path"\]/)
  log.flush()
  assert.doesNotMatch(readFileSync(join(folder, 'log'), 'utf8'), /endless/)
})

test('HEAD has the headers of GET and no body', async () => {
  const head = await ask('/fhir/long', { method: 'HEAD' })
  assert.equal(head.headers['content-length'], String(long.length))
  assert.equal(head.body, '')
})

test('a body over the limit is 413 before all of it was read, announced or not', async () => {
  const announced = await ask('/fhir', { method: 'POST', body: 'x'.repeat(1001) })
  assert.equal(announced.status, 413)
  assert.equal(JSON.parse(announced.body).issue[0].code, 'too-long')
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('POST /fhir HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
  socket.write(`3e9\r\n${'x'.repeat(1001)}\r\n`)
  const [first] = await Promise.race([
    text(socket).then((all) => [all]),
    sleep(30_000, undefined, { ref: false }).then(() => ['nothing']),
  ])
  assert.match(first ?? '', /^HTTP\/1\.1 413 /)
})

test('a compressed request body is refused as 415', async () => {
  const headers = { 'content-encoding': 'gzip' }
  assert.equal((await ask('/fhir', { method: 'POST', headers, body: 'x' })).status, 415)
})

test('a large answer is compressed for who asks, a small one for nobody', async () => {
  const headers = { 'accept-encoding': 'br, gzip' }
  const packed = await ask('/fhir/long', { headers })
  assert.equal(packed.headers['content-encoding'], 'gzip')
  assert.equal(packed.headers.vary, 'Accept-Encoding')
  assert.equal(gunzipSync(packed.bytes).toString(), long)
  assert.equal((await ask('/fhir/P/1', { headers })).headers['content-encoding'], undefined)
  assert.equal((await ask('/fhir/long')).headers['content-encoding'], undefined)
  const refused = await ask('/fhir/long', { headers: { 'accept-encoding': 'gzip;q=0' } })
  assert.equal(refused.headers['content-encoding'], undefined)
})

test('a stream is passed on, compressed for who asks', async () => {
  assert.equal((await ask('/fhir/stream')).body, '{"a":1}\n{"b":2}\n')
  const packed = await ask('/fhir/stream', { headers: { 'accept-encoding': 'gzip' } })
  assert.equal(gunzipSync(packed.bytes).toString(), '{"a":1}\n{"b":2}\n')
})

test('an unexpected error is 500, and neither answer nor log repeats what it said', async () => {
  const broken = await ask('/fhir/broken', { headers: { 'x-request-id': 'broken-1' } })
  assert.equal(broken.status, 500)
  assert.doesNotMatch(broken.body, /Mary/)
  log.flush()
  const lines = readFileSync(join(folder, 'log'), 'utf8')
  assert.doesNotMatch(lines, /Mary/)
  assert.match(lines, /"requestId":"broken-1".*fastify\.test\.ts/)
})

test('each request leaves one line with the pattern of its route, and no value out of its address', async () => {
  await ask('/fhir/Patient/secret-id?name=Smith', { headers: { 'x-request-id': 'line-1' } })
  log.flush()
  const lines = readFileSync(join(folder, 'log'), 'utf8').split('\n')
  const found = lines.filter((line) => line.includes('line-1')).map((line) => JSON.parse(line))
  assert.equal(found.length, 1)
  assert.equal(found[0].route, '/fhir/:type/:id')
  assert.equal(found[0].status, 200)
  assert.equal(found[0].tenant, 7)
  assert.equal(typeof found[0].ms, 'number')
  assert.doesNotMatch(lines.join(), /secret-id|Smith/)
})

test('requests are counted by route, method and status, with their duration', async () => {
  const page = await prometheusText([await figures.json(), await figures.json()])
  assert.match(page, /http_requests_total\{route="\/fhir\/gone",method="GET",status="410"\} 2/)
  assert.match(
    page,
    /http_request_duration_seconds_bucket\{le="\+Inf",route="\/fhir\/gone",method="GET",status="410"\} 2/,
  )
  for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes'])
    assert.ok(page.includes(name))
})

test('an answer that does not come is 504, and the handler is told to give up', async () => {
  const patient = await listening({ requestTimeoutMs: 100 })
  const answer = await ask('/fhir/never', {}, patient.port)
  assert.equal(answer.status, 504)
  assert.ok(await aborted)
})

test('a handler that hears that the time is over answers in its own words', async () => {
  const patient = await listening({ requestTimeoutMs: 100 })
  const answer = await ask('/fhir/patient', {}, patient.port)
  assert.deepEqual([answer.status, answer.body], [200, 'timeout'])
})

test('a caller who hangs up is noticed by the handler', async () => {
  reached = Promise.withResolvers()
  const request = http.request({ host: '127.0.0.1', port, path: '/fhir/never', agent: false })
  request.on('error', () => {})
  request.end()
  await reached.promise
  request.destroy()
  assert.ok(await aborted)
})

test('a listener that stops finishes what runs and takes nothing new', async () => {
  const stopping = await listening()
  reached = Promise.withResolvers()
  const running = ask('/fhir/slow', {}, stopping.port)
  await reached.promise
  await stopping.stop()
  assert.equal((await running).body, 'slow')
  await assert.rejects(ask('/fhir/slow', {}, stopping.port), /ECONNREFUSED/)
})

test('a head that never ends is cut off', async () => {
  const strict = await listening({ headTimeoutMs: 200 })
  const socket = connect(strict.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\n')
  assert.match(await text(socket), /^HTTP\/1\.1 408 /)
})

test('pages of other origins may read answers where they were allowed', async () => {
  const headers = { origin: 'https://app.example' }
  assert.equal((await ask('/fhir/P/1', { headers })).headers['access-control-allow-origin'], undefined)
  const open = await listening({ cors: { origins: ['https://app.example'] } })
  const answer = await ask('/fhir/P/1', { headers }, open.port)
  assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example')
  assert.match(answer.headers['access-control-expose-headers'] ?? '', /ETag/)
  const preflight = await ask('/fhir/P/1', { method: 'OPTIONS', headers }, open.port)
  assert.equal(preflight.status, 204)
  assert.match(preflight.headers['access-control-allow-methods'] ?? '', /PUT/)
  const other = await ask('/fhir/P/1', { headers: { origin: 'https://evil.example' } }, open.port)
  assert.equal(other.headers['access-control-allow-origin'], undefined)
})

test('fetch works with it as it is', async () => {
  assert.equal((await fetch(`${url}/fhir/long`)).status, 200)
})
