/**
 * The FHIR server beside floors of the same run, on a PostgreSQL of its own.
 *
 *     node bench/fhir-server.ts [--resources 100000] [--seconds 5]
 *
 * read: against node:http and one prepared SELECT of the same document. create: against the same rows written by one
 * prepared statement from the same driver. search: against SQL written by hand. Server and floors each in a process.
 */
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { loadConfig } from '../src/app/config.ts'
import { serve, settledPorts } from '../src/app/serve.ts'
import type { Service } from '../src/app/service.ts'
import { fhirServer } from '../src/app/services/fhir-server.ts'
import type { Call } from '../src/kernel/ports.ts'
import { startEmbedded } from '../src/platform/database/embedded.ts'
import { migrate, readMigrations } from '../src/platform/database/migrate.ts'
import { postgres } from '../src/platform/database/postgres.ts'
import { loadDefinitions } from '../src/platform/definitions/load.ts'
import { putChange } from '../src/services/fhir-server/interactions/prepare.ts'
import { parameterKey, referenceKey, tokenKey } from '../src/services/fhir-server/search/hash.ts'
import { startFhirServer } from '../src/services/fhir-server/service.ts'
import { writeStatement } from '../src/services/fhir-server/store/write.ts'
import type { Resource } from '../src/standards/fhir/types.ts'
import { type Figure, httpLanes, measure } from './lib/closed-loop.ts'
import { rng } from './lib/rng.ts'

const width = 16
const root = join(import.meta.dirname, '..')
const { values: given } = parseArgs({
  options: {
    resources: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '5' },
    role: { type: 'string' },
    url: { type: 'string' },
  },
})
const seconds = Number(given.seconds)
const random = rng(7)
const codes = ['8867-4', '29463-7', '8310-5', '2339-0', '718-7']

const patient = (n: number): Resource => ({
  resourceType: 'Patient',
  id: `p${n}`,
  identifier: [{ system: 'urn:bench', value: `P${n}` }],
  active: true,
  name: [{ use: 'official', family: `Family${n % 997}`, given: ['Ada', `Given${n % 89}`] }],
  telecom: [{ system: 'phone', value: `555-${n}`, use: 'home' }],
  gender: n % 2 === 0 ? 'female' : 'male',
  birthDate: `${1930 + (n % 80)}-0${1 + (n % 9)}-1${n % 9}`,
  address: [{ use: 'home', line: [`${n} Main Street`], city: 'Springfield', state: 'IL', postalCode: '62701' }],
})
const observation = (n: number, patients: number): Resource => ({
  resourceType: 'Observation',
  id: `o${n}`,
  status: 'final',
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
  ],
  code: { coding: [{ system: 'http://loinc.org', code: codes[n % codes.length] }] },
  subject: { reference: `Patient/p${n % patients}` },
  effectiveDateTime: new Date(Date.UTC(2018, 0, 1) + random.int(6 * 365 * 86_400) * 1000)
    .toISOString()
    .replace('.000', ''),
  valueQuantity: { value: 40 + random.int(1000) / 10, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
})

const roles: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  // What a read costs at least: the listener of Node and one statement that is prepared.
  async 'read-floor'(url) {
    const pool = new pg.Pool({ connectionString: url, max: 10 })
    const text = `select d.document from fhir.resource r join fhir.version d on d.tenant = 1 and d.rid = r.rid and d.v = r.v
      where r.tenant = 1 and r.type = 'Patient' and r.id = $1`
    const server = createServer((request, response) => {
      pool.query({ name: 'floor', text, values: [request.url?.slice(1)] }).then(({ rows }) => {
        response.writeHead(200, { 'content-type': 'application/fhir+json' })
        response.end(rows[0].document)
      })
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    return { port: (server.address() as AddressInfo).port }
  },

  // The same rows, reckoned before the clock runs, in one prepared statement.
  async 'write-floor'(url) {
    const database = postgres({ connectionString: url, maxConnections: 10, statementTimeoutMs: 60_000 })
    const { server } = await fhirService(database)
    const at = new Date()
    const next = () => {
      const id = randomUUID()
      return writeStatement(1, [putChange(server, { ...patient(random.int(1e9)), id }, id, undefined, at).change], [at])
    }
    const ready = Array.from({ length: 4000 * (seconds + 1) }, next)
    const figure = await measure(width, seconds, async () => {
      const statement = ready.pop()
      if (!statement) throw new Error('Too few statements were made ready')
      await database.query(1, statement)
    })
    await database.stop()
    return { figure }
  },

  async 'search-floor'(url) {
    const pool = new pg.Pool({
      connectionString: url,
      max: 10,
      options: '-c jit=off',
    })
    const patients = await patientCount(pool)
    // Its steps are fixed: left to the planner, it goes along the dates of everybody, and takes 79 ms among 500,000.
    const text = `with s as materialized (select rid from fhir.ix where tenant = 1 and h = $1 and until is null)
      select d.document from s
      cross join lateral (select from fhir.ix where tenant = 1 and h = $2 and rid = s.rid and until is null limit 1) c
      cross join lateral (
        select hi from fhir.ix_date where tenant = 1 and p = $3 and rid = s.rid and last and until is null limit 1) t
      cross join lateral (select document from fhir.version where tenant = 1 and rid = s.rid order by v desc limit 1) d
      order by t.hi desc limit 20`
    let found = 0
    const figure = await measure(width, seconds, async () => {
      const subject = referenceKey('Observation.patient', `Patient/p${random.int(patients)}`)
      const code = tokenKey.systemAndCode('Observation.code', 'http://loinc.org', codes[random.int(5)] as string)
      const { rows } = await pool.query({
        name: 'floor',
        text,
        values: [String(subject), String(code), String(parameterKey('Observation.date'))],
      })
      found += rows.length
    })
    await pool.end()
    if (found === 0)
      throw new Error('The statement by hand finds nothing: what it asks for is indexed under other hashes')
    return { figure }
  },

  weft: (url) => served(url, fhirServer),
  'weft-unchecked': (url) =>
    served(url, { ...fhirServer, start: async (wiring) => fhirService(wiring.database, `${wiring.publicUrl}/fhir`) }),
}

function fhirService(database: Parameters<typeof startFhirServer>[0]['database'], publicUrl = 'http://localhost/fhir') {
  return startFhirServer({
    database,
    definitions: loadDefinitions(),
    clock: () => new Date(),
    ids: randomUUID,
    log: { info() {}, warn() {}, error: console.error },
    publicUrl,
    version: 'bench',
    validate: () => [],
    policyOf: async () => 'refuse',
    patch: (_patch, before) => before,
    pagingLifetimeSeconds: 3600,
    tenants: [1],
  })
}

async function served(url: string, service: Service) {
  const config = await settledPorts(loadConfig({ PORT: '0', PUBLIC_URL: 'http://localhost', LOG_LEVEL: 'warn' }))
  await serve({ config, version: 'bench', databaseUrl: url, services: [service] })
  return { port: config.PORT }
}

async function patientCount(pool: pg.Pool): Promise<number> {
  const client = await pool.connect()
  await client.query(`select set_config('weft.tenant', '1', false)`)
  const { rows } = await client.query(
    `select count(*)::int as n from fhir.resource where tenant = 1 and type = 'Patient' and id like 'p%' and length(id) < 10`,
  )
  client.release()
  return rows[0].n
}

if (given.role !== undefined) {
  const answer = await roles[given.role]?.(given.url as string)
  process.send?.(answer)
} else await main()

async function main(): Promise<void> {
  const cluster = await startEmbedded({
    weft: join(root, '.weft'),
    cluster: 'postgres-bench',
    settings: { shared_buffers: '1GB', max_wal_size: '4GB' },
  })
  try {
    const owner = new pg.Client(cluster.superuser)
    await owner.connect()
    await owner.query('drop database if exists bench with (force)')
    await owner.query('create database bench owner weft_owner')
    await owner.end()
    const urlOf = (url: string) => {
      const parsed = new URL(url)
      parsed.pathname = '/bench'
      return parsed.toString()
    }
    const migrator = new pg.Client(urlOf(cluster.owner))
    await migrator.connect()
    await migrate(migrator, readMigrations(join(root, 'migrations')))
    await migrator.end()
    await run(urlOf(cluster.app), urlOf(cluster.superuser), Number(given.resources))
  } finally {
    await cluster.stop()
  }
}

async function run(url: string, superuser: string, resources: number): Promise<void> {
  const patients = Math.ceil(resources / 50)
  await fill(url, resources, patients)
  const vacuum = new pg.Client(superuser)
  await vacuum.connect()
  await vacuum.query('vacuum analyze')
  // The floors read without a tenant of their own.
  await vacuum.query(`alter role weft_app in database bench set weft.tenant = '1'`)
  await vacuum.end()

  const rows: [string, Figure, Figure][] = []
  const readFloor = await overHttp('read-floor', url, () => ({
    method: 'GET',
    path: `/p${random.int(patients)}`,
    status: 200,
  }))
  const read = await overHttp('weft', url, () => ({
    method: 'GET',
    path: `/fhir/Patient/p${random.int(patients)}`,
    status: 200,
  }))
  rows.push(['read by id / node:http + prepared SELECT', read, readFloor])
  const searchFloor = (await inProcess('search-floor', url)).figure
  const search = await overHttp('weft', url, () => ({
    method: 'GET',
    path: `/fhir/Observation?patient=p${random.int(patients)}&code=http://loinc.org|${codes[random.int(5)]}&_sort=-date&_count=20`,
    status: 200,
  }))
  rows.push([`search by patient and code, newest first, among ${resources} / SQL by hand`, search, searchFloor])
  const body = () => {
    const { id: _id, ...rest } = patient(random.int(1e9))
    return { method: 'POST', path: '/fhir/Patient', body: JSON.stringify(rest), status: 201 }
  }
  const writeFloor = (await inProcess('write-floor', url)).figure
  const unchecked = await overHttp('weft-unchecked', url, body)
  const checked = await overHttp('weft', url, body)
  rows.push(['create / the same rows by one prepared statement', checked, writeFloor])
  rows.push(['create / create without validation', checked, unchecked])

  console.log(
    `\n| ratio of | per second | floor | ratio | p50 ms | floor p50 | p99 ms |\n| --- | --: | --: | --: | --: | --: | --: |`,
  )
  for (const [name, ours, floor] of rows)
    console.log(
      `| ${name} | ${ours.perSecond.toFixed(0)} | ${floor.perSecond.toFixed(0)} | ${(ours.perSecond / floor.perSecond).toFixed(2)} | ${ours.p50Ms.toFixed(2)} | ${floor.p50Ms.toFixed(2)} | ${ours.p99Ms.toFixed(1)} |`,
    )
}

async function fill(url: string, resources: number, patients: number): Promise<void> {
  const database = postgres({ connectionString: url, maxConnections: 4, statementTimeoutMs: 120_000 })
  const { server, stop } = await fhirService(database)
  const call: Call = {
    tenant: 1,
    caller: { id: 'bench', scopes: new Set() },
    requestId: 'fill',
    signal: new AbortController().signal,
    log: { info() {}, warn() {}, error() {} },
  }
  const started = performance.now()
  const size = 200
  let next = 0
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      while (next < resources) {
        const from = next
        next += size
        const at = new Date()
        const changes = Array.from({ length: Math.min(size, resources - from) }, (_, i) => {
          const n = from + i
          const resource = n < patients ? patient(n) : observation(n, patients)
          return putChange(server, resource, resource.id as string, undefined, at).change
        })
        await server.store.write(call, changes, at)
        if (from % 20_000 === 0)
          console.log(`${from} resources, ${Math.round(next / ((performance.now() - started) / 1000))} a second`)
      }
    }),
  )
  await stop()
  await database.stop()
}

type Answer = { port?: number; figure: Figure }

function start(role: string, url: string) {
  const child = fork(import.meta.filename, ['--role', role, '--url', url, '--seconds', String(seconds)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const answer = new Promise<Answer>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Answer))
    child.once('exit', (code) => reject(new Error(`${role} ended with ${code}`)))
  })
  return { child, answer }
}

async function inProcess(role: string, url: string): Promise<Answer> {
  const { child, answer } = start(role, url)
  const found = await answer
  child.kill()
  return found
}

async function overHttp(
  role: string,
  url: string,
  ask: () => Parameters<Awaited<ReturnType<typeof httpLanes>>['ask']>[1],
): Promise<Figure> {
  const { child, answer } = start(role, url)
  const { port } = await answer
  const lanes = await httpLanes(port as number, width)
  const figure = await measure(width, seconds, async (lane) => void (await lanes.ask(lane, ask())))
  lanes.close()
  child.kill()
  return figure
}
