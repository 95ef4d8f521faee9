import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createServer } from 'node:tls'
import { keyFolder } from '../../../simulators/nhs/tls/key-folder.ts'
import { syslogTls } from './syslog-tls.ts'
import { runLog } from '../../../test/harness/run-log.ts'
import { until } from '../../../test/harness/until.ts'

const folder = mkdtempSync(join(tmpdir(), 'weft-atna-'))
after(() => rmSync(folder, { recursive: true }))
const keys = keyFolder(folder, ['gateway'], new Date(), randomBytes)
const quiet = runLog

test('audit messages reach the repository framed, in order, also those of a time when it was away', async () => {
  const received: string[] = []
  const repository = () =>
    createServer(
      {
        key: readFileSync(keys.server.keyFile),
        cert: readFileSync(keys.server.certFile),
        ca: readFileSync(keys.caFile),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (socket) => socket.on('data', (data) => received.push(data.toString())),
    )
  const first = repository()
  await new Promise<void>((done) => first.listen(0, '127.0.0.1', done))
  const { port } = first.address() as AddressInfo
  await new Promise((done) => first.close(done))

  const { keyFile, certFile } = keys.clients.gateway!
  const sender = syslogTls({
    host: 'localhost',
    port,
    tls: () => ({ key: readFileSync(keyFile), cert: readFileSync(certFile), ca: readFileSync(keys.caFile) }),
    source: { host: 'gateway.example', application: 'weft', process: '1' },
    log: quiet,
    retryMs: 20,
  })
  const at = new Date('2026-03-01T12:00:00Z')
  sender.send('<AuditMessage>é</AuditMessage>', at)
  sender.send('<AuditMessage>2</AuditMessage>', at)
  assert.equal(sender.state().sent, 0)
  const second = repository()
  await new Promise<void>((done) => second.listen(port, '127.0.0.1', done))
  await until('both have come', () => received.join('').split('</AuditMessage>').length >= 3)
  await sender.stop()
  await new Promise((done) => second.close(done))
  const text = received.join('')
  const [, length, header] =
    /^(\d+) (<85>1 2026-03-01T12:00:00.000Z gateway.example weft 1 IHE\+RFC-3881 - )\ufeff<AuditMessage>é/.exec(text) ??
    []
  assert.equal(Number(length), Buffer.byteLength(`${header}\ufeff<AuditMessage>é</AuditMessage>`))
  assert.match(text, /é<\/AuditMessage>\d+ <85>1 .*<AuditMessage>2</)
})
