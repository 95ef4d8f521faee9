/** Requests cut, mixed and spoilt byte by byte: whatever comes on a connection, nothing is thrown and the next is answered. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Random, seededRandom } from '../../../test/builders/random.ts'
import { httpStatus, toOperationOutcome } from '../../standards/problems/render.ts'
import { jsonLog } from '../telemetry/log.ts'
import { metrics } from '../telemetry/metrics.ts'
import { listen } from './fastify.ts'
import type { Mount } from './port.ts'

const folder = mkdtempSync(join(tmpdir(), 'weft-bytes-'))
const log = jsonLog('error', {}, join(folder, 'log'))
const json = { 'content-type': 'application/fhir+json' }
const fhir: Mount = {
  prefix: '/fhir',
  problem: (problem) => ({
    status: httpStatus(problem),
    headers: json,
    body: JSON.stringify(toOperationOutcome(problem)),
  }),
  routes: [
    { method: 'GET', path: '/fhir/slow', handle: () => sleep(5).then(() => ({ status: 200, body: 'slow' })) },
    {
      method: 'GET',
      path: '/fhir/long',
      handle: async () => ({ status: 200, headers: json, body: 'x'.repeat(300_000) }),
    },
    {
      method: 'GET',
      path: '/fhir/stream',
      handle: async () => ({ status: 200, headers: json, body: Readable.from(['a', 'b']) }),
    },
    { method: 'POST', path: '/fhir', handle: async () => ({ status: 200, headers: json, body: '{}' }) },
  ],
}
const listener = await listen({
  host: '127.0.0.1',
  port: 0,
  mounts: [fhir],
  unreadable: fhir,
  tenant: 1,
  caller: { id: 'test', scopes: new Set() },
  bodyLimitBytes: 100_000,
  headTimeoutMs: 5000,
  bodyTimeoutMs: 5000,
  requestTimeoutMs: 5000,
  keepAliveMs: 1000,
  shutdownMs: 500,
  compressFromBytes: 1000,
  cors: { origins: [] },
  log,
  requests: metrics().requests,
  ids: () => 'made-id',
})
after(async () => {
  await listener.stop()
  rmSync(folder, { recursive: true })
})

const host = 'Host: x\r\n'
const chunked = 'Transfer-Encoding: chunked\r\n'
const requests = [
  `GET /fhir/slow HTTP/1.1\r\n${host}\r\n`,
  `GET /fhir/long HTTP/1.1\r\n${host}Accept-Encoding: gzip\r\n${chunked}\r\n2\r\nab\r\n0\r\n\r\n`,
  `GET /fhir/stream HTTP/1.1\r\n${host}Accept-Encoding: gzip\r\n${chunked}\r\n2\r\nab\r\n0\r\n\r\n`,
  `POST /fhir HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\n{}`,
  `POST /fhir HTTP/1.1\r\n${host}${chunked}\r\n2\r\n{}\r\n0\r\n\r\n`,
  `POST /fhir HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`,
  `POST /fhir HTTP/1.1\r\n${host}Expect: wonders\r\nContent-Length: 2\r\n\r\n{}`,
  `CONNECT x:1 HTTP/1.1\r\n${host}\r\n`,
  `OPTIONS * HTTP/1.1\r\n${host}\r\n`,
  'GET http://x/fhir/slow HTTP/1.0\r\n\r\n',
]
const rubbish = ['\r\n', '\n', '\0', ' ', 'zz', '\r\n\r\n', 'HTTP/1.1', 'Content-Length: 5\r\n', chunked, '\xff', host]
rubbish.push(
  'Upgrade: websocket\r\nConnection: upgrade\r\n',
  'Expect: x\r\n',
  'x'.repeat(70_000),
  'Connection: close\r\n',
)

function spoilt(text: string, random: Random): string {
  const at = random.integer(text.length + 1)
  const kinds = [
    () => text,
    () => text.slice(0, at) + text.slice(at + 1 + random.integer(20)),
    () => text.slice(0, at) + random.pick(rubbish) + text.slice(at),
    () => text.slice(0, at),
    () => text.slice(0, at) + String.fromCharCode(random.integer(256)) + text.slice(at + 1),
  ]
  return random.pick(kinds)()
}

async function send(random: Random): Promise<string> {
  const text = Array.from({ length: 1 + random.integer(3) }, () =>
    spoilt(spoilt(random.pick(requests), random), random),
  ).join('')
  const cut = random.integer(3) === 0 ? random.integer(text.length + 1) : text.length
  const resets = random.integer(15) === 0
  const socket = connect(listener.port, '127.0.0.1')
  let heard = ''
  socket.on('data', (bytes) => (heard += bytes.toString('latin1')))
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await new Promise((resolve) => socket.write(text.slice(0, cut), 'latin1', resolve))
  await sleep(random.integer(10))
  if (resets) socket.resetAndDestroy()
  else if (socket.writable) socket.write(text.slice(cut), 'latin1')
  await Promise.race([closed, sleep(60)])
  socket.destroy()
  await closed
  return heard
}

test('a thousand connections of damaged bytes end nothing but themselves', async () => {
  const thrown: unknown[] = []
  const note = (error: unknown) => void thrown.push(error)
  process.on('uncaughtExceptionMonitor', note)
  const statuses = new Set<string>()
  let left = 1000
  const worker = async (seed: number) => {
    const random = seededRandom(seed)
    while (left-- > 0)
      for (const [, status = ''] of (await send(random)).matchAll(/HTTP\/1\.1 (\d{3}) /g)) statuses.add(status)
  }
  await Promise.all(Array.from({ length: 20 }, (_, seed) => worker(seed + 1)))
  process.off('uncaughtExceptionMonitor', note)
  assert.deepEqual(thrown, [])
  for (const status of ['200', '400', '404', '405', '417']) assert.ok(statuses.has(status), `no ${status} among them`)
  for (const status of statuses) assert.ok(Number(status) < 500, status)
  log.flush()
  assert.equal(readFileSync(join(folder, 'log'), 'utf8').replaceAll(/.*answer broke off.*\n/g, ''), '')
  const answer = await fetch(`http://127.0.0.1:${listener.port}/fhir/slow`)
  assert.equal(await answer.text(), 'slow')
})
