import assert from 'node:assert/strict'
import { randomBytes, randomUUID, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { after, test } from 'node:test'
import { keyFolder } from '../../../simulators/nhs/tls/key-folder.ts'
import { listenMutualTls, peerOf } from '../../../src/platform/http/mutual-tls.ts'
import { aGateway, assertion, nhsNumber, settings } from '../../builders/gateway.ts'
import * as soap from '../../builders/soap.ts'
import { runLog } from '../../harness/run-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'weft-mtls-'))
const keys = keyFolder(folder, ['hospital', 'stranger'], new Date(), randomBytes)
const read = ({ keyFile, certFile }: { keyFile: string; certFile: string }) => ({
  key: readFileSync(keyFile),
  cert: readFileSync(certFile),
  ca: readFileSync(keys.caFile),
})
const hospital = read(keys.clients.hospital!)
const fingerprint = new X509Certificate(hospital.cert).fingerprint256.replaceAll(':', '').toLowerCase()
const gateway = aGateway({
  clientCertificate: (http) => peerOf(http)?.fingerprint,
  settings: { communities: [{ ...settings.communities[0]!, clientCertificates: [fingerprint] }] },
})
const listener = await listenMutualTls({
  host: '127.0.0.1',
  port: 0,
  tls: () => read(keys.server),
  mounts: [gateway.mount],
  tenant: 1,
  bodyLimitBytes: 100_000,
  requestTimeoutMs: 5000,
  log: runLog,
  ids: randomUUID,
})
after(async () => {
  await listener.stop()
  rmSync(folder, { recursive: true })
})

const post = (client: object, path: string, body: string) =>
  new Promise<{ status: number; text: string }>((done, failed) => {
    const sent = request(
      {
        host: 'localhost',
        port: listener.port,
        path,
        method: 'POST',
        agent: false,
        ca: readFileSync(keys.caFile),
        ...client,
        headers: { 'content-type': 'application/soap+xml' },
      },
      (response) => {
        response.setEncoding('utf8')
        let text = ''
        response.on('data', (chunk) => (text += chunk))
        response.on('end', () => done({ status: response.statusCode ?? 0, text }))
      },
    )
    sent.on('error', failed)
    sent.end(body)
  })
const query = () =>
  soap.envelope({
    action: soap.actions.iti38,
    body: soap.findDocuments(nhsNumber(1)),
    now: gateway.clock.now,
    security: assertion(gateway.clock.now),
  })

test('a community’s certificate opens the connection for its assertions, another’s does not', async () => {
  assert.match((await post(hospital, '/SOAP/iti38', query())).text, /ResponseStatusType:Success/)
  const refused = await post(read(keys.clients.stranger!), '/SOAP/iti38', query())
  assert.equal(refused.status, 400)
  assert.match(refused.text, /client certificate/)
})

test('without a certificate there is no connection', async () => {
  await assert.rejects(post({}, '/SOAP/iti38', query()))
})

test('too much of a body, or a path that is not there, is a Fault or not found', async () => {
  assert.match((await post(hospital, '/SOAP/iti38', 'x'.repeat(200_000))).text, /env:Fault/)
  assert.equal((await post(hospital, '/elsewhere', '')).status, 404)
})

test('bytes that are no HTTP, and a head that is too large, are answered with a Fault over the same connection', async () => {
  const heard = (bytes: string) =>
    new Promise<string>((done, failed) => {
      const options = { host: 'localhost', port: listener.port, ...hospital, ca: readFileSync(keys.caFile) }
      const socket = connect(options, () => socket.write(bytes))
      let text = ''
      socket.setEncoding('utf8')
      socket.on('data', (data) => (text += String(data)))
      socket.on('close', () => done(text))
      socket.on('error', failed)
    })
  for (const bytes of ['no request at all\r\n\r\n', 'POST /SOAP/iti38 HTTP/1.1\r\nContent-Length: many\r\n\r\n'])
    assert.match(await heard(bytes), /^HTTP\/1\.1 400 [^]*<[^>]*Fault\b/)
  const large = `POST /SOAP/iti38 HTTP/1.1\r\nhost: localhost\r\nx-large: ${'x'.repeat(100_000)}\r\n\r\n`
  assert.match(await heard(large), /^HTTP\/1\.1 431 [^]*<[^>]*Fault\b/)
  assert.match((await post(hospital, '/SOAP/iti38', query())).text, /ResponseStatusType:Success/)
})
