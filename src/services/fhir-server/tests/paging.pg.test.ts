import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFhirServer } from '../../../../test/harness/fhir.ts'

const usual = await testFhirServer()
// So few that an index is walked, which otherwise only thousands of matches bring about.
const walking = await testFhirServer({ limits: { seekAtMost: 5 } })
const { errors } = usual
let { ask } = usual

const people = Array.from({ length: 60 }, (_, n) => ({
  resourceType: 'Patient',
  id: `p${n}`,
  // Some have no name, some share one: the order must hold for them too.
  ...(n % 7 !== 0 && { name: [{ family: `F${String((n * 13) % 20).padStart(2, '0')}` }] }),
  gender: n % 2 === 0 ? 'male' : 'female',
  birthDate: `19${String(20 + n).padStart(2, '0')}-01-01`,
}))
const wanted = people.map(({ id }) => id).sort()

async function reset() {
  const present = await ask('GET', '/Patient?_count=1000&_elements=id')
  for (const { resource } of present.json.entry ?? []) await ask('DELETE', `/Patient/${resource.id}`)
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: people.map((resource) => ({ resource, request: { method: 'PUT', url: `Patient/${resource.id}` } })),
  }
  assert.equal((await ask('POST', '/', bundle)).status, 200)
}

async function walk(path: string, between: (page: number) => Promise<unknown>): Promise<string[]> {
  const ids: string[] = []
  let page = 0
  for (let next: string | undefined = path; next !== undefined; page++) {
    const answer = await ask('GET', next)
    assert.equal(answer.status, 200, answer.text)
    ids.push(...(answer.json.entry ?? []).map((entry: { resource: { id: string } }) => entry.resource.id))
    next = answer.json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url
    await between(page)
  }
  return ids
}

/** Moves people to the front and to the back of every order, takes some away, and brings new ones. */
async function disturb(page: number) {
  for (const n of [page, 59 - page, 30 - page, 30 + page]) {
    const resource = {
      ...people[n],
      name: [{ family: page % 2 === 0 ? 'Aaa' : 'Zzz' }],
      birthDate: page % 2 === 0 ? '1900-01-01' : '2020-01-01',
      gender: 'other',
    }
    await ask('PUT', `/Patient/${resource.id}`, resource)
  }
  await ask('DELETE', `/Patient/p${(page * 11 + 5) % 60}`)
  await ask('POST', '/Patient', {
    resourceType: 'Patient',
    name: [{ family: 'New' }],
    gender: 'male',
    birthDate: '1950-06-06',
  })
}

for (const query of [
  '',
  '&_sort=family',
  '&_sort=-family',
  '&_sort=birthdate',
  '&_sort=-_lastUpdated',
  '&_sort=_id',
  '&_sort=gender,-birthdate',
  '&_sort=family,-birthdate',
  '&birthdate=gt1800',
  '&birthdate=lt2030',
  '&birthdate=lt2030&_lastUpdated=gt2000',
])
  for (const [way, server] of [
    ['gathered', usual],
    ['along an index', walking],
  ] as const)
    test(`a walk while others write returns each once that was there at the start, ${way}: _count=7${query}`, async () => {
      ask = server.ask
      await reset()
      const ids = await walk(`/Patient?_count=7${query}`, disturb)
      assert.equal(new Set(ids).size, ids.length, 'something came twice')
      assert.deepEqual([...ids].sort(), wanted)
    })

test('a condition holds for a whole walk as it held at its start', async () => {
  await reset()
  const ids = await walk('/Patient?gender=male&_count=4', disturb)
  assert.deepEqual(
    ids.sort(),
    people
      .filter(({ gender }) => gender === 'male')
      .map(({ id }) => id)
      .sort(),
  )
})

test('sorting orders by the key, both ways, with missing values last, whichever way the search is run', async () => {
  for (const server of [usual, walking]) {
    ask = server.ask
    await reset()
    for (const [sort, sign] of [
      ['family', 1],
      ['-family', -1],
    ] as const) {
      const answer = await ask('GET', `/Patient?_sort=${sort}&_count=100`)
      const families = answer.json.entry.map(
        (entry: { resource: { name?: [{ family: string }] } }) => entry.resource.name?.[0].family,
      )
      const named = families.filter((family: string | undefined) => family !== undefined)
      assert.deepEqual(
        named,
        [...named].sort((a, b) => (a < b ? -sign : a > b ? sign : 0)),
      )
      assert.deepEqual(families.slice(named.length), Array(families.length - named.length).fill(undefined))
    }
  }
})

test('a page link that was made up is refused', async () => {
  for (const cursor of [
    'x',
    'e30',
    Buffer.from('["plain","9:1:",null,null,null]').toString('base64url'),
    Buffer.from('["plain","1:1:","x","1","1"]').toString('base64url'),
    Buffer.from('["plain","1:1:",null,null,null,-1]').toString('base64url'),
    Buffer.from('["plain","1:1:",null,null,null,1e15]').toString('base64url'),
    Buffer.from('["plain","1:1:",null,null,null,null,null]').toString('base64url'),
  ])
    assert.equal((await usual.ask('GET', `/Patient?_count=7&_cursor=${cursor}`)).status, 400, cursor)
})

test('nothing failed within', () => assert.deepEqual([...errors, ...walking.errors], []))
