import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recount } from '../../../../test/fuzz/recount.ts'
import { testFhirServer } from '../../../../test/harness/fhir.ts'

const one = await testFhirServer()
const two = await testFhirServer({}, one.connection)
const servers = [one, two] as const
const askOf = (n: number) => (servers[n % 2] as (typeof servers)[0]).ask

const patient = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }] })
type Answered = { status: number; headers: Readonly<Record<string, string>>; family: string }

async function historyOf(id: string): Promise<Map<string, string>> {
  const { json } = await one.ask('GET', `/Patient/${id}/_history?_count=1000`)
  const entries: { resource: { meta: { versionId: string }; name: { family: string }[] } }[] = json.entry
  return new Map(entries.map(({ resource }) => [resource.meta.versionId, resource.name[0]?.family ?? '']))
}

test('of many who change one version at two servers one is told that it did, and it is what stands there', async () => {
  const ids = Array.from({ length: 12 }, (_, n) => `p${n}`)
  await Promise.all(ids.map((id, n) => askOf(n)('PUT', `/Patient/${id}`, patient(id, 'First'))))
  for (const version of [1, 2, 3]) {
    const answers = await Promise.all(
      ids.flatMap((id) =>
        Array.from({ length: 6 }, async (_, n): Promise<Answered & { id: string }> => {
          const family = `V${version}from${n}`
          const condition = { 'if-match': `W/"${version}"` }
          const { status, headers } = await askOf(n)('PUT', `/Patient/${id}`, patient(id, family), condition)
          return { id, status, headers, family }
        }),
      ),
    )
    for (const id of ids) {
      const its = answers.filter((answer) => answer.id === id)
      assert.deepEqual(its.map(({ status }) => status).sort(), [200, 412, 412, 412, 412, 412])
      const done = its.find(({ status }) => status === 200)
      assert.equal(done?.headers['etag'], `W/"${version + 1}"`)
      assert.equal((await historyOf(id)).get(String(version + 1)), done?.family)
    }
  }
})

test('writes without a condition at two servers all come through, each as the version it was told', async () => {
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, n): Promise<Answered> => {
      const family = `U${n}`
      const { status, headers } = await askOf(n)('PUT', '/Patient/all', patient('all', family))
      return { status, headers, family }
    }),
  )
  assert.deepEqual(new Set(answers.map(({ status }) => Math.floor(status / 100))), new Set([2]))
  const history = await historyOf('all')
  assert.equal(history.size, 60)
  for (const { headers, family } of answers)
    assert.equal(history.get(/\d+/.exec(headers['etag'] ?? '')?.[0] ?? ''), family)
})

test('of many who create what is not there yet at two servers one does, and the others are shown it', async () => {
  for (let round = 0; round < 5; round++) {
    const identifier = [{ system: 'urn:test', value: `r${round}` }]
    const condition = { 'if-none-exist': `identifier=urn:test|r${round}` }
    const body = { resourceType: 'Patient', identifier }
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => askOf(n)('POST', '/Patient', body, condition)),
    )
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 201])
    assert.equal(new Set(answers.map(({ json }) => json.id)).size, 1)
  }
})

test('bundles that name the same resources in opposite orders at two servers are each written whole', async () => {
  const put = (id: string, family: string) => ({
    resource: patient(id, family),
    request: { method: 'PUT', url: `Patient/${id}` },
  })
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, n) => {
      const entry = ['x', 'y', 'z'].map((id) => put(id, `B${n}`))
      if (n % 2) entry.reverse()
      return askOf(n)('POST', '', { resourceType: 'Bundle', type: 'transaction', entry })
    }),
  )
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  const [x, y, z] = await Promise.all(['x', 'y', 'z'].map(historyOf))
  assert.equal(x?.size, 24)
  assert.deepEqual([y, z], [x, x])
})

test('after all that the store is whole', async () => {
  const keeper = one.service.kept[0]
  assert.ok(keeper)
  const { wrong } = await recount(one.owner as string, 1, keeper.parameters, keeper.base)
  assert.deepEqual([wrong, one.errors, two.errors], [[], [], []])
})
