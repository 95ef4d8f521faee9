/** The index made again by the program an operator runs, killed in the middle, beside a server that takes writes. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import { postgres } from '../../src/platform/database/postgres.ts'
import { rulesOf } from '../../src/services/fhir-server/search/index-rules.ts'
import { IndexKeeper } from '../../src/services/fhir-server/store/index-keeper.ts'
import { recount } from '../fuzz/recount.ts'
import { testDatabase } from '../harness/database.ts'
import { startProgram } from '../harness/program.ts'
import { keepOutput } from '../harness/run-log.ts'
import { until } from '../harness/until.ts'

const root = join(import.meta.dirname, '..', '..')
const { app, owner } = await testDatabase()
const environment = { DATABASE_URL: app }
const client = new pg.Client(owner)
await client.connect()
after(() => client.end())

function weft(...args: string[]) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/main.ts'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (text += chunk))
    keepOutput(stream)
  }
  return { child, output: () => text }
}

async function ended({ child, output }: ReturnType<typeof weft>): Promise<{ code: number | null; text: string }> {
  const [code] = (await once(child, 'exit')) as [number | null]
  return { code, text: output() }
}

const state = async () => {
  const { rows } = await client.query<{ goal: number | null; reached: string }>(
    `select goal, reached from fhir.index_state where tenant = 1 and type = 'Patient'`,
  )
  return rows[0]
}

test('weft reindex is killed in the middle, started again, and the index is what a scan says, whatever is written meanwhile', async () => {
  const { url, process: serving, ended: over } = await startProgram(['serve', 'fhir-server'], environment)
  const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }], gender: 'male' })
  const send = (method: string, path: string, body: unknown) =>
    fetch(`${url}/fhir${path}`, {
      method,
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(body),
    })
  for (let from = 0; from < 3000; from += 1000) {
    const entry = Array.from({ length: 1000 }, (_, n) => ({
      resource: patient(`p${from + n}`, `F${n % 10}`),
      request: { method: 'PUT', url: `Patient/p${from + n}` },
    }))
    assert.equal((await send('POST', '/', { resourceType: 'Bundle', type: 'batch', entry })).status, 200)
  }
  let [going, written] = [true, 0]
  after(() => (going = false))
  const writer = (async () => {
    for (let n = 0; going; n++) {
      const { status } = await send('PUT', `/Patient/p${(n * 7) % 3000}`, patient(`p${(n * 7) % 3000}`, `W${n}`))
      assert.ok(status === 200 || status === 503, String(status))
      if (status === 200) written++
    }
  })()

  const first = weft('reindex', '--again', '--type', 'Patient')
  await until('the first pieces are made', async () => {
    const now = await state()
    return now?.goal != null && Number(now.reached) > 0
  })
  first.child.kill('SIGKILL')
  await ended(first)
  assert.equal((await fetch(`${url}/fhir/Patient/p1`)).status, 200)

  const second = await ended(weft('reindex'))
  assert.equal(second.code, 0, second.text)
  assert.match(second.text, /^local: the index .*is whole$/m)
  going = false
  await writer
  assert.ok(written > 0)
  const third = await ended(weft('reindex', '--type', 'Patient', '--tenant', 'local'))
  assert.match(third.text, /^local: the index is whole$/m)

  const ready = async () => (await (await fetch(`${url}/health/ready`)).json()) as { status?: string }
  await until('the server is ready', async () => (await ready()).status === 'up')
  const found = await fetch(`${url}/fhir/Patient?gender=male&_summary=count`)
  assert.equal(((await found.json()) as { total: number }).total, 3000)
  serving.kill('SIGTERM')
  await over

  const database = postgres({ connectionString: app, maxConnections: 1, statementTimeoutMs: 30_000 })
  const definitions = loadDefinitions()
  const rules = rulesOf(definitions)
  const keeper = await IndexKeeper.open(1, { database, definitions, rules, base: '', as: 'guest' })
  await database.stop()
  const { wrong, resources } = await recount(owner, 1, keeper.parameters, keeper.base)
  assert.equal(resources, 3000)
  assert.deepEqual(
    wrong.filter((one) => !one.endsWith('came or went without a version')),
    [],
  )
})

test('what was mistyped for weft reindex is told before anything is opened', async () => {
  const strange = await ended(weft('reindex', '--type', 'Patients'))
  assert.equal(strange.code, 2)
  assert.match(strange.text, /Patients is no resource type of R4/)
  const nobody = await ended(weft('reindex', '--tenant', 'nobody'))
  assert.equal(nobody.code, 1)
  assert.match(nobody.text, /no tenant nobody/)
})
