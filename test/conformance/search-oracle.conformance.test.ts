/** Thousands of random searches over Synthea's people answer what a plain scan over the same documents answers. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import type { Bundle, Resource } from '../../src/standards/fhir/types.ts'
import { seededRandom } from '../builders/random.ts'
import { testFhirServer } from '../harness/fhir.ts'
import { drawer } from '../search-oracle/random-queries.ts'
import { difference } from '../search-oracle/run.ts'
import { nameOf, type World } from '../search-oracle/world.ts'
import { stir } from '../search-oracle/write.ts'

const folder = join(process.env.CONFORMANCE_DATA ?? '', 'synthea')
const isThere = process.env.CONFORMANCE_DATA !== undefined && existsSync(folder)
const seed = Number(process.env.ORACLE_SEED ?? 1)
const queries = Number(process.env.ORACLE_QUERIES ?? 1000)
/** A round ends then, however slow the machine is, and says how far it came. */
const roundSeconds = 75
/** How many resources a plain scan goes through at ease. */
const most = 8000

test('searches over Synthea', {
  skip: isThere ? false : 'CONFORMANCE_DATA names no folder with synthea/',
}, async (t) => {
  const now = new Date()
  const { ask, errors, connection, owner } = await testFhirServer({ clock: () => now })
  const walking = await testFhirServer({ clock: () => now, limits: { seekAtMost: 50 } }, connection)
  const world: World = { resources: new Map(), base: 'http://localhost:8000/fhir/', now: () => now }
  const random = seededRandom(seed)

  for (const name of files('prereq')) await post(name)
  for (const name of files('open')) if (world.resources.size < most) await post(name)
  const client = new pg.Client({ connectionString: owner })
  await client.connect()
  await client.query('analyze')
  await client.end()

  const gone = new Map<string, Resource>()
  for (let round = 1; round <= 3; round++)
    await t.test(`round ${round}: random searches, each asked in two ways`, async (told) => {
      if (round > 1) await stir(world, ask, random, 300, gone)
      const draw = drawer(world, random)
      const wrong: string[] = []
      const end = Date.now() + roundSeconds * 1000
      let n = 0
      for (; n < queries && wrong.length < 20 && Date.now() < end; n++) {
        const query = { ...draw.next() }
        // A walk in tiny steps through thousands tests patience only.
        const patient = { ...query, count: query.count < 1000 ? query.count * 20 : 1000 }
        for (const server of [ask, walking.ask]) {
          const found = await difference(world, server, patient)
          if (found !== undefined) wrong.push(found)
        }
      }
      told.diagnostic(`${n} searches`)
      assert.ok(n > 50, `only ${n} searches in ${roundSeconds} s`)
      assert.deepEqual(wrong, [])
    })

  await t.test('nothing failed within', () => assert.deepEqual([...errors, ...walking.errors], []))

  async function post(path: string): Promise<void> {
    const bundle = JSON.parse(readFileSync(path, 'utf8')) as Bundle
    const answer = await ask('POST', '/', bundle, { prefer: 'return=representation' })
    assert.equal(answer.status, 200, answer.text.slice(0, 1000))
    for (const { resource } of (answer.json as Bundle).entry ?? [])
      if (resource) world.resources.set(nameOf(resource), resource)
  }
})

const files = (part: string) =>
  readdirSync(join(folder, part))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, part, name))
