/** Searches of a server that has not heard yet that another process has put the index under other rules and made it again. */
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import pg from 'pg'
import { type Answer, testFhirServer } from '../../../../test/harness/fhir.ts'
import { watchedDatabase } from '../../../../test/harness/watched.ts'
import { until } from '../../../../test/harness/until.ts'
import type { Database } from '../../../platform/database/port.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { rulesOf } from '../search/index-rules.ts'
import { IndexKeeper } from '../store/index-keeper.ts'
import { rebuildIndex, tidyIndex } from '../store/rebuild.ts'

const definitions = loadDefinitions()
const rules = rulesOf(definitions)
const base = 'http://localhost:8000/fhir/'
const types = ['Patient', 'Observation']

// Guests: what has become of the index they hear by their own statements alone.
const plain = await testFhirServer({ index: 'guest' })
const { database, ask } = plain
let afterStatement: () => unknown = () => {}
const watched = watchedDatabase(database, () => afterStatement())
const listening = await testFhirServer({ database: watched, index: 'guest' }, plain.connection)
// So few that an index is walked, which otherwise only thousands of matches bring about.
const walking = await testFhirServer({ database: watched, index: 'guest', limits: { seekAtMost: 1 } }, plain.connection)

/** What `weft reindex --again` does: at first all rows are to be made again, then they are, under other names. */
const operator = (tenant = 1) => IndexKeeper.open(tenant, { database, definitions, rules, base, as: 'operator' })
async function begin(tenant = 1): Promise<IndexKeeper> {
  const keeper = await operator(tenant)
  await keeper.again(new Set(types))
  return keeper
}
async function end(keeper: IndexKeeper): Promise<void> {
  const work = { database, keeper, between: async () => {}, nowMs: () => 0 }
  await rebuildIndex(keeper.unfinishedTypes, work)
  await tidyIndex(work)
}
const begunAndEnded = async () => end(await begin())

const patient = (id: string, family: string, more: object = {}) => ({
  resourceType: 'Patient',
  id,
  name: [{ family }],
  ...more,
})
const observation = {
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  code: { coding: [{ code: 'x' }] },
  subject: { reference: 'Patient/a' },
}

beforeEach(async () => {
  await end(await operator())
  await plain.service.kept[0]?.follow()
  for (const one of [patient('a', 'One', { birthDate: '1970' }), patient('b', 'One'), observation])
    assert.ok((await ask('PUT', `/${one.resourceType}/${one.id}`, one)).status < 300)
})

const idsOf = ({ json }: Answer) =>
  (json.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id).sort()

const searches: readonly (readonly [path: string, ids: readonly string[], total?: number])[] = [
  ['/Patient?family=one', ['a', 'b'], 2],
  ['/Patient?family=one&_summary=count', [], 2],
  ['/Patient?family=one&_count=1&_total=accurate&_sort=-_id', ['b'], 2],
  ['/Patient?_sort=birthdate,family', ['a', 'b'], 2],
  ['/Patient?_sort=birthdate', ['a', 'b'], 2],
  ['/Patient?_sort=gender', ['a', 'b'], 2],
  ['/Patient?birthdate=gt1960', ['a'], 1],
  ['/Patient?family:missing=false', ['a', 'b'], 2],
  ['/Patient?_has:Observation:subject:code=x', ['a'], 1],
  ['/Observation?subject:Patient.family=one', ['o'], 1],
  ['/Observation?subject=Patient/a', ['o'], 1],
  ['/Patient?_id=a&_revinclude=Observation:subject', ['a', 'o'], 1],
  ['/Patient/a/Observation', ['o'], 1],
  ['/Patient/a/$everything', ['a', 'o'], 2],
  ['?_type=Patient,Observation&_lastUpdated=gt2020', ['a', 'b', 'o'], 3],
]

for (const [path, ids, total] of searches) {
  const isWhole = (answer: Answer) =>
    assert.deepEqual([answer.status, idsOf(answer), answer.json.total], [200, ids, total])

  test(`it is refused while the index is made again, and whole afterwards, never short: ${path}`, async () => {
    isWhole(await ask('GET', path))
    const keeper = await begin()
    assert.equal((await ask('GET', path)).status, 503)
    await end(keeper)
    await plain.service.kept[0]?.follow()
    isWhole(await ask('GET', path))
    await begunAndEnded()
    isWhole(await ask('GET', path))
  })

  for (const [way, server] of Object.entries({ listening, walking }))
    test(`it is whole, or gone, when the index is made again between two of its statements (${way}): ${path}`, async () => {
      for (let statements = 1; ; statements++) {
        isWhole(await server.ask('GET', path))
        let left = statements
        afterStatement = async () => {
          if (--left === 0) await begunAndEnded()
        }
        const answer = await server.ask('GET', path)
        afterStatement = () => {}
        // What takes several statements as of one moment says so when that moment's rows were made again.
        if (answer.status !== 410) isWhole(answer)
        if (left > 0) break
      }
    })
}

test('an estimate is made by the rules in force', async () => {
  const path = '/Patient?family=one&_count=0&_total=estimate'
  assert.equal((await ask('GET', path)).status, 200)
  const keeper = await begin()
  assert.equal((await ask('GET', path)).status, 503)
  await end(keeper)
})

const entryOf = (method: string, url: string, resource?: object, more: object = {}) => ({
  request: { method, url, ...more },
  ...(resource && { resource }),
})
const bundleOf = (type: string, ...entry: object[]) => ({ resourceType: 'Bundle', type, entry })
const versions = async () => (await ask('GET', '/_history?_summary=count')).json.total

test('a conditional create does not make what is there already', async () => {
  const body = patient('new', 'One', { gender: 'female' })
  const condition = { 'if-none-exist': 'birthdate=1970' }
  const before = await versions()
  const keeper = await begin()
  assert.equal((await ask('POST', '/Patient', body, condition)).status, 503)
  await end(keeper)
  await plain.service.kept[0]?.follow()
  await begunAndEnded()
  const answer = await ask('POST', '/Patient', body, condition)
  assert.deepEqual([answer.status, answer.json.id], [200, 'a'])
  assert.equal(await versions(), before)
})

test('a conditional update and a conditional delete find whom they mean', async () => {
  await begunAndEnded()
  const updated = await ask('PUT', '/Patient?birthdate=1970', {
    resourceType: 'Patient',
    birthDate: '1970',
    active: true,
  })
  assert.deepEqual([updated.status, updated.json.id], [200, 'a'])
  await begunAndEnded()
  assert.equal((await ask('DELETE', '/Observation?subject=Patient/a')).status, 204)
  assert.equal((await ask('GET', '/Observation/o')).status, 410)
})

test('a transaction finds what its conditions mean and reads all that is there, in one try or in a second', async () => {
  const linked = { ...observation, id: 'linked', subject: { reference: 'Patient?birthdate=1970' } }
  const body = () =>
    bundleOf(
      'transaction',
      entryOf('POST', 'Patient', patient('new', 'One'), { ifNoneExist: 'birthdate=1970' }),
      entryOf('PUT', 'Observation/linked', linked),
      entryOf('GET', 'Patient?family=one'),
    )
  await begunAndEnded()
  const { status, json } = await ask('POST', '/', body())
  assert.equal(status, 200)
  assert.deepEqual(
    json.entry.map(({ response }: { response: { status: string } }) => response.status),
    ['200 OK', '201 Created', '200 OK'],
  )
  assert.equal(json.entry[2].resource.total, 2)
  assert.equal((await ask('GET', '/Observation/linked')).json.subject.reference, 'Patient/a')
  await ask('DELETE', '/Observation/linked')
})

test('each entry of a batch is answered by the rules in force', async () => {
  await begunAndEnded()
  const body = bundleOf(
    'batch',
    entryOf('POST', 'Patient', patient('new', 'One'), { ifNoneExist: 'birthdate=1970' }),
    ...Array.from({ length: 10 }, () => entryOf('GET', 'Patient?family=one')),
  )
  const { json } = await ask('POST', '/', body)
  assert.equal(json.entry[0].response.status, '200 OK')
  for (const { resource } of json.entry.slice(1)) assert.equal(resource.total, 2)
})

test('while a server learns of other rules it does not search by those as if all of their rows were there', async () => {
  const keeper = await begin()
  const asked: Promise<Answer>[] = []
  afterStatement = () => {
    // Once for each statement of the learning, and not for its own.
    if (asked.length < 10) asked.push(listening.ask('GET', '/Patient?family=one'))
  }
  await listening.service.kept[0]?.follow()
  afterStatement = () => {}
  assert.ok(asked.length > 2)
  assert.deepEqual(new Set((await Promise.all(asked)).map(({ status }) => status)), new Set([503]))
  await end(keeper)
})

test('searches go on while writers are held up for rows that are made again', async () => {
  const client = new pg.Client(plain.connection)
  await client.connect()
  after(() => client.end())
  await client.query('begin; lock table fhir.index_rules in access exclusive mode')
  assert.equal((await ask('GET', '/Patient?family=one&_summary=count')).json.total, 2)
  await client.query('rollback')
})

test('while a server makes its own index again, it hears that the one of another tenant is whole', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  let isGated = false
  const gated: Database = {
    ...database,
    async transaction(tenant, work) {
      if (isGated && tenant === 1) {
        reach()
        await gate
      }
      return database.transaction(tenant, work)
    },
  }
  const server = await testFhirServer({ database: gated, followIndexMs: 20 }, plain.connection)
  after(() => open())
  const askOther = server.askAs(2)
  assert.ok((await askOther('PUT', '/Patient/c', patient('c', 'Two'))).status < 300)
  const other = await begin(2)
  assert.equal((await askOther('GET', '/Patient?family=two')).status, 503)
  isGated = true
  await begin()
  await reached
  await end(other)
  await until('it has heard', async () => (await askOther('GET', '/Patient?family=two')).json.total === 1)
  open()
})

test('nothing failed within', () => assert.deepEqual([...plain.errors, ...listening.errors, ...walking.errors], []))
