import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { madeHospital } from '../../../simulators/nhs/made-world.ts'
import { population } from '../../../simulators/people/population.ts'
import type { Post } from '../../../src/app/gateway/try-gateway.ts'
import { tryGateway } from '../../../src/app/gateway/try-gateway.ts'
import { localIssuer } from '../../../src/app/gateway/local-issuer.ts'
import { startGateway } from '../../../src/app/gateway/start-gateway.ts'
import type { Call } from '../../../src/kernel/ports.ts'
import { memoryCache } from '../../../src/platform/cache/memory.ts'
import { postgres } from '../../../src/platform/database/postgres.ts'
import { convertToCcda } from '../../../src/standards/ccda/convert.ts'
import { readXml } from '../../../src/standards/xml/read.ts'
import { whole } from '../../builders/gateway.ts'
import { testDatabase } from '../../harness/database.ts'
import { alsoKept } from '../../harness/run-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'weft-gateway-'))
const address = await testDatabase()
const database = postgres({ connectionString: address.app, maxConnections: 4, statementTimeoutMs: 10_000 })
const lines: unknown[] = []
const note = (event: string, fields?: object) => void lines.push([event, fields])
const log = alsoKept({ info: note, warn: note, error: note })
const seconds = () => performance.now() / 1000
const clock = () => new Date()
const gateway = await startGateway({
  settingsFile: undefined,
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
  await database.stop()
  rmSync(folder, { recursive: true })
})
const call: Call = {
  tenant: 1,
  caller: { id: 'test', scopes: new Set() },
  requestId: 'test',
  signal: new AbortController().signal,
  log,
}
const routes = gateway.mounts.flatMap((mount) => mount.routes)
const post: Post = async (path, contentType, body) => {
  const route = routes.find((one) => one.path === path)!
  const answer = whole(
    await route.handle(call, {
      method: 'POST',
      path,
      query: '',
      params: {},
      headers: { 'content-type': contentType },
      body,
    }),
  )
  return { contentType: answer.headers?.['content-type'] ?? '', body: answer.body }
}
const issuer = localIssuer(folder)
const people = population(1, 200)
const attempt = async (nhsNumber: string) => {
  const told: string[] = []
  const tried = await tryGateway(
    post,
    () => ({ issuer, consumer: madeHospital, now: clock(), ids: randomUUID }),
    nhsNumber,
    (line) => told.push(line),
    seconds,
  )
  return { ...tried, told: told.join('\n') }
}
const special = (wanted: string) => people.find((person) => person.special === wanted)!.nhsNumber

test('an EHR finds a patient, their documents, and gets the GP record as C-CDA', async () => {
  const { ok, document, told } = await attempt(people.find((person) => !person.special)!.nhsNumber)
  assert.ok(ok, told)
  const root = readXml(document!)
  assert.equal(root.local, 'ClinicalDocument')
  assert.ok(document!.length > 20_000, `${document!.length} bytes`)
})

test('whoever’s record cannot be had is told why, each in their own way', async () => {
  const expected: Record<string, RegExp> = {
    restricted: /ITI-55.*AA OK[^]*restricted[^]*ITI-38.*Failure[^]*XDSRegistryError: The patient is restricted/,
    deceased: /ITI-55.*AA OK[^]*has died[^]*XDSRegistryError: The patient has died/,
    'no-gp': /registered with no practice[^]*XDSRegistryError/,
    superseded: /ITI-55.*AA OK[^]*superseded/,
    dissent: /ITI-38.*Success[^]*ITI-39.*Failure[^]*does not consent/,
  }
  for (const [kind, pattern] of Object.entries(expected)) {
    const { told } = await attempt(special(kind))
    assert.match(told, pattern, kind)
  }
  assert.match((await attempt('9999999999')).told, /AA NF|AE AE/)
})

test('the operators’ page tells of it, and neither page nor log names a patient or the doctor', async () => {
  const page = await routes
    .find(({ path }) => path === '/gateway')!
    .handle(call, { method: 'GET', path: '/gateway', query: '', params: {}, headers: {}, body: undefined })
  const seen = String(page.body) + JSON.stringify(lines)
  assert.match(String(page.body), /ITI-39<\/td><td>retrieved/)
  for (const { nhsNumber, family } of people) {
    assert.ok(!seen.includes(nhsNumber))
    assert.ok(!seen.includes(`"${family}"`))
  }
  for (const secret of ['dr.example', 'Erin', 'Assertion', 'env:Envelope']) assert.ok(!seen.includes(secret), secret)
})
