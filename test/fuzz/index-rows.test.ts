import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../builders/random.ts'
import { validResources } from '../builders/valid-resources.ts'
import { spoilValue } from './mutate.ts'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import { Problem } from '../../src/kernel/problem.ts'
import { buildSearchParameters } from '../../src/services/fhir-server/search/build-parameters.ts'
import { indexRows } from '../../src/services/fhir-server/search/index-rows.ts'

const parameters = buildSearchParameters(loadDefinitions())

test('a resource that breaks its types, kept by a tenant that only warns, does not break the index', () => {
  const random = seededRandom(1)
  for (let round = 0; round < 3000; round++) {
    const resource = random.pick(validResources())
    const { resourceType } = resource
    for (let count = 0; count < 3; count++) spoilValue(resource, random)
    // Values of an impossible shape may have no rows, or be refused with a reason.
    try {
      assert.ok(indexRows({ ...resource, resourceType, id: 'x' }, parameters, 'http://x/').hashes)
    } catch (error) {
      assert.ok(error instanceof Problem && error.kind === 'invalid', `${error} for ${JSON.stringify(resource)}`)
    }
  }
})

test('a comparator that is no comparator is passed over', () => {
  const quantity = { value: 5, comparator: 'constructor' }
  const observation = { resourceType: 'Observation', id: 'x', status: 'final', valueQuantity: quantity }
  const [row] = indexRows(observation, parameters, 'http://x/').numbers
  assert.deepEqual([row?.lo, row?.hi], [5, 5])
})
