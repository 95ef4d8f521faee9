/**
 * ITI-38 and ITI-39 over HTTP, from cold and from the cache, with the simulated NHS of zero latency in another process
 * and PostgreSQL beside them: where the time of the processors goes, request by request.
 *
 *     node bench/ihe-gateway.ts [--seconds 5] [--cold 400] [--profile FOLDER]
 *
 * Floor: node:http giving the same bytes to the same client. Run it on a machine that has nothing else to do.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, parseArgs } from 'node:util'
import pg from 'pg'
import { madeHospital } from '../simulators/nhs/made-world.ts'
import { loadConfig } from '../src/app/config.ts'
import { readAnswer, readRetrieve } from '../src/app/gateway/ehr-answers.ts'
import { type EhrTools, localAssertion, queryRequest, retrieveRequest } from '../src/app/gateway/ehr-requests.ts'
import { localIssuer } from '../src/app/gateway/local-issuer.ts'
import { local } from '../src/app/gateway/local-settings.ts'
import { serve, settledPorts } from '../src/app/serve.ts'
import { iheGateway } from '../src/app/services/ihe-gateway.ts'
import { startEmbedded } from '../src/platform/database/embedded.ts'
import { migrate, readMigrations } from '../src/platform/database/migrate.ts'
import { figure } from './lib/closed-loop.ts'
import { type Cpu, ownCpu, postgresCpu } from './lib/cpu.ts'
import { playRole, type Role, startRole } from './lib/role.ts'
import { type Asked, type Patients, simulatedNhs, type SimulatedNhs } from './lib/simulated-nhs.ts'
import { startRedis, startServer } from './lib/server.ts'
import { fresh, soapLanes, type SoapLanes, soapRequest } from './lib/soap-lanes.ts'

const root = join(import.meta.dirname, '..')
const width = 12
/** As bin/weft.mjs starts it. */
const nodeOptions = ['--max-semi-space-size=16', '--heap-growing-percent=150', '--max-old-space-size=1024']
const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    cold: { type: 'string', default: '400' },
    profile: { type: 'string' },
    role: { type: 'string' },
    url: { type: 'string' },
    file: { type: 'string' },
    ordinary: { type: 'string', default: '100' },
  },
})
const seconds = Number(given.seconds)
const cold = Number(given.cold)
const ordinary = Number(given.ordinary)
/** Where each request needs an assertion that was signed before. */
const few = 600
/** Patients for each phase with records of a size, in this order; one more for each time that many ask for one. */
const shares = { pair: cold, each: Math.ceil(cold / 2), session: Math.ceil(cold / 4), workers: Math.ceil(cold / 2) }
const largeOnes = shares.pair + shares.each + shares.session + shares.workers + 2

const roles: Readonly<Record<string, () => Promise<void>>> = {
  async gateway() {
    const config = await settledPorts(loadConfig({ PORT: '0', GATEWAY_SETTINGS: given.file ?? '' }))
    await serve({ config, version: 'bench', databaseUrl: given.url ?? '', services: [iheGateway] })
    playRole(config.PORT)
  },
  async simulator() {
    const { patients, asked } = await simulatedNhs(given.file ?? '', ordinary, largeOnes)
    playRole(patients, { asked })
  },
  async floor() {
    const answer = readFileSync(given.file ?? '')
    const server = createServer((asked, response) => {
      asked
        .resume()
        .on('end', () =>
          response.writeHead(200, { 'content-type': 'text/xml', 'content-length': answer.length }).end(answer),
        )
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    playRole((server.address() as AddressInfo).port)
  },
}

type Bench = {
  readonly lanes: SoapLanes
  readonly gateway: Role<number>
  readonly simulator: Role<SimulatedNhs>
  readonly backend: number
  readonly requests: Requests
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'))
  const cluster = await startEmbedded({ weft: join(root, '.weft'), cluster: 'postgres-bench' })
  const name = `gateway_${process.pid}`
  const superuser = new pg.Client(cluster.superuser)
  await superuser.connect()
  await superuser.query(`create database ${name} owner weft_owner`)
  const at = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href
  const owner = new pg.Client(at(cluster.owner))
  await owner.connect()
  await migrate(owner, readMigrations(join(root, 'migrations')))
  await owner.end()
  const { rows } = await superuser.query<{ pid: number }>('select pg_backend_pid() as pid')
  const file = import.meta.filename
  const children: Role<unknown>[] = []
  try {
    const counts = ['--cold', String(cold), '--ordinary', String(ordinary)]
    const simulating = startRole<SimulatedNhs>(file, 'simulator', ['--file', folder, ...counts])
    const requests = madeRequests(folder)
    const simulator = await simulating
    children.push(simulator)
    const from = performance.now()
    const gateway = await startRole<number>(
      file,
      'gateway',
      ['--url', at(cluster.app), '--file', settingsFile(folder)],
      nodeOptions,
    )
    children.push(gateway)
    say('start-up', { ms: Math.round(performance.now() - from), wanted: 2000 })
    const lanes = await soapLanes(gateway.said, width)
    const bench: Bench = { lanes, gateway, simulator, backend: rows[0]?.pid ?? 0, requests }
    const typical = await coldPhases(bench)
    await cachedPhases(bench, typical, async (answer) => {
      const body = join(folder, 'answer.xml')
      writeFileSync(body, answer)
      const floor = await startRole<number>(file, 'floor', ['--file', body])
      children.push(floor)
      return floor.said
    })
    await together(bench, largeOnes - 1)
    lanes.close()
    await workersPhase(bench, { databaseUrl: at(cluster.app), settings: join(folder, 'settings.json') })
  } finally {
    for (const child of children) await child.stop()
    rmSync(folder, { recursive: true, force: true })
    await superuser.query(`drop database ${name} with (force)`)
    await superuser.end()
    await cluster.stop()
  }
  process.exit(0)
}

function settingsFile(folder: string): string {
  const nhs = JSON.parse(readFileSync(join(folder, 'nhs-settings.json'), 'utf8')) as { pds: object }
  const issuer = localIssuer(folder)
  const communities = madeHospital.communities
  writeFileSync(join(folder, 'issuer.pem'), issuer.publicKey)
  const settings = {
    nhs: { ...nhs, pds: { ...nhs.pds, perSecond: 10_000 } },
    gateway: {
      homeCommunityId: local.homeCommunityId,
      repositoryUniqueId: local.repositoryUniqueId,
      deviceId: local.deviceId,
      offer: ['delayed'],
      xua: {
        audiences: [local.audience],
        assertionUse: 'until-expiry',
        issuers: [{ issuer: issuer.issuer, certificateFiles: ['issuer.pem'], communities }],
      },
      communities: communities.map((id) => ({
        id,
        name: 'bench',
        organisations: [{ name: madeHospital.name, odsCode: madeHospital.odsCode }],
      })),
      audit: { sourceId: 'bench' },
    },
  }
  const file = join(folder, 'settings.json')
  writeFileSync(file, JSON.stringify(settings))
  return file
}

/** Requests with an assertion of their own, signed before anything is measured, or with the one of a session. */
type Requests = {
  query(nhsNumber: string, assertion: string): Buffer
  retrieve(documentUniqueId: string, assertion: string, mtom: boolean): Buffer
  readonly session: string
  next(): string
}

function madeRequests(folder: string): Requests {
  const tools: EhrTools = { issuer: localIssuer(folder), consumer: madeHospital, now: new Date(), ids: randomUUID }
  const signed = shares.pair + shares.workers + 2 * (shares.each + ordinary) + 2 * (few + width) + 1
  const assertions = Array.from({ length: signed }, () => localAssertion(tools))
  const whole = /<saml2:Assertion .*<\/saml2:Assertion>/s
  const query = queryRequest(tools, '@@').text
  const document = {
    home: local.homeCommunityId,
    repositoryUniqueId: local.repositoryUniqueId,
    documentUniqueId: '@@',
  }
  const retrieve = retrieveRequest(tools, document).text
  const filled = (text: string, value: string, assertion: string) =>
    text.replace('@@', value).replace(whole, () => assertion)
  const next = () => {
    const one = assertions.pop()
    if (!one) throw new Error('More assertions are used than were signed')
    return one
  }
  return {
    query: (nhsNumber, assertion) => soapRequest('/SOAP/iti38', filled(query, nhsNumber, assertion), false),
    retrieve: (id, assertion, mtom) => soapRequest('/SOAP/iti39', filled(retrieve, id, assertion), mtom),
    session: next(),
    next,
  }
}

type Kept = { readonly uniqueId: string; readonly bytes: number }

/** Query, then retrieve the document that was found: as an EHR does for a patient whom nobody asked about today. */
async function coldPair({ lanes, requests }: Bench, lane: number, nhsNumber: string, session?: string): Promise<Kept> {
  const query = requests.query(nhsNumber, session ?? requests.next())
  const { body } = await lanes.ask(lane, fresh(query), true)
  const uniqueId = /XDSDocumentEntry\.uniqueId.*?|value="(2\.25\.\d+)"/.exec(body.toString())?.[1]
  if (!uniqueId) throw new Error(`No document: ${body.subarray(0, 500)}`)
  const answer = await lanes.ask(lane, fresh(requests.retrieve(uniqueId, session ?? requests.next(), true)))
  return { uniqueId, bytes: succeeded(answer) }
}

function succeeded({ bytes, body }: { bytes: number; body: Buffer }): number {
  if (!body.includes('ResponseStatusType:Success')) throw new Error(`Not a success: ${body.subarray(0, 1000)}`)
  return bytes
}

async function coldPhases(bench: Bench): Promise<{ ordinary: Kept; large: Kept }> {
  const patients = bench.simulator.said
  const about = (some: Patients, documents: readonly Kept[]) => ({
    patients: some.length,
    recordKB: meanKB(some.map(({ bytes }) => bytes)),
    documentKB: meanKB(documents.map(({ bytes }) => bytes)),
  })
  const phase = async (name: string, title: string, some: Patients, assertion: () => string | undefined) => {
    const documents: Kept[] = []
    const figures = await measured(bench, { name, times: some.length }, async (lane, index) =>
      documents.push(await coldPair(bench, lane, some[index]?.nhsNumber ?? '', assertion())),
    )
    say(`cold ITI-38 + ITI-39, ${title}`, { ...about(some, documents), ...figures })
    return documents
  }
  const { next, session } = bench.requests
  const none = () => undefined
  const first = 'the first seconds of the process, records as they come'
  const ordinaryOnes = await phase('first', first, patients.ordinary, none)
  let from = 0
  const share = (many: number) => patients.large.slice(from, (from += many))
  const documents = await phase('pair', 'an assertion for each patient (wanted: 60)', share(shares.pair), next)
  await phase('each', 'an assertion for each request', share(shares.each), none)
  await phase('session', 'one assertion for all', share(shares.session), () => session)
  const median = (all: readonly Kept[]) => all.toSorted((a, b) => a.bytes - b.bytes)[Math.floor(all.length / 2)] as Kept
  return {
    ordinary: median(ordinaryOnes),
    large: documents.toSorted((a, b) => Math.abs(a.bytes - 300_000) - Math.abs(b.bytes - 300_000))[0] as Kept,
  }
}

async function cachedPhases(
  bench: Bench,
  typical: { ordinary: Kept; large: Kept },
  startFloor: (answer: Buffer) => Promise<number>,
): Promise<void> {
  const { lanes, requests, gateway } = bench
  for (const [name, { uniqueId }] of Object.entries(typical)) {
    const [mtom, plain] = [true, false].map((as) => requests.retrieve(uniqueId, requests.session, as)) as [
      Buffer,
      Buffer,
    ]
    const answer = await lanes.ask(0, fresh(mtom), true)
    const document = documentIn(answer)
    if (!document.equals(documentIn(await lanes.ask(0, fresh(plain), true))))
      throw new Error('The document comes in two ways')
    const run = async (load: Load, how: string, request: () => Buffer, through = lanes) => {
      const figures = await measured(bench, { ...load, name: `${load.name}-${name}` }, async (lane) =>
        succeeded(await through.ask(lane, request())),
      )
      say(`cached ITI-39, ${Math.round(document.length / 1000)} KB, ${how}`, figures)
    }
    await run({ name: 'mtom', seconds }, 'MTOM (wanted: 1500, p95 20)', () => fresh(mtom))
    await run({ name: 'base64', seconds }, 'base64 inside', () => fresh(plain))
    await run({ name: 'assertions', times: few }, 'MTOM, an assertion for each request', () =>
      requests.retrieve(uniqueId, requests.next(), true),
    )
    const floor = await soapLanes(await startFloor(answer.body), width)
    await run({ name: 'floor', seconds }, 'floor: node:http and the same bytes', () => fresh(mtom), floor)
    floor.close()
  }
  const request = requests.retrieve(typical.large.uniqueId, requests.session, true)
  const before = await gateway.memory()
  const figures = await measured(bench, { name: 'memory', times: 10_000 }, async (lane) =>
    succeeded(await lanes.ask(lane, fresh(request))),
  )
  say('memory over 10,000 requests', { before, after: await gateway.memory(), ...figures })
}

const documentIn = ({ body, contentType }: { body: Buffer; contentType: string }) => {
  const { ok, document } = readRetrieve(readAnswer(body, contentType))
  if (!ok || !document) throw new Error('The document does not come again')
  return document
}

/** 50 callers, one patient whom nobody has asked about. */
async function together(bench: Bench, which: number): Promise<void> {
  const { requests, simulator } = bench
  const patient = simulator.said.large[which]
  if (!patient) return
  const many = await soapLanes(bench.gateway.said, 50)
  const before = await simulator.ask<Asked>('asked')
  const all = <T>(work: (lane: number) => Promise<T>) =>
    Promise.all(Array.from({ length: 50 }, (_, lane) => work(lane)))
  const query = requests.query(patient.nhsNumber, requests.session)
  const answers = await all((lane) => many.ask(lane, fresh(query), true))
  const ids = new Set(answers.map(({ body }) => /value="(2\.25\.\d+)"/.exec(body.toString())?.[1] ?? ''))
  const retrieve = requests.retrieve([...ids][0] ?? '', requests.session, true)
  await all(async (lane) => succeeded(await many.ask(lane, fresh(retrieve))))
  const after = await simulator.ask<Asked>('asked')
  many.close()
  say('50 callers ask for one patient', {
    documents: ids.size,
    pds: after.pds - before.pds,
    sds: after.sds - before.sds,
    records: after.spine - before.spine,
    wanted: 1,
  })
}

/** Two processes that answer, as `weft serve --workers 2`; what they share is in Redis, or they share nothing. */
async function workersPhase(one: Bench, of: { databaseUrl: string; settings: string }): Promise<void> {
  const redis = await startRedis()
  const shared = redis && {
    CACHE_URL: `redis://127.0.0.1:${redis.port}`,
    CACHE_SECRET: randomBytes(32).toString('base64'),
  }
  const server = await startServer(
    join(root, 'src', 'main.ts'),
    ['ihe-gateway', '--workers', '2'],
    { DATABASE_URL: of.databaseUrl, GATEWAY_SETTINGS: of.settings, ...shared },
    nodeOptions,
  )
  const lanes = await soapLanes(server.port, width)
  const gateway = { ...one.gateway, said: server.port, cpu: server.cpu }
  const bench: Bench = { ...one, lanes, gateway }
  const title = `two workers, ${redis ? 'cache in Redis' : 'each its own cache: no redis-server is here'}`
  try {
    const { ordinary: warmUp, large } = one.simulator.said
    await measured(bench, { name: 'workers', times: warmUp.length }, (lane, index) =>
      coldPair(bench, lane, warmUp[index]?.nhsNumber ?? '', bench.requests.session),
    )
    const some = large.slice(-2 - shares.workers, -2)
    const documents: Kept[] = []
    const figures = async (load: Load, work: (lane: number, index: number) => Promise<unknown>) => {
      const before = await redis?.cpu()
      const taken = await measured(bench, load, work)
      const ms = ((await redis?.cpu())?.all ?? 0) - (before?.all ?? 0)
      return { ...taken, ...(redis && { redisCpuMs: round(ms / taken.times, 2) }) }
    }
    const cold = await figures({ name: 'workers', times: some.length }, async (lane, index) =>
      documents.push(await coldPair(bench, lane, some[index]?.nhsNumber ?? '', bench.requests.next())),
    )
    say(`cold ITI-38 + ITI-39, an assertion for each patient, ${title}`, cold)
    const [document] = documents.toSorted((a, b) => Math.abs(a.bytes - 300_000) - Math.abs(b.bytes - 300_000))
    const request = one.requests.retrieve(document?.uniqueId ?? '', one.requests.session, true)
    const cached = await figures({ name: 'workers-cached', seconds }, async (lane) =>
      succeeded(await lanes.ask(lane, fresh(request))),
    )
    say(`cached ITI-39, ${Math.round((document?.bytes ?? 0) / 1000)} KB, MTOM, ${title}`, cached)
    await together(bench, largeOnes - 2)
  } finally {
    lanes.close()
    await server.stop()
    await redis?.stop()
  }
}

/** So many times, or for so many seconds after one that does not count. */
type Load = { readonly name: string; readonly times?: number; readonly seconds?: number }

/** On every lane at once; with the processor time that each process took for one of them. */
async function measured(
  { gateway, simulator, backend }: Bench,
  { name, seconds, times: many = Number.POSITIVE_INFINITY }: Load,
  work: (lane: number, index: number) => Promise<unknown>,
) {
  const times: number[] = []
  let index = 0
  const loop = async (until: () => boolean) => {
    await Promise.all(
      Array.from({ length: width }, async (_, lane) => {
        while (!until()) {
          const started = performance.now()
          await work(lane, index++)
          times.push(performance.now() - started)
        }
      }),
    )
  }
  if (seconds !== undefined) {
    const warm = performance.now() + 1000
    await loop(() => performance.now() >= warm)
    times.length = 0
  }
  const profiled = await Promise.all(
    given.profile === undefined || name?.startsWith('workers')
      ? []
      : [gateway, simulator].map((role, index) =>
          role.profile(join(given.profile ?? '', `${name}-${index === 0 ? 'gateway' : 'simulator'}.cpuprofile`)),
        ),
  )
  const taken = async () => [await gateway.cpu(), await simulator.cpu(), postgresCpu(backend), ownCpu()] as const
  const before = await taken()
  const from = performance.now()
  const end = from + (seconds ?? Number.POSITIVE_INFINITY) * 1000
  await loop(() => index >= many || performance.now() >= end)
  const ms = performance.now() - from
  const after = await taken()
  for (const end of profiled) await end()
  const each = (which: 0 | 1 | 2 | 3, part: keyof Cpu = 'all') =>
    round((after[which][part] - before[which][part]) / times.length, 2)
  const { perSecond, p50Ms, p95Ms, p99Ms } = figure(times, ms / 1000)
  return {
    times: times.length,
    perSecond: round(perSecond, perSecond < 100 ? 1 : 0),
    p50Ms: round(p50Ms, 1),
    p95Ms: round(p95Ms, 1),
    p99Ms: round(p99Ms, 1),
    cpuMs: {
      gateway: each(0),
      itsMainThread: each(0, 'main'),
      simulator: each(1),
      postgres: each(2),
      client: each(3),
    },
  }
}

const round = (value: number, digits: number) => Number(value.toFixed(digits))
const meanKB = (bytes: readonly number[]) => Math.round(bytes.reduce((sum, one) => sum + one, 0) / bytes.length / 1000)
const say = (what: string, figures: object) =>
  console.log(`${what}\n  ${inspect(figures, { breakLength: Number.POSITIVE_INFINITY })}`)

await (given.role === undefined ? main() : roles[given.role]?.())
