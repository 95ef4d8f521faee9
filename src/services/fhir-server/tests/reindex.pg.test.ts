import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { madeResources } from '../../../../simulators/people/bundles.ts'
import { recount } from '../../../../test/fuzz/recount.ts'
import { testFhirServer } from '../../../../test/harness/fhir.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { extractionVersions, type Rule, rulesOf } from '../search/index-rules.ts'
import { IndexKeeper } from '../store/index-keeper.ts'
import { rebuildIndex, tidyIndex } from '../store/rebuild.ts'
import { rebuildPiece } from '../store/rebuild-piece.ts'
import { until } from '../../../../test/harness/until.ts'

const definitions = loadDefinitions()
const rules = rulesOf(definitions)
const base = 'http://localhost:8000/fhir/'
/** What an earlier Weft might have gone by: strings were read otherwise. */
const others = rulesOf(definitions, { ...extractionVersions, string: 0 })
/** A server of then, which neither follows nor rebuilds by itself within the test. */
const idle = { followIndexMs: 3_600_000, tenants: [1] }

const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }], gender: 'female' })
const observationOf = (reference: string) => ({
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  code: { text: 'x' },
  subject: { reference },
})
const operator = (database: Parameters<typeof rebuildPiece>[0], own: ReadonlyMap<string, Rule> = rules, tenant = 1) =>
  IndexKeeper.open(tenant, { database, definitions, rules: own, base, as: 'operator' })
const rebuild = async (database: Parameters<typeof rebuildPiece>[0], keeper: IndexKeeper) => {
  const options = { database, keeper, between: async () => {}, nowMs: () => 0 }
  await rebuildIndex(keeper.unfinishedTypes, options)
  await tidyIndex(options)
}

/** The index is exactly what the resources yield by the rules in force; transactions that made rows again wrote no version. */
async function assertWhole(owner: string | undefined, keeper: IndexKeeper): Promise<void> {
  const { wrong, resources } = await recount(owner as string, keeper.tenant, keeper.parameters, base)
  assert.ok(resources > 0)
  assert.deepEqual(
    wrong.filter((one) => !one.endsWith('came or went without a version')),
    [],
  )
  assert.deepEqual([...keeper.unfinished], [])
}

test('a store that was indexed by other rules refuses the searches that depend on them, and no others, until it is rebuilt', async () => {
  const old = await testFhirServer({ ...idle, rules: others })
  for (let n = 0; n < 450; n++) await old.ask('PUT', `/Patient/p${n}`, patient(`p${n}`, `Okafor${n % 7}`))
  await old.ask('DELETE', '/Patient/p3')
  assert.equal((await old.ask('GET', '/Patient?family=okafor1&_summary=count')).json.total, 65)
  await old.service.stop()

  // A server of now starts; it does not rebuild yet.
  const server = await testFhirServer({ ...idle, index: 'guest' }, old.connection).catch((error: Error) => error)
  assert.match(String(server), /another version of Weft/)
  const keeper = await operator(old.database)
  assert.deepEqual(
    keeper.unfinishedTypes.filter((type) => type === 'Patient'),
    ['Patient'],
  )
  const now = await testFhirServer({ ...idle, index: 'guest' }, old.connection)
  const refused = await now.ask('GET', '/Patient?family=okafor1')
  assert.equal(refused.status, 503)
  assert.match(refused.json.issue[0].diagnostics, /searches Patient by family is being made again/)
  for (const path of ['/Patient?_sort=family', '/Observation?subject:Patient.family=x', '/Patient?family:missing=true'])
    assert.equal((await now.ask('GET', path)).status, 503, path)
  const conditional = await now.ask('POST', '/Patient', patient('x', 'Okafor1'), { 'if-none-exist': 'family=okafor1' })
  assert.equal(conditional.status, 503)
  // What those rules have not to do with goes on.
  assert.equal((await now.ask('GET', '/Patient/p1')).status, 200)
  assert.equal((await now.ask('GET', '/Patient?gender=female&_summary=count')).json.total, 449)
  assert.equal((await now.ask('PUT', '/Patient/p1', patient('p1', 'Changed'))).status, 200)
  assert.equal((await now.ask('PUT', '/Patient/p2', { ...patient('p2', 'Okafor2'), gender: 'male' })).status, 200)
  assert.equal((await now.ask('DELETE', '/Patient/p8')).status, 204)
  assert.equal((await now.ask('PUT', '/Patient/p3', patient('p3', 'Okafor3'))).status, 201)

  await rebuild(old.database, keeper)
  await assertWhole(old.owner, keeper)
  await Promise.all(now.service.kept.map((one) => one.follow()))
  assert.equal((await now.ask('GET', '/Patient?family=okafor1&_summary=count')).json.total, 63)
  assert.equal((await now.ask('GET', '/Patient?family=changed')).json.total, 1)
  assert.equal((await now.ask('GET', '/Patient?family=okafor3&_summary=count')).json.total, 64)
  assert.deepEqual([...old.errors, ...now.errors], [])
})

test('rows that an earlier rule made are never found again, even when that rule comes back', async () => {
  const first = await testFhirServer({ ...idle, rules: others })
  await first.ask('PUT', '/Patient/a', patient('a', 'Before'))
  await first.service.stop()
  const middle = await testFhirServer({ ...idle, rules }, first.connection)
  await middle.ask('PUT', '/Patient/a', patient('a', 'After'))
  await middle.service.stop()
  const last = await testFhirServer({ ...idle, rules: others }, first.connection)
  const keeper = await operator(first.database, others)
  await rebuild(first.database, keeper)
  await Promise.all(last.service.kept.map((one) => one.follow()))
  assert.equal((await last.ask('GET', '/Patient?family=before&_summary=count')).json.total, 0)
  assert.equal((await last.ask('GET', '/Patient?family=after&_summary=count')).json.total, 1)
  await assertWhole(first.owner, keeper)
})

test('a server rebuilds by itself beside its requests, and lifts what it refused', async () => {
  const old = await testFhirServer({ ...idle, rules: others })
  for (let n = 0; n < 30; n++) await old.ask('PUT', `/Patient/p${n}`, patient(`p${n}`, 'Okafor'))
  await old.service.stop()
  const now = await testFhirServer({ tenants: [1], followIndexMs: 50 }, old.connection)
  let total: number | undefined
  await until('the search is answered', async () => {
    total = (await now.ask('GET', '/Patient?family=okafor&_summary=count')).json.total
    return total !== undefined
  })
  assert.equal(total, 30)
})

test('whoever still writes by the rules of before is refused as a whole, and follows where only the round is another', async () => {
  const server = await testFhirServer(idle)
  await server.ask('PUT', '/Patient/a', patient('a', 'One'))
  const keeper = await operator(server.database)
  await keeper.again(new Set(['Patient']))
  const refused = await server.ask('PUT', '/Patient/a', patient('a', 'Two'))
  assert.equal(refused.status, 503)
  assert.equal((await server.ask('GET', '/Patient/a')).json.meta.versionId, '1')
  const entry = [
    { resource: patient('b', 'B'), request: { method: 'PUT', url: 'Patient/b' } },
    { resource: patient('c', 'C'), request: { method: 'PUT', url: 'Patient/c' } },
  ]
  // It has looked since: the same rules in another round are followed.
  await Promise.all(server.service.kept.map((one) => one.follow()))
  assert.equal((await server.ask('POST', '/', { resourceType: 'Bundle', type: 'transaction', entry })).status, 200)
  assert.equal((await server.ask('PUT', '/Patient/a', patient('a', 'Two'))).status, 200)
  assert.equal((await server.ask('GET', '/Patient?family=two')).status, 503)

  const foreign = await operator(server.database, others)
  assert.equal((await server.ask('PUT', '/Patient/a', patient('a', 'Three'))).status, 503)
  assert.equal((await server.ask('POST', '/', { resourceType: 'Bundle', type: 'transaction', entry })).status, 503)
  await Promise.all(server.service.kept.map((one) => one.follow()))
  assert.match(server.service.kept[0]?.refusal ?? '', /stop one of the two/)
  await rebuild(server.database, foreign)
  await Promise.all(server.service.kept.map((one) => one.follow()))
  // Whole by the other's rules: still nothing to be searched by ours. What both have the same rules for goes on.
  assert.equal((await server.ask('GET', '/Patient?family=two')).status, 503)
  assert.equal((await server.ask('GET', '/Patient?gender=female&_summary=count')).json.total, 3)
})

test('pieces that end in the middle go on where they came to, and nothing is made twice', async () => {
  const server = await testFhirServer(idle)
  for (let n = 0; n < 500; n++) await server.ask('PUT', `/Patient/p${n}`, patient(`p${n}`, `F${n}`))
  await server.ask('PUT', '/Observation/o', observationOf('Patient/p1'))
  const keeper = await operator(server.database)
  await keeper.again(new Set(['Patient', 'Observation']))
  assert.deepEqual(await rebuildPiece(server.database, keeper, 'Patient'), { state: 'goes on', resources: 100 })
  // The process is gone; another one comes, and a third at the same time.
  const next = await operator(server.database)
  const third = await operator(server.database)
  await Promise.all([rebuild(server.database, next), rebuild(server.database, third)])
  await assertWhole(server.owner, next)
})

test('resources that are written while their rows are made again lose none and have none twice', async () => {
  const server = await testFhirServer(idle)
  const resources = [...madeResources({ people: 1, seed: 5 })].filter(({ resourceType }) => resourceType !== 'Slot')
  for (let at = 0; at < resources.length; at += 500)
    await server.ask('POST', '/', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: resources
        .slice(at, at + 500)
        .map((resource) => ({ resource, request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` } })),
    })
  let going = true
  let written = 0
  const writer = async (own: number) => {
    for (let n = own; going; n += 4) {
      const id = `w${n % 40}`
      const answers = [
        await server.ask('PUT', `/Patient/${id}`, patient(id, `W${n}`)),
        n % 9 === 0
          ? await server.ask('DELETE', `/Patient/w${(n + 7) % 40}`)
          : await server.ask('POST', '/', {
              resourceType: 'Bundle',
              type: 'transaction',
              entry: [3, 1, 2].map((k) => ({
                resource: patient(`w${(n + k) % 40}`, `T${n}`),
                request: { method: 'PUT', url: `Patient/w${(n + k) % 40}` },
              })),
            }),
      ]
      written += answers.filter(({ status }) => status < 300).length
      for (const { status } of answers) assert.ok(status < 300 || status === 503 || status === 409, String(status))
    }
  }
  const writers = [0, 1, 2, 3].map(writer)
  after(() => (going = false))
  const keeper = await operator(server.database)
  for (let round = 0; round < 2; round++) {
    await keeper.again(new Set(definitions.resourceTypes))
    await Promise.all(server.service.kept.map((one) => one.follow()))
    await rebuild(server.database, keeper)
  }
  going = false
  await Promise.all(writers)
  assert.ok(written > 50)
  await assertWhole(server.owner, keeper)
  assert.deepEqual(server.errors, [])
})

test('another PUBLIC_URL has those types made again whose references depend on it, and no others', async () => {
  const one = await testFhirServer(idle)
  await one.ask('PUT', '/Patient/a', patient('a', 'A'))
  await one.ask('PUT', '/Observation/o', observationOf('https://new.example/fhir/Patient/a'))
  await one.ask('PUT', '/Condition/c', { resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/a' } })
  assert.equal((await one.ask('GET', '/Observation?subject=Patient/a&_summary=count')).json.total, 0)
  await one.service.stop()
  const { database } = one
  const address = 'https://new.example/fhir/'
  const keeper = await IndexKeeper.open(1, { database, definitions, rules, base: address, as: 'server' })
  assert.deepEqual(keeper.unfinishedTypes, ['Observation'])
  const two = await testFhirServer({ ...idle, index: 'guest' }, one.connection)
  assert.equal((await two.ask('GET', '/Condition?subject=Patient/a&_summary=count')).json.total, 1)
  assert.equal((await two.ask('GET', '/Observation?status=final&_summary=count')).json.total, 1)
  assert.equal((await two.ask('GET', '/Observation?subject=Patient/a')).status, 503)
  await rebuild(database, keeper)
  await Promise.all(two.service.kept.map((kept) => kept.follow()))
  assert.equal((await two.ask('GET', '/Observation?subject=Patient/a&_summary=count')).json.total, 1)
  assert.equal((await two.ask('GET', '/Patient/a/Observation?_summary=count')).json.total, 1)
})

test('page links of before the rebuilding are gone, not short', async () => {
  const server = await testFhirServer(idle)
  for (let n = 0; n < 5; n++) await server.ask('PUT', `/Patient/p${n}`, patient(`p${n}`, 'Same'))
  const { json } = await server.ask('GET', '/Patient?family=same&_count=2')
  const next = json.link.find(({ relation }: { relation: string }) => relation === 'next').url
  assert.equal((await server.ask('GET', next)).status, 200)
  const keeper = await operator(server.database)
  await keeper.again(new Set(['Patient']))
  await rebuild(server.database, keeper)
  await Promise.all(server.service.kept.map((one) => one.follow()))
  assert.equal((await server.ask('GET', next)).status, 410)
})

test('one tenant is searched while the index of another on the same server is made again', async () => {
  const server = await testFhirServer(idle)
  for (const tenant of [1, 2]) await server.askAs(tenant)('PUT', '/Patient/a', patient('a', `Of${tenant}`))
  await (await operator(server.database, rules, 2)).again(new Set(['Patient']))
  assert.equal((await server.askAs(2)('PUT', '/Patient/a', patient('a', 'Two'))).status, 503)
  await until('the search is refused', async () => (await server.askAs(2)('GET', '/Patient?family=of2')).status === 503)
  assert.equal((await server.askAs(1)('GET', '/Patient?family=of1')).json.total, 1)
  const keeper = await operator(server.database, rules, 2)
  await rebuild(server.database, keeper)
  await assertWhole(server.owner, keeper)
})

test('while a backup reads the tables, rebuilding stands back and writers go on', async () => {
  const old = await testFhirServer({ ...idle, rules: others })
  await old.ask('PUT', '/Patient/a', patient('a', 'Before'))
  await old.service.stop()
  const keeper = await operator(old.database)
  const now = await testFhirServer({ ...idle, index: 'guest' }, old.connection)
  const backup = new pg.Client(old.owner)
  await backup.connect()
  await backup.query('begin; lock table fhir.index_rules in access share mode')
  const [piece, ...written] = await Promise.all([
    rebuildPiece(old.database, keeper, 'Patient'),
    ...Array.from({ length: 5 }, (_, n) => now.ask('PUT', `/Patient/b${n}`, patient(`b${n}`, 'Meanwhile'))),
  ])
  assert.deepEqual(piece, { state: 'held', resources: 0 })
  assert.deepEqual([...new Set(written.map(({ status }) => status))], [201])
  const rebuilding = rebuild(old.database, keeper)
  await sleep(700)
  assert.deepEqual((await operator(old.database)).unfinishedTypes.includes('Patient'), true)
  await backup.query('commit')
  await backup.end()
  await rebuilding
  await assertWhole(old.owner, keeper)
})
