import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { recount } from '../../../../test/fuzz/recount.ts'
import { testFhirServer } from '../../../../test/harness/fhir.ts'
import { type Embedded, startEmbedded } from '../../../platform/database/embedded.ts'
import { migrate, readMigrations } from '../../../platform/database/migrate.ts'

const folder = mkdtempSync(join(tmpdir(), 'weft-killed-'))
// A PostgreSQL of its own: that of the other tests is not to be killed. Its processes die and not the machine, which keeps what
// they have written without fsync too.
const options = { weft: join(folder, '.weft'), cluster: 'postgres', settings: { fsync: 'off' } }
const embedded = await startEmbedded(options)
await asRole(embedded.owner, async (client) => {
  await migrate(client, readMigrations(join(import.meta.dirname, '..', '..', '..', '..', 'migrations')))
})
const { ask, service, errors } = await testFhirServer({}, embedded.app)
after(async () => {
  await embedded.stop()
  const link = join(options.weft, 'database')
  if (existsSync(link)) rmSync(realpathSync(link), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
})

async function asRole<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  return work(client).finally(() => client.end())
}

/** All of its processes at once, as a power cut does; and waits until it runs again. */
async function kill({ superuser }: Embedded): Promise<void> {
  const text = `select pg_postmaster_start_time()::text as began, current_setting('data_directory') as folder`
  const running = () => asRole(superuser, async (client) => (await client.query(text)).rows[0])
  const { began, folder } = await running()
  const pid = Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0])
  process.kill(-pid, 'SIGKILL')
  while ((await running().catch(() => ({ began }))).began === began) await sleep(20)
}

const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }] })
const put = (id: string, family: string) => ({
  resource: patient(id, family),
  request: { method: 'PUT', url: `Patient/${id}` },
})

test('when PostgreSQL is killed under sixteen writers, what was acknowledged is there, and nothing is there twice or in part', async () => {
  const statuses = new Set<number>()
  /** Of each resource, what each acknowledged version has to say. */
  const acknowledged: { id: string; version: string; family: string }[] = []
  const told = (id: string, family: string, etag: string | undefined) =>
    acknowledged.push({ id, version: /\d+/.exec(etag ?? '')?.[0] ?? '', family })
  let isOver = false
  let n = 0
  const each: Record<string, (writer: number) => Promise<number>> = {
    async own(writer) {
      const [id, family] = [`own${writer}`, `F${++n}`]
      const { status, headers } = await ask('PUT', `/Patient/${id}`, patient(id, family))
      if (status < 300) told(id, family, headers['etag'])
      return status
    },
    async shared() {
      const { headers } = await ask('GET', '/Patient/shared')
      const family = `F${++n}`
      const condition = headers['etag'] ? { 'if-match': headers['etag'] } : { 'if-none-match': '*' }
      const { status, headers: now } = await ask('PUT', '/Patient/shared', patient('shared', family), condition)
      if (status < 300) told('shared', family, now['etag'])
      return status === 412 ? 200 : status
    },
    async bundle(writer) {
      const family = `F${++n}`
      const [one, two] = [`left${writer}`, `right${writer}`]
      const entry = [put(one, family), put(two, family)]
      const { status, json } = await ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry })
      if (status < 300) [one, two].forEach((id, at) => told(id, family, json.entry[at].response.etag))
      return status
    },
    async conditional(writer) {
      const value = `${writer}-${Math.floor(++n / 100)}`
      const { name } = patient('', `C${value}`)
      const body = { resourceType: 'Patient', name, identifier: [{ system: 'urn:test', value }] }
      const condition = { 'if-none-exist': `identifier=urn:test|${value}` }
      return (await ask('POST', '/Patient', body, condition)).status
    },
  }
  const kinds = Object.values(each)
  const writers = Array.from({ length: 16 }, async (_, writer) => {
    const write = kinds[writer % kinds.length] as (writer: number) => Promise<number>
    while (!isOver) {
      const status = await write(writer)
      statuses.add(status)
      if (status >= 500) await sleep(10)
    }
  })
  for (let times = 0; times < 2; times++) {
    const before = acknowledged.length
    while (acknowledged.length < before + 150) await sleep(10)
    await kill(embedded)
  }
  while ((await ask('GET', '/Patient/none')).status !== 404) await sleep(20)
  isOver = true
  await Promise.all(writers)

  assert.deepEqual([...statuses].sort(), [200, 201, 503])
  assert.deepEqual(errors, [])
  const histories = new Map<string, Map<string, string>>()
  for (const id of new Set(acknowledged.map((one) => one.id))) {
    const { json } = await ask('GET', `/Patient/${id}/_history?_count=1000`)
    const families = json.entry.map(
      ({ resource }: { resource: { meta: { versionId: string }; name: { family: string }[] } }) =>
        [resource.meta.versionId, resource.name[0]?.family] as const,
    )
    histories.set(id, new Map(families))
    assert.equal(new Set(histories.get(id)?.values()).size, json.total, `${id} has the same twice`)
  }
  const lost = acknowledged.filter(({ id, version, family }) => histories.get(id)?.get(version) !== family)
  assert.deepEqual(lost, [])
  for (const [id, history] of histories)
    if (id.startsWith('left')) assert.deepEqual([...(histories.get(id.replace('left', 'right')) ?? [])], [...history])
  for (let hundred = 0; hundred <= n / 100; hundred++)
    for (let writer = 3; writer < 16; writer += 4) {
      const found = await ask('GET', `/Patient?identifier=urn:test|${writer}-${hundred}&_summary=count`)
      assert.ok(found.json.total <= 1)
    }
  const keeper = service.kept[0]
  assert.ok(keeper)
  const { wrong } = await recount(embedded.owner, 1, keeper.parameters, keeper.base)
  assert.deepEqual(wrong, [])
})
