import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { seededRandom } from '../../../../test/builders/random.ts'
import { validResources } from '../../../../test/builders/valid-resources.ts'
import { oddResource } from '../../../../test/search-oracle/odd-resources.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import type { Resource } from '../../../standards/fhir/types.ts'
import { buildSearchParameters } from '../search/build-parameters.ts'
import { areMine, extractionVersions, inRound, nextRules, rulesOf } from '../search/index-rules.ts'
import { indexRows } from '../search/index-rows.ts'

const definitions = loadDefinitions()
const base = 'http://localhost:8000/fhir/'
const rules = rulesOf(definitions)

// Fails when extraction changes, or the resources it is tried on. In the first case raise the version of what changed in
// index-rules.ts, or every store keeps rows that are wrong; then write the new digests here.
test('what is read from resources has not changed without its version being raised', () => {
  const parameters = buildSearchParameters(definitions)
  const random = seededRandom(7)
  const resources: Resource[] = [...validResources(), ...Array.from({ length: 300 }, (_, n) => oddResource(n, random))]
  const digests = {
    hashes: createHash('sha256'),
    dates: createHash('sha256'),
    numbers: createHash('sha256'),
    strings: createHash('sha256'),
  }
  for (const resource of resources) {
    const rows = indexRows({ ...resource, id: 'x' }, parameters, base)
    digests.hashes.update([rows.key, ...rows.hashes].join())
    for (const name of ['dates', 'numbers', 'strings'] as const)
      digests[name].update(rows[name].map((row) => Object.values(row).join()).join('\n'))
  }
  const found = Object.fromEntries(
    Object.entries(digests).map(([name, digest]) => [name, digest.digest('hex').slice(0, 16)]),
  )
  assert.deepEqual(
    { ...found, versions: extractionVersions },
    {
      dates: 'f0cc2b0a6752ec60',
      hashes: '463c47126389f02b',
      numbers: '199dc6cabddf888e',
      strings: '870021695dd366c7',
      versions: { all: 1, token: 2, string: 1, reference: 2, date: 1, number: 1, quantity: 1, uri: 1 },
    },
  )
})

test('a rule that changes gets a new round and other keys, the others keep theirs', () => {
  const first = nextRules(undefined, rules, base, { hasRecords: false })
  assert.equal(first.round, 0)
  assert.equal(inRound('Patient.name', 0), 'Patient.name')
  const changed = rulesOf(definitions, { ...extractionVersions, date: 99 })
  assert.ok(areMine(first, rules, base))
  assert.ok(!areMine(first, changed, base))
  const second = nextRules(first, changed, base, { hasRecords: true })
  assert.equal(second.parameters['Patient.birthdate']?.[1], 1)
  assert.equal(second.parameters['Patient.family']?.[1], 0)
  assert.notEqual(second.rules, first.rules)
  // A rule that comes back is a new one all the same: its rows of then have not been kept up.
  const third = nextRules(second, rules, base, { hasRecords: true })
  assert.equal(third.parameters['Patient.birthdate']?.[1], 2)
})

test('rows that nobody knows the rules of are not trusted', () => {
  const rounds = Object.values(nextRules(undefined, rules, base, { hasRecords: true }).parameters)
  assert.ok(rounds.every(([, round]) => round === 1))
})

test('another address gives a new round to the references of the types that depend on it', () => {
  const first = nextRules(undefined, rules, base, { hasRecords: false })
  const options = { hasRecords: true, moved: new Set(['Observation']) }
  const moved = nextRules(first, rules, 'https://new.example/fhir/', options)
  const raised = Object.entries(moved.parameters).filter(([, [, round]]) => round > 0)
  assert.ok(raised.every(([name]) => name.startsWith('Observation')))
  assert.ok(raised.some(([name]) => name === 'Observation.subject'))
  assert.ok(raised.some(([name]) => name === 'Observation:compartments'))
  assert.equal(moved.parameters['Observation.status']?.[1], 0)
  assert.notEqual(nextRules(first, rules, 'https://new.example/fhir/', { hasRecords: true }).rules, first.rules)
})
