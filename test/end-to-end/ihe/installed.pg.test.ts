import assert from 'node:assert/strict'
import { randomBytes, randomUUID, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, test } from 'node:test'
import { createServer } from 'node:tls'
import { madeHospital, madeWorld } from '../../../simulators/nhs/made-world.ts'
import { startNhsSimulator } from '../../../simulators/nhs/start.ts'
import { keyFolder } from '../../../simulators/nhs/tls/key-folder.ts'
import { population } from '../../../simulators/people/population.ts'
import { localIssuer } from '../../../src/app/gateway/local-issuer.ts'
import { local } from '../../../src/app/gateway/local-settings.ts'
import { startGateway } from '../../../src/app/gateway/start-gateway.ts'
import { type Post, tryGateway } from '../../../src/app/gateway/try-gateway.ts'
import type { Call } from '../../../src/kernel/ports.ts'
import { memoryCache } from '../../../src/platform/cache/memory.ts'
import { postgres } from '../../../src/platform/database/postgres.ts'
import { convertToCcda } from '../../../src/standards/ccda/convert.ts'
import { whole } from '../../builders/gateway.ts'
import { testDatabase } from '../../harness/database.ts'
import { runLog } from '../../harness/run-log.ts'
import { until } from '../../harness/until.ts'

// An installation as an operator makes one: a settings file, certificates, an audit record repository.
const folder = mkdtempSync(join(tmpdir(), 'weft-installed-'))
let ahead = 0
const clock = () => new Date(Date.now() + ahead)
const seconds = () => performance.now() / 1000
const log = runLog
const keys = keyFolder(join(folder, 'keys'), ['ehr', 'gateway'], clock(), randomBytes)
const ehr = keys.clients.ehr!
const nhs = await startNhsSimulator({
  world: madeWorld({ seed: 1, people: 20 }),
  folder: join(folder, 'nhs'),
  clock,
  ids: randomUUID,
  chance: Math.random,
  randomBytes,
  perSecond: 0,
})
const audited: string[] = []
const repository = createServer(
  {
    key: readFileSync(keys.server.keyFile),
    cert: readFileSync(keys.server.certFile),
    ca: readFileSync(keys.caFile),
    requestCert: true,
    rejectUnauthorized: true,
  },
  (socket) => socket.on('data', (data) => audited.push(data.toString())).on('error', () => {}),
)
await new Promise<void>((done) => repository.listen(0, '127.0.0.1', done))
const issuer = localIssuer(folder)
const [home] = madeHospital.communities
const fingerprint = new X509Certificate(readFileSync(ehr.certFile)).fingerprint256
writeFileSync(join(folder, 'issuer.pem'), issuer.publicKey)
writeFileSync(
  join(folder, 'settings.json'),
  JSON.stringify({
    nhs: nhs.settings,
    gateway: {
      homeCommunityId: local.homeCommunityId,
      repositoryUniqueId: local.repositoryUniqueId,
      deviceId: local.deviceId,
      xua: {
        audiences: [local.audience],
        issuers: [{ issuer: issuer.issuer, certificateFiles: ['issuer.pem'], communities: [home] }],
      },
      communities: [
        {
          id: home,
          name: 'The hospital',
          organisations: [{ name: madeHospital.name, odsCode: madeHospital.odsCode }],
          clientCertificates: [fingerprint],
        },
      ],
      mutualTls: {
        host: '127.0.0.1',
        port: 0,
        keyFile: keys.server.keyFile,
        certFile: keys.server.certFile,
        caFile: keys.caFile,
      },
      proxy: { addresses: ['192.0.2.7'], certificateHeader: 'x-client-certificate' },
      audit: {
        sourceId: 'gateway.example',
        syslog: {
          host: 'localhost',
          port: (repository.address() as AddressInfo).port,
          keyFile: relative(folder, keys.clients.gateway!.keyFile),
          certFile: relative(folder, keys.clients.gateway!.certFile),
          caFile: 'keys/ca.pem',
        },
      },
    },
  }),
)
const address = await testDatabase()
const database = postgres({ connectionString: address.app, maxConnections: 4, statementTimeoutMs: 10_000 })
const gateway = await startGateway({
  settingsFile: join(folder, 'settings.json'),
  folder,
  clock,
  ids: randomUUID,
  log,
  seconds,
  chance: Math.random,
  randomBytes,
  database,
  cache: memoryCache(clock, 100_000_000, seconds),
  convert: convertToCcda,
  meter: { transaction: () => {} },
  tenant: 1,
})
after(async () => {
  await gateway.stop()
  await nhs.stop()
  await database.stop()
  await new Promise((done) => repository.close(done))
  rmSync(folder, { recursive: true })
})

const number = population(1, 1)[0]!.nhsNumber
const attempt = async (post: Post, by = issuer) => {
  const told: string[] = []
  const tools = () => ({ issuer: by, consumer: madeHospital, now: clock(), ids: randomUUID })
  const { ok } = await tryGateway(post, tools, number, (line) => told.push(line), seconds)
  return { ok, told: told.join('\n') }
}

test('an EHR with the community’s certificate gets a GP record, and the audit record repository hears of each step', async () => {
  const { ok, told } = await attempt(
    (path, contentType, body) =>
      new Promise((done, failed) => {
        const sent = request(
          {
            host: 'localhost',
            port: gateway.mutualTlsPort,
            path,
            method: 'POST',
            agent: false,
            key: readFileSync(ehr.keyFile),
            cert: readFileSync(ehr.certFile),
            ca: readFileSync(keys.caFile),
            headers: { 'content-type': contentType },
          },
          (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk: Buffer) => chunks.push(chunk))
            response.on('end', () =>
              done({ contentType: response.headers['content-type'] ?? '', body: Buffer.concat(chunks) }),
            )
          },
        )
        sent.on('error', failed)
        sent.end(body)
      }),
  )
  assert.ok(ok, told)
  await until('all three have come', () => audited.join('').split('</AuditMessage>').length >= 4)
  const heard = audited.join('')
  for (const transaction of ['ITI-55', 'ITI-38', 'ITI-39'])
    assert.match(heard, new RegExp(`IHE\\+RFC-3881[^]*csd-code="${transaction}"`))
  assert.match(heard, new RegExp(number))
})

const call: Call = {
  tenant: 1,
  caller: { id: 'test', scopes: new Set() },
  requestId: 'test',
  signal: new AbortController().signal,
  log,
}
const by =
  (remoteAddress: string, certificate?: string): Post =>
  async (path, contentType, body) => {
    const route = gateway.mounts.flatMap((mount) => mount.routes).find((one) => one.path === path)!
    const headers = { 'content-type': contentType, ...(certificate && { 'x-client-certificate': certificate }) }
    const asked = { method: 'POST', path, query: '', params: {}, headers, body, remoteAddress } as const
    const answer = whole(await route.handle(call, asked))
    return { contentType: answer.headers?.['content-type'] ?? '', body: answer.body }
  }

test('on the plain listener a certificate counts only where the proxy says so, and only the proxy', async () => {
  assert.ok((await attempt(by('::ffff:192.0.2.7', fingerprint))).ok)
  for (const post of [by('192.0.2.7'), by('192.0.2.7', 'ab'.repeat(32)), by('192.0.2.8', fingerprint)])
    assert.match((await attempt(post)).told, /FailedAuthentication/)
})

test('an issuer that changes its key is believed by the new one within seconds, and by the old one no longer', async () => {
  const post = by('192.0.2.7', fingerprint)
  const other = localIssuer(mkdtempSync(join(folder, 'other-')))
  assert.match((await attempt(post, other)).told, /FailedCheck/)
  const look = () => (ahead += 10_000)

  writeFileSync(join(folder, 'issuer.pem'), other.publicKey.slice(0, 40))
  look()
  assert.ok((await attempt(post)).ok, 'half a file is not taken')

  writeFileSync(join(folder, 'issuer.pem'), other.publicKey)
  look()
  assert.ok((await attempt(post, other)).ok)
  assert.match((await attempt(post)).told, /FailedCheck/)
})
