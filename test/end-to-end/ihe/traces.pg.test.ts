import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, test } from 'node:test'
import { madeHospital, madeWorld } from '../../../simulators/nhs/made-world.ts'
import { type Seen, startNhsSimulator } from '../../../simulators/nhs/start.ts'
import { population } from '../../../simulators/people/population.ts'
import { queryRequest, retrieveRequest } from '../../../src/app/gateway/ehr-requests.ts'
import { readAnswer, readQuery } from '../../../src/app/gateway/ehr-answers.ts'
import { localIssuer } from '../../../src/app/gateway/local-issuer.ts'
import { local } from '../../../src/app/gateway/local-settings.ts'
import { testDatabase } from '../../harness/database.ts'
import { otlpReceiver, type ReceivedSpan } from '../../harness/otlp-receiver.ts'
import { type Program, startProgram } from '../../harness/program.ts'

// The program as an operator runs it, the NHS in this process, and a collector.
const folder = mkdtempSync(join(tmpdir(), 'weft-traces-'))
const clock = () => new Date()
const seen: Seen[] = []
const nhs = await startNhsSimulator({
  world: madeWorld({ seed: 1, people: 20 }),
  folder: join(folder, 'nhs'),
  clock,
  ids: randomUUID,
  chance: Math.random,
  randomBytes,
  perSecond: 0,
  told: (one) => seen.push(one),
})
const collector = await otlpReceiver()
const database = await testDatabase()
const issuer = localIssuer(folder)
const [home] = madeHospital.communities
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
        },
      ],
      audit: { sourceId: 'gateway.example' },
    },
  }),
)
after(async () => {
  await nhs.stop()
  await collector.stop()
  rmSync(folder, { recursive: true })
})

const people = population(1, 20)
const { nhsNumber } = people.find(({ special }) => !special)!
const tools = () => ({ issuer, consumer: madeHospital, now: clock(), ids: randomUUID })
const loaded = join(folder, 'loaded-modules')
const serve = (environment: Record<string, string> = {}) =>
  startProgram(['serve'], {
    DATABASE_URL: database.app,
    GATEWAY_SETTINGS: join(folder, 'settings.json'),
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, '..', '..', 'harness', 'tell-modules.mjs')).href}`,
    WATCHED_MODULES: '/@opentelemetry/',
    LOADED_MODULES: loaded,
    ...environment,
  })
/** But for its types in JavaScript, which prom-client takes along. */
const openTelemetry = () =>
  (existsSync(loaded) ? readFileSync(loaded, 'utf8').split('\n') : []).filter(
    (file) => file !== '' && !file.includes('/@opentelemetry/api/'),
  )
const stopped = async (program: Program) => {
  program.process.kill('SIGTERM')
  return program.ended
}
const post = async (
  program: Program,
  request: { path: string; text: string },
  headers: Record<string, string> = {},
) => {
  const answer = await fetch(`${program.url}${request.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/soap+xml; charset=UTF-8', ...headers },
    body: request.text,
  })
  return readAnswer(Buffer.from(await answer.arrayBuffer()), answer.headers.get('content-type') ?? '')
}
const offered = async (program: Program) => {
  const { documents } = readQuery(await post(program, queryRequest(tools(), nhsNumber)))
  return documents.find(({ kind }) => kind === 'stable')!
}
const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20secret' }

test('without a collector nothing of OpenTelemetry is loaded; with one, a retrieve is one tree from the EHR to the NHS', async () => {
  const plain = await serve()
  const document = await offered(plain)
  assert.equal(await stopped(plain), 0)
  assert.deepEqual(openTelemetry(), [])
  assert.equal(collector.spans.length, 0)

  // A process that knows no token and has nothing in its cache.
  const program = await serve(traced)
  assert.ok(openTelemetry().some((file) => file.includes('/sdk-trace/')))
  seen.length = 0
  const [traceId, ehr] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
  const sent = { traceparent: `00-${traceId}-${ehr}-01` }
  await post(program, retrieveRequest(tools(), document), sent)
  await fetch(`${program.url}/fhir/Patient/nobody?name=Secret`)
  assert.equal(await stopped(program), 0)

  assert.equal(collector.headers[0]?.['x-key'], 'a secret')
  assert.equal(collector.resources[0]?.['service.name'], 'weft')
  const spans = collector.spans.filter((span) => span.traceId === traceId)
  assert.deepEqual(treeOf(spans, ehr), retrieved)

  // Each upstream was told the span of its own request.
  const clients = spans.filter((span) => 'weft.upstream' in span.attributes)
  assert.deepEqual(
    seen.map(({ traceparent }) => traceparent).toSorted(),
    clients.map(({ spanId }) => `00-${traceId}-${spanId}-01`).toSorted(),
  )
  const of = (name: string) => spans.find((span) => span.name === name)!.attributes
  assert.equal(of('POST /SOAP/iti39')['http.response.status_code'], 200)
  assert.equal(of('ITI-39')['weft.outcome'], 'retrieved')
  assert.equal(of('cache document')['weft.cache.hit'], false)
  assert.equal(of('gp-connect POST')['weft.attempt'], 1)
  assert.ok(spans.every(({ failed }) => !failed))

  const fhir = collector.spans.find(({ name }) => name === 'fhir read')!
  assert.equal(fhir.attributes['fhir.resource_type'], 'Patient')
  assert.equal(collector.spans.find(({ spanId }) => spanId === fhir.parentId)?.name, 'GET /fhir/:type/:id')
})

const retrieved = [
  'POST /SOAP/iti39',
  '  ITI-39',
  '    XUA',
  '      ihe_seen_first',
  '      ihe_seen_sweep',
  '    cache document',
  '      cache record',
  '        cache sds',
  '          sds GET',
  '          sds GET',
  '        gp-connect POST',
  '      convert',
  '      ihe_document_fix',
  '    cache pds',
  '      pds GET',
  '      token POST',
  '    ihe_document_by_unique_id',
  '    ihe_transaction_keep',
]

test('a cached retrieve says so; an attempt that failed has a span of its own, and so has what is refused', async () => {
  const program = await serve(traced)
  const document = await offered(program)
  await post(program, retrieveRequest(tools(), document))
  const traceId = randomBytes(16).toString('hex')
  const sent = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` }
  await post(program, retrieveRequest(tools(), document), sent)
  const restore = nhs.inject({ at: 'pds', does: { status: 503 }, times: 1 })
  const other = people.filter(({ special }) => !special)[1]!.nhsNumber
  await post(program, queryRequest(tools(), other), sent)
  restore()
  await post(
    program,
    { path: '/SOAP/iti38', text: queryRequest(tools(), other).text.replace('dr.example', 'dr.who') },
    sent,
  )
  assert.equal(await stopped(program), 0)
  const spans = collector.spans.filter((span) => span.traceId === traceId)
  const all = (name: string) => spans.filter((span) => span.name === name)
  assert.deepEqual(
    all('cache document').map(({ attributes }) => attributes['weft.cache.hit']),
    [true],
  )
  assert.deepEqual(
    all('pds GET').map(({ attributes, failed }) => [
      attributes['weft.attempt'],
      attributes['http.response.status_code'],
      failed,
    ]),
    [
      [1, 503, true],
      [2, 200, false],
    ],
  )
  assert.deepEqual(
    all('XUA').map(({ failed }) => failed),
    [false, false, true],
  )
  assert.equal(all('ITI-38').at(-1)?.attributes['weft.outcome'], 'fault: wsse:FailedCheck')
})

test('no span tells who anybody is', () => {
  const told = JSON.stringify(collector.spans)
  for (const person of people)
    for (const word of [person.nhsNumber, `"${person.family}"`, person.birthDate])
      assert.ok(!told.includes(word), `a span holds ${word}`)
  for (const word of ['dr.example', 'Erin', 'eyJ', 'Envelope', 'Secret', 'select ', '?'])
    assert.ok(!told.includes(word), `a span holds ${word}`)
})

test('what the caller did not sample is not sent, and its traceparent goes on all the same', async () => {
  const program = await serve(traced)
  seen.length = 0
  const traceId = randomBytes(16).toString('hex')
  await post(program, queryRequest(tools(), nhsNumber), { traceparent: `00-${traceId}-${'ab'.repeat(8)}-00` })
  assert.equal(await stopped(program), 0)
  assert.deepEqual(
    collector.spans.filter((span) => span.traceId === traceId),
    [],
  )
  assert.ok(seen.length > 0)
  for (const { traceparent } of seen) assert.match(traceparent ?? '', new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
})

test('a collector that is away, or takes a request and never answers, hurts nobody', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
  const { port } = silent.address() as { port: number }
  await Promise.all(
    ['http://127.0.0.1:9', `http://127.0.0.1:${port}`].map(async (endpoint) => {
      const program = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
      for (let asked = 0; asked < 20; asked++) assert.equal((await fetch(`${program.url}/fhir/Patient/x`)).status, 404)
      assert.equal(await stopped(program), 0, endpoint)
    }),
  )
  silent.close()
})

test('each of several processes sends its own', async () => {
  const before = collector.resources.length
  const program = await startProgram(['serve', 'fhir-server', '--workers', '2'], {
    DATABASE_URL: database.app,
    OTEL_SERVICE_NAME: 'weft-of-two',
    ...traced,
  })
  const traceId = randomBytes(16).toString('hex')
  const sent = { traceparent: `00-${traceId}-${'cd'.repeat(8)}-01`, connection: 'close' }
  await Promise.all(Array.from({ length: 20 }, () => fetch(`${program.url}/fhir/Patient/x`, { headers: sent })))
  assert.equal(await stopped(program), 0)
  assert.equal(collector.spans.filter((span) => span.traceId === traceId && span.name === 'fhir read').length, 20)
  const instances = new Set(collector.resources.slice(before).map((resource) => resource['service.instance.id']))
  assert.equal(instances.size, 2)
  assert.equal(collector.resources.at(-1)?.['service.name'], 'weft-of-two')
})

/** Names, indented below their parents; sorted, since what runs side by side comes in any order. */
function treeOf(spans: readonly ReceivedSpan[], parentId: string, depth = 0): string[] {
  return spans
    .filter((span) => span.parentId === parentId)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((span) => [`${'  '.repeat(depth)}${span.name}`, ...treeOf(spans, span.spanId, depth + 1)])
}
