/** Random searches over made people answer what a plain scan over the same documents answers, also after writes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { madeResources } from '../../simulators/people/bundles.ts'
import { seededRandom } from '../builders/random.ts'
import { testFhirServer } from '../harness/fhir.ts'
import { oddResource } from './odd-resources.ts'
import { drawer } from './random-queries.ts'
import { difference } from './run.ts'
import { load, stir } from './write.ts'
import type { World } from './world.ts'

const seed = Number(process.env.ORACLE_SEED ?? 1)
const rounds = Number(process.env.ORACLE_ROUNDS ?? 3)
const each = Number(process.env.ORACLE_QUERIES ?? 100)

const now = new Date()
const { ask, askAs, errors, connection, owner } = await testFhirServer({ clock: () => now })
// The same database asked by a server that goes along the sort's index as soon as there are more than five matches.
const walking = await testFhirServer({ clock: () => now, limits: { seekAtMost: 5 } }, connection)
const world: World = { resources: new Map(), base: 'http://localhost:8000/fhir/', now: () => now }
const random = seededRandom(seed)

await load(world, ask, [
  ...[...madeResources({ people: 6, seed })].filter(({ resourceType }, n) => resourceType !== 'Slot' || n % 10 === 0),
  ...Array.from({ length: 120 }, (_, n) => oddResource(n, random)),
])

// What autovacuum would do within a minute: the planner of a table that it never counted goes astray.
const counting = new pg.Client({ connectionString: owner })
await counting.connect()
await counting.query('analyze')
await counting.end()

const gone = new Map()
for (let round = 1; round <= rounds; round++)
  test(`round ${round} of searches finds what a scan finds, whichever way it is gone about`, async () => {
    if (round > 1) await stir(world, ask, random, 60, gone)
    const draw = drawer(world, random)
    const wrong: string[] = []
    for (let n = 0; n < each; n++) {
      const query = draw.next()
      for (const server of [ask, walking.ask]) {
        const found = await difference(world, server, query)
        if (found !== undefined) wrong.push(found)
      }
    }
    assert.deepEqual(wrong, [])
  })

test('a walk through the pages finds what there was at its start, whatever is written meanwhile', async () => {
  const draw = drawer(world, random)
  const wrong: string[] = []
  for (let n = 0; n < each / 3; n++) {
    const query = { ...draw.next(), includes: [], count: 1 + random.integer(20) }
    const before: World = { ...world, resources: new Map(world.resources) }
    const meanwhile = () => stir(world, ask, random, 1, gone)
    const found = await difference(before, random.integer(2) === 0 ? ask : walking.ask, query, meanwhile)
    if (found !== undefined) wrong.push(found)
  }
  assert.deepEqual(wrong, [])
})

test('two tenants with the same ids each find their own', async () => {
  const theirs: World = { ...world, resources: new Map() }
  const others = Array.from({ length: 80 }, (_, n) => oddResource(n, random))
  await load(theirs, askAs(2), others)
  const wrong: string[] = []
  for (const [one, asking] of [
    [world, ask],
    [theirs, askAs(2)],
  ] as const) {
    const draw = drawer(one, random)
    for (let n = 0; n < each / 2; n++) {
      const found = await difference(one, asking, draw.next())
      if (found !== undefined) wrong.push(found)
    }
  }
  assert.deepEqual(wrong, [])
})

test('nothing failed within', () => assert.deepEqual([...errors, ...walking.errors], []))
