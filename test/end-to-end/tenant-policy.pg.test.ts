/** Two tenants side by side on one database: one refuses what the other keeps with a warning. Over real sockets. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { loadConfig } from '../../src/app/config.ts'
import { runCommand } from '../../src/app/run-command.ts'
import { serve, settledPorts } from '../../src/app/serve.ts'
import { services } from '../../src/app/services.ts'
import { testDatabase } from '../harness/database.ts'
import { until } from '../harness/until.ts'

const root = join(import.meta.dirname, '..', '..')
const { app, owner } = await testDatabase()
const folder = mkdtempSync(join(tmpdir(), 'weft-tenants-'))
after(() => rmSync(folder, { recursive: true }))

async function weft(environment: Record<string, string>, ...args: string[]) {
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const code = await runCommand(args, {
    environment: { LOG_LEVEL: 'silent', DATABASE_URL: app, ...environment },
    root,
    now: () => new Date(),
    print,
    tell: print,
    screen: undefined,
  })
  return { code, text: lines.join('\n') }
}
const asOwner = { DATABASE_OWNER_URL: owner }

async function serverOf(tenant: number) {
  // Servers of one tenant have one address, as behind a proxy: what is local in its records depends on it.
  const environment = { PORT: '0', PUBLIC_URL: 'http://weft.example', TENANT: String(tenant), LOG_LEVEL: 'silent' }
  const config = await settledPorts(loadConfig(environment))
  const fhir = services.filter(({ name }) => name === 'fhir-server')
  const serving = await serve({ config, version: 'test', databaseUrl: app, services: fhir })
  after(() => serving.stop())
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${config.PORT}/fhir${path}`, {
      method,
      headers: { 'content-type': 'application/fhir+json', prefer: 'return=OperationOutcome', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, text, json: text === '' ? undefined : JSON.parse(text) }
  }
}
type Ask = Awaited<ReturnType<typeof serverOf>>

await weft(asOwner, 'tenant', 'add', 'lenient', '--id', '2')
await weft(asOwner, 'tenant', 'set', 'lenient', 'validation=warn')
const strict = await serverOf(1)
const lenient = await serverOf(2)
const lenientToo = await serverOf(2)

const good = { resourceType: 'Patient', gender: 'female' }
const wrong = { resourceType: 'Patient', gender: 'wrong' }
const identified = (value: string) => ({ ...wrong, identifier: [{ system: 'urn:t', value }] })
const toWrong = [{ op: 'replace', path: '/gender', value: 'wrong' }]
const json = { 'content-type': 'application/json-patch+json' }
const pathPatch = {
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: 'Patient.gender' },
        { name: 'value', valueCode: 'wrong' },
      ],
    },
  ],
}
const bundle = (type: string, ...entry: object[]) => ({ resourceType: 'Bundle', type, entry })
const post = { method: 'POST', url: 'Patient' }
const seed = (id: string) => ({ ...good, id, identifier: [{ system: 'urn:t', value: id }] })

/** Each way in which a resource may come that breaks a rule; `seeds` are there before. */
const ways: Record<string, (ask: Ask, n: string) => ReturnType<Ask>> = {
  create: (ask) => ask('POST', '/Patient', wrong),
  'conditional create': (ask, n) =>
    ask('POST', '/Patient', identified(n), { 'if-none-exist': `identifier=urn:t|c${n}` }),
  update: (ask, n) => ask('PUT', `/Patient/s${n}`, { ...wrong, id: `s${n}` }),
  'update that creates': (ask, n) => ask('PUT', `/Patient/new${n}`, { ...wrong, id: `new${n}` }),
  'conditional update': (ask, n) => ask('PUT', `/Patient?identifier=urn:t|s${n}`, identified(`s${n}`)),
  'JSON Patch': (ask, n) => ask('PATCH', `/Patient/s${n}`, toWrong, json),
  'FHIRPath Patch': (ask, n) => ask('PATCH', `/Patient/s${n}`, pathPatch),
  'conditional patch': (ask, n) => ask('PATCH', `/Patient?identifier=urn:t|s${n}`, toWrong, json),
  transaction: (ask) => ask('POST', '/', bundle('transaction', { resource: wrong, request: post })),
  'transaction with conditions': (ask, n) =>
    ask(
      'POST',
      '/',
      bundle(
        'transaction',
        { resource: wrong, request: { ...post, ifNoneExist: `identifier=urn:t|t${n}` } },
        { resource: pathPatch, request: { method: 'PATCH', url: `Patient/s${n}` } },
      ),
    ),
  batch: (ask) => ask('POST', '/', bundle('batch', { resource: wrong, request: post })),
}
const seeded = async (ask: Ask, n: string) =>
  assert.ok((await ask('PUT', `/Patient/s${n}`, seed(`s${n}`))).status < 300)

/** What an answer says of Patient.gender, in a batch's entries too. */
function told({ json, status }: Awaited<ReturnType<Ask>>) {
  const outcomes =
    json.resourceType === 'Bundle'
      ? json.entry.map((one: { response: { outcome: unknown } }) => one.response.outcome)
      : [json]
  const issues = outcomes.flatMap((one: { issue: { severity: string; expression?: string[] }[] }) => one?.issue ?? [])
  const found = issues.filter((one: { expression?: string[] }) => one.expression?.[0]?.endsWith('gender'))
  return {
    status: json.entry?.[0]?.response.status ?? String(status),
    severities: found.map((one: { severity: string }) => one.severity),
  }
}

let n = 0
for (const [way, come] of Object.entries(ways)) {
  test(`what one tenant refuses the other keeps with a warning: ${way}`, async () => {
    const key = `${++n}`
    for (const ask of [strict, lenient]) await seeded(ask, key)
    const refused = await come(strict, key)
    assert.match(told(refused).status, /^422/, refused.text)
    assert.ok(
      told(refused).severities.length > 0 && told(refused).severities.every((one: string) => one === 'error'),
      refused.text,
    )
    const kept = await come(lenient, key)
    assert.match(told(kept).status, /^20[01]/, kept.text)
    assert.ok(
      told(kept).severities.length > 0 && told(kept).severities.every((one: string) => one === 'warning'),
      kept.text,
    )
  })
}

test('weft load follows the tenant it loads for', async () => {
  const file = join(folder, 'wrong.json')
  writeFileSync(file, JSON.stringify({ ...wrong, id: 'loaded' }))
  const refused = await weft({ TENANT: '1' }, 'load', file)
  assert.equal(refused.code, 1)
  assert.match(refused.text, /1 failed/)
  assert.equal((await strict('GET', '/Patient/loaded')).status, 404)
  const kept = await weft({ TENANT: '2' }, 'load', file)
  assert.equal(kept.code, 0, kept.text)
  assert.equal((await lenient('GET', '/Patient/loaded')).status, 200)
})

test('no request can switch it: neither a parameter nor a header', async () => {
  for (const query of ['?_validate=off', '?_validate=false', '?validation=warn', '?_validation=warn']) {
    assert.equal((await strict('POST', `/Patient${query}`, wrong)).status, 422, query)
    // As an update's query is a condition, this names one that is not understood.
    assert.ok((await strict('PUT', `/Patient/q${query}`, { ...wrong, id: 'q' })).status >= 400, query)
  }
  for (const headers of [
    { prefer: 'handling=lenient' },
    { prefer: 'validation=warn' },
    { 'x-validate': 'off' },
    { 'x-tenant': '2' },
    { tenant: '2' },
    { 'x-weft-tenant': '2' },
    { authorization: 'Bearer 2' },
  ])
    assert.equal((await strict('POST', '/Patient', wrong, headers)).status, 422, JSON.stringify(headers))
})

test('what is no resource at all is refused by every policy', async () => {
  for (const nothing of [[], {}, { resourceType: 'Nothing' }, { resourceType: 'Observation' }])
    assert.equal((await lenient('POST', '/Patient', nothing)).status, 400, JSON.stringify(nothing))
})

test('an operator changes it, and servers that run follow within seconds', async () => {
  const set = await weft(asOwner, 'tenant', 'set', 'lenient', 'validation=refuse')
  assert.equal(set.code, 0, set.text)
  const follows = (ask: Ask, status: number) =>
    until(`the answer is ${status}`, async () => (await ask('POST', '/Patient', wrong)).status === status)
  await follows(lenient, 422)
  await follows(lenientToo, 422)
  await weft(asOwner, 'tenant', 'set', '2', 'validation=warn')
  await follows(lenientToo, 201)
  await follows(lenient, 201)
  // Its own word taken back: as the server's setting says.
  await weft(asOwner, 'tenant', 'set', '2', 'validation=default')
  await follows(lenient, 422)
})

test('weft tenant lists, shows and adds; what was mistyped is told', async () => {
  const added = await weft(asOwner, 'tenant', 'add', 'northside')
  assert.equal(added.code, 0, added.text)
  assert.match(
    (await weft({}, 'tenant', 'list')).text,
    /^id {2}name.*\n 1 {2}local .*default\n 2 {2}lenient.*\n 3 {2}northside/,
  )
  assert.match((await weft({}, 'tenant', 'show', '3')).text, /northside/)
  assert.equal((await weft(asOwner, 'tenant', 'add', 'northside')).code, 1)
  assert.equal((await weft(asOwner, 'tenant', 'set', 'southside', 'validation=warn')).code, 1)
  for (const words of [
    [],
    ['set', 'local'],
    ['set', 'local', 'validation=off'],
    ['add', '7'],
    ['list', 'x', 'y'],
    ['show'],
  ])
    assert.equal((await weft(asOwner, 'tenant', ...words)).code, 2, words.join(' '))
  assert.match((await weft({}, 'tenant', 'set', 'local', 'validation=warn')).text, /DATABASE_OWNER_URL/)
})

test('a server cannot change it: its role may only read', async () => {
  const client = new pg.Client(app)
  await client.connect()
  try {
    await assert.rejects(client.query(`update platform.tenant set validation = 'warn'`), /permission denied/)
  } finally {
    await client.end()
  }
})
