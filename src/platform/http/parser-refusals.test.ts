/** Bytes on a socket that no HTTP client sends: each hears what is wrong with it in the words of the path it asked for. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { httpStatus, toOperationOutcome } from '../../standards/problems/render.ts'
import { jsonLog } from '../telemetry/log.ts'
import { metrics, prometheusText } from '../telemetry/metrics.ts'
import { type Listener, listen } from './fastify.ts'
import type { Mount } from './port.ts'

const folder = mkdtempSync(join(tmpdir(), 'weft-parser-'))
const log = jsonLog('info', {}, join(folder, 'log'))
const figures = metrics()
const json = { 'content-type': 'application/fhir+json' }
const fhir: Mount = {
  prefix: '/fhir',
  problem: (problem) => ({
    status: httpStatus(problem),
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify(toOperationOutcome(problem)),
  }),
  routes: [
    { method: 'GET', path: '/fhir/slow', handle: () => sleep(300).then(() => ({ status: 200, body: 'slow' })) },
    {
      method: 'GET',
      path: '/fhir/long',
      handle: async () => ({ status: 200, headers: json, body: 'x'.repeat(5_000_000) }),
    },
    {
      method: 'GET',
      path: '/fhir/stream',
      handle: async () => ({ status: 200, headers: json, body: Readable.from(['a', 'b']) }),
    },
    { method: 'GET', path: '/fhir/:type', handle: async () => ({ status: 200, body: 'found' }) },
    { method: 'POST', path: '/fhir/:type', handle: async () => ({ status: 201, body: 'made' }) },
  ],
}
const soap: Mount = {
  prefix: '/SOAP',
  problem: (problem) => ({
    status: httpStatus(problem),
    headers: { 'content-type': 'application/soap+xml' },
    body: `<Fault>${problem.message}</Fault>`,
  }),
  routes: [{ method: 'POST', path: '/SOAP/ITI38', handle: async () => ({ status: 200, body: '<ok/>' }) }],
}
const listening = (headTimeoutMs: number, bodyTimeoutMs: number): Promise<Listener> =>
  listen({
    host: '127.0.0.1',
    port: 0,
    mounts: [fhir, soap],
    unreadable: fhir,
    tenant: 7,
    caller: { id: 'test', scopes: new Set() },
    bodyLimitBytes: 1000,
    headTimeoutMs,
    bodyTimeoutMs,
    requestTimeoutMs: 5000,
    keepAliveMs: 1000,
    shutdownMs: 2000,
    compressFromBytes: 1000,
    cors: { origins: [] },
    log,
    requests: figures.requests,
    ids: () => 'made-id',
  })
const listener = await listening(20_000, 20_000)
/** For what never comes to its end. */
const hasty = await listening(300, 600)
after(async () => {
  await Promise.all([listener.stop(), hasty.stop()])
  rmSync(folder, { recursive: true })
})

/** All that comes back until the server hangs up; `keep` is called when bytes arrive. */
const say = (...parts: (string | number)[]) => sayTo(listener, ...parts)

async function sayTo({ port }: Listener, ...parts: (string | number)[]): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.on('data', (bytes) => (heard += bytes.toString('latin1')))
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.on('error', () => {})
  for (const part of parts)
    if (typeof part === 'number') await sleep(part)
    else if (socket.writable) await new Promise((resolve) => socket.write(part, 'latin1', resolve))
  await Promise.race([closed, sleep(30_000, undefined, { ref: false })])
  socket.destroy()
  return heard
}

type Heard = { status: number; type: string; body: string; at: string | undefined; code: string | undefined }
/** The last answer of those that came. */
function answers(text: string): Heard[] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3})/)
    .filter((one) => one !== '' && !one.startsWith('HTTP/1.1 100'))
    .map((one) => {
      const [head = '', body = ''] = one.split(/\r\n\r\n(.*)/s)
      const type = /^content-type: (.*)$/im.exec(head)?.[1]?.trim() ?? ''
      const issue = type.includes('json') ? JSON.parse(body).issue?.[0] : undefined
      return { status: Number(head.slice(9, 12)), type, body, at: issue?.expression?.[0], code: issue?.code }
    })
}

const refused = (status: number, at: string, ...parts: (string | number)[]) => refusedBy(listener, status, at, ...parts)

async function refusedBy(by: Listener, status: number, at: string, ...parts: (string | number)[]): Promise<void> {
  const text = await sayTo(by, ...parts)
  const last = answers(text).at(-1)
  assert.ok(last, `nothing came back for ${String(parts[0]).slice(0, 80)}`)
  assert.deepEqual([last.status, last.type, last.at], [status, 'application/fhir+json', at], text.slice(0, 600))
  assert.match(text, /connection: close/i)
  assert.match(text, /x-request-id: made-id/i)
}

const host = 'Host: x\r\n'
const long = (bytes: number) => `X-Long: ${'x'.repeat(bytes)}\r\n`

test('a head that is too large is 431, with its place', async () => {
  await refused(431, 'http.header', `GET /fhir/Patient HTTP/1.1\r\n${host}${long(600_000)}\r\n`)
  await refused(431, 'http.header', `GET /fhir/Patient?x=${'x'.repeat(600_000)} HTTP/1.1\r\n${host}\r\n`)
  await refused(431, 'http.header', `GET /fhir/Patient HTTP/1.1\r\n${host}${long(2_000_000)}\r\n`)
  await refused(431, 'http.header', `GET /fhir/Patient HTTP/1.1\r\n${host}${'a: b\r\n'.repeat(3000)}\r\n`)
})

test('a head of half a megabyte is read', async () => {
  const text = await say(`GET /fhir/Patient?x=${'x'.repeat(400_000)} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
  assert.equal(answers(text)[0]?.status, 200)
})

test('a request line that is none is 400, with what is wrong in it', async () => {
  await refused(400, 'http.method', `GXT /fhir/Patient HTTP/1.1\r\n${host}\r\n`)
  await refused(400, 'http.method', `{"resourceType":"Patient"}\r\n\r\n`)
  await refused(400, 'http.method', `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03`)
  await refused(400, 'http.version', `GET /fhir/Patient HTTP/9.9\r\n${host}\r\n`)
  await refused(400, 'http.path', `GET fhir HTTP/1.1\r\n${host}\r\n`)
})

test('a header that is none is 400; so is one that is said twice, or contradicts another', async () => {
  await refused(400, 'http.header', `GET /fhir/Patient HTTP/1.1\r\n${host}no colon\r\n\r\n`)
  await refused(400, 'http.header', `GET /fhir/Patient HTTP/1.1\r\n${host}bad\x00name: x\r\n\r\n`)
  const post = `POST /fhir/Patient HTTP/1.1\r\n${host}`
  await refused(400, 'Content-Length', `${post}Content-Length: x\r\n\r\n{}`)
  await refused(400, 'Content-Length', `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`)
  const both = await say(`${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)
  assert.equal(answers(both).at(-1)?.status, 400)
  assert.match(answers(both).at(-1)?.at ?? '', /Content-Length|Transfer-Encoding/)
  await refused(400, 'Transfer-Encoding', `${post}Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n`)
})

test('a request of HTTP/1.1 without a host is 400', async () => {
  await refused(400, 'Host', `GET /fhir/Patient HTTP/1.1\r\nConnection: close\r\n\r\n`)
})

test('a chunk that is none is 400, a body that ends early too', async () => {
  const post = `POST /fhir/Patient HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`
  await refused(400, 'http.body', `${post}zz\r\n{}\r\n0\r\n\r\n`)
  await refused(400, 'http.body', `${post}2\r\n{}`, 50, `x\r\n0\r\n\r\n`)
  await refused(413, 'http.body', `${post}2;${'x'.repeat(40_000)}\r\n{}\r\n0\r\n\r\n`)
})

test('what does not arrive in time is 408: the head, or the body', async () => {
  await refusedBy(hasty, 408, 'http.header', `GET /fhir/Patient HTTP/1.1\r\n${host}`)
  await refusedBy(hasty, 408, 'http.body', `POST /fhir/Patient HTTP/1.1\r\n${host}Content-Length: 10\r\n\r\n{}`)
})

test('an expectation that is not known is 417', async () => {
  await refused(417, 'Expect', `POST /fhir/Patient HTTP/1.1\r\n${host}Expect: wonders\r\nContent-Length: 2\r\n\r\n{}`)
})

test('who asks for a tunnel is refused, who asks for another protocol is answered in this one', async () => {
  await refused(405, 'http.method', `CONNECT example.org:443 HTTP/1.1\r\n${host}\r\n`)
  const upgrade = 'Connection: Upgrade, close\r\nUpgrade: websocket\r\n'
  assert.equal(answers(await say(`GET /fhir/Patient HTTP/1.1\r\n${host}${upgrade}\r\n`))[0]?.status, 200)
})

test('a whole address in the request line is as good as its path', async () => {
  const close = 'Connection: close\r\n\r\n'
  assert.equal(answers(await say(`GET http://x/fhir/Patient HTTP/1.1\r\n${host}${close}`))[0]?.status, 200)
  await refused(404, 'http.path', `GET http://x/fhir/a/b/c/d HTTP/1.1\r\n${host}${close}`)
  await refused(405, 'http.method', `DELETE http://x/fhir/Patient HTTP/1.1\r\n${host}${close}`)
})

test('what asks for HTTP/2, or for the server as a whole, is answered', async () => {
  const preface = answers(await say(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`))
  assert.deepEqual([preface[0]?.status, preface[0]?.type], [400, 'application/fhir+json'])
  const whole = answers(await say(`OPTIONS * HTTP/1.1\r\n${host}Connection: close\r\n\r\n`))
  assert.ok(whole[0]?.status, JSON.stringify(whole))
})

test('methods that HTTP has and FHIR has not are 405', async () => {
  for (const method of ['PROPFIND', 'TRACE', 'QUERY', 'LINK'])
    await refused(405, 'http.method', `${method} /fhir/Patient HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
})

test('garbage behind a request is answered after the request, and tears nothing', async () => {
  const text = await say(`GET /fhir/slow HTTP/1.1\r\n${host}\r\nGARBAGE\r\n\r\n`)
  assert.deepEqual(
    answers(text).map(({ status }) => status),
    [200, 400],
    text,
  )
  assert.equal(answers(text)[0]?.body, 'slow')
  const two = await say(`GET /fhir/slow HTTP/1.1\r\n${host}\r\nGET /fhir/Patient HTTP/1.1\r\n${host}\r\n{}{}`)
  assert.deepEqual(
    answers(two).map(({ status }) => status),
    [200, 200, 400],
    two,
  )
})

test('a tunnel that is asked for behind a request, and garbage behind a refusal, end nothing but their connection', async () => {
  const tunnel = await say(`GET /fhir/slow HTTP/1.1\r\n${host}\r\nCONNECT x:1 HTTP/1.1\r\n${host}\r\n`)
  assert.deepEqual(
    answers(tunnel).map(({ status }) => status),
    [200, 405],
  )
  const expectation = await say(`POST /fhir/Patient HTTP/1.1\r\n${host}Expect: x\r\n\r\nGARBAGE\r\n\r\n`)
  assert.equal(answers(expectation)[0]?.status, 417)
  const twice = await say(`GET /fhir/Patient HTTP/1.1\r\n${host}\r\nGARBAGE\r\n\r\nGARBAGE\r\n\r\n`)
  assert.deepEqual(
    answers(twice).map(({ status }) => status),
    [200, 400],
  )
  // Who hangs up while a tunnel's refusal waits.
  const socket = connect(listener.port, '127.0.0.1')
  socket.on('error', () => {})
  const both = `GET /fhir/slow HTTP/1.1\r\n${host}\r\nCONNECT x:1 HTTP/1.1\r\n${host}\r\n`
  await new Promise((resolve) => socket.write(both, resolve))
  await sleep(50)
  socket.resetAndDestroy()
  await sleep(400)
  assert.equal(answers(await say(`GET /fhir/Patient HTTP/1.1\r\n${host}Connection: close\r\n\r\n`))[0]?.status, 200)
})

test('what no body belongs to is not half an answer', async () => {
  const text = await say(`GET /fhir/slow HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)
  assert.deepEqual(
    answers(text).map(({ status }) => status),
    [400],
    text,
  )
})

test('an answer that is being packed meanwhile does not come behind a refusal', async () => {
  for (const path of ['/fhir/long', '/fhir/stream'])
    for (const delayMs of [0, 1, 2, 5, 10]) {
      const head = `GET ${path} HTTP/1.1\r\n${host}Accept-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n`
      const text = await say(head, delayMs, 'zz\r\n')
      // A stream that had begun is broken off.
      assert.match(text, /^(HTTP\/1\.1 (200|400) |$)/)
      assert.ok((text.match(/HTTP\/1\.1 /g)?.length ?? 0) <= 1)
    }
})

test('SOAP callers hear a Fault', async () => {
  const line = `POST /SOAP/ITI38 HTTP/1.1\r\n${host}`
  for (const [status, rest] of [
    [431, `${long(600_000)}\r\n`],
    [400, `Content-Length: x\r\n\r\n`],
    [400, `Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    [417, `Expect: wonders\r\n\r\n`],
    [408, ''],
  ] as const) {
    const text = await sayTo(status === 408 ? hasty : listener, line + rest)
    const [last] = answers(text)
    // Of a head that never ended the address was not kept.
    const type = status === 408 ? 'application/fhir+json' : 'application/soap+xml'
    assert.deepEqual([last?.status, last?.type], [status, type], text.slice(0, 300))
  }
})

test('elsewhere it is problem+json', async () => {
  const [answer] = answers(await say(`GET /elsewhere HTTP/1.1\r\n${host}no colon\r\n\r\n`))
  assert.deepEqual([answer?.status, answer?.type], [400, 'application/problem+json'])
})

test('who hangs up in the middle leaves nothing behind, and the listener goes on', async () => {
  for (const part of ['GET /fh', `POST /fhir/Patient HTTP/1.1\r\n${host}Content-Length: 10\r\n\r\n{}`]) {
    const socket = connect(listener.port, '127.0.0.1')
    socket.on('error', () => {})
    await new Promise((resolve) => socket.write(part, resolve))
    socket.resetAndDestroy()
  }
  const text = await say(`GET /fhir/Patient HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
  assert.equal(answers(text)[0]?.status, 200)
  log.flush()
  assert.doesNotMatch(readFileSync(join(folder, 'log'), 'utf8'), /"level":"error"|"status":500/)
})

test('each refusal leaves a line and is counted, and no value of it is in either', async () => {
  await refused(400, 'http.method', `SECRET /fhir/Patient?name=Smith HTTP/1.1\r\n${host}\r\n`)
  log.flush()
  const lines = readFileSync(join(folder, 'log'), 'utf8')
  assert.match(lines, /"method":"none","route":"none","status":400/)
  assert.doesNotMatch(lines, /SECRET|Smith/)
  assert.match(
    await prometheusText([await figures.json()]),
    /http_requests_total\{route="none",method="none",status="431"\}/,
  )
})
