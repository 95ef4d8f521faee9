import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { after, test } from 'node:test'
import { listen } from '../../../src/platform/http/fastify.ts'
import { jsonLog } from '../../../src/platform/telemetry/log.ts'
import { requestMetrics } from '../../../src/platform/telemetry/request-metrics.ts'
import { aGateway, nhsNumber } from '../../builders/gateway.ts'
import * as soap from '../../builders/soap.ts'
import { runLogFile } from '../../harness/run-log.ts'
import { until } from '../../harness/until.ts'

const gateway = aGateway()
const listener = await listen({
  host: '127.0.0.1',
  port: 0,
  mounts: [gateway.mount],
  tenant: 1,
  caller: { id: 'local', scopes: new Set() },
  bodyLimitBytes: 64 * 1024 * 1024,
  headTimeoutMs: 5000,
  bodyTimeoutMs: 30_000,
  requestTimeoutMs: 30_000,
  keepAliveMs: 1000,
  shutdownMs: 1000,
  compressFromBytes: 1_000_000_000,
  cors: { origins: [] },
  log: jsonLog('info', {}, runLogFile),
  requests: requestMetrics(),
  ids: randomUUID,
})
after(() => listener.stop())

const post = (body: Buffer | string, path = '/SOAP/iti38', type = 'application/soap+xml') =>
  new Promise<{ status: number; text: string }>((done) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: listener.port,
        path,
        method: 'POST',
        headers: { 'content-type': type, 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => done({ status: response.statusCode ?? 0, text }))
        response.on('error', () => done({ status: response.statusCode ?? 0, text }))
      },
    )
    // The server may hang up on what it does not want to read to its end.
    sent.on('error', () => done({ status: 0, text: '' }))
    sent.end(body)
  })
const good = () =>
  soap.envelope({ action: soap.actions.iti38, body: soap.findDocuments(nhsNumber(1)), now: gateway.clock.now })

test('whatever comes over HTTP gets a Fault and an audit record, and the next good request its answer', async () => {
  const bomb = Array.from({ length: 30 }, (_, index) => `<!ENTITY e${index + 1} "&e${index};&e${index};">`).join('')
  const bad: [string, Buffer | string, number, string?, string?][] = [
    ['a hundred megabytes', Buffer.alloc(100_000_000, 0x20), 413],
    ['two megabytes', Buffer.alloc(2_000_000, 0x20), 400],
    ['200,000 levels', '<a>'.repeat(200_000), 400],
    [
      'an external entity',
      `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${good().replace('urn:ihe:iti:2007:CrossGatewayQuery', '&x;')}`,
      400,
    ],
    ['a bomb of entities', `<!DOCTYPE a [<!ENTITY e0 "x">${bomb}]><a>&e30;</a>`, 400],
    ['nothing', '', 400],
    ['zeros', Buffer.alloc(1000), 400],
    ['JSON', '{}', 400, '/SOAP/iti38', 'application/json'],
    ['no such address', good(), 404, '/SOAP/iti99'],
    ['an unclosed package', soap.mtom(good()).slice(0, -10), 400, '/SOAP/iti38', soap.mtomType],
  ]
  for (const [name, body, status, path, type] of bad) {
    const before = gateway.log.records.length
    const answer = await post(body, path, type)
    // A connection that is cut while a body is still being sent is a refusal, too.
    const wasCut = name === 'a hundred megabytes' && answer.status === 0
    assert.equal(answer.status, wasCut ? 0 : status, name)
    if (!wasCut) assert.match(answer.text, /env:Fault/, name)
    await until(`a line is there of ${name}`, () => gateway.log.records.length > before)
    assert.equal(gateway.log.records.length, before + 1, name)
    const next = await post(good())
    assert.equal(next.status, 200, name)
    assert.match(next.text, /ResponseStatusType:Success/, name)
  }
})
