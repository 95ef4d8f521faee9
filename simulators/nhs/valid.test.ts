import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import { compileFhirPath } from '../../src/standards/fhir/fhirpath/compile.ts'
import { createValidator } from '../../src/standards/fhir/validation/validator.ts'
import type { Bundle, Resource } from '../../src/standards/fhir/types.ts'
import type { Asked } from './http.ts'
import { madeWorld } from './made-world.ts'
import { pdsOutcome } from './outcome.ts'
import { searchPatients } from './pds/search.ts'
import { visible } from './pds/visible.ts'
import { sdsEndpoint } from './sds.ts'

const definitions = loadDefinitions()
const validate = createValidator(definitions, (expression, type) => {
  const evaluate = compileFhirPath(expression, { type, definitions })
  return (node, resource, rootResource) => {
    const answer = evaluate(node, { resource, rootResource })
    return answer.length === 1 ? answer[0]?.value === true : undefined
  }
})
const faultsOf = (resources: Iterable<Resource>) => [
  ...new Set(
    Array.from(resources, validate)
      .flat()
      .filter(({ severity }) => severity === 'error' || severity === 'fatal')
      .map(({ code, diagnostics, expression }) => `${code} ${expression?.[0]} ${diagnostics}`),
  ),
]
const world = madeWorld({ seed: 1, people: 60 })

test('what the simulated PDS says is valid R4', () => {
  const [first] = world.patients.values()
  assert.ok(first)
  const search = new URLSearchParams({
    family: String((first.pds['name'] as { family: string }[])[0]?.family),
    birthdate: `eq${first.pds['birthDate']}`,
  })
  const found = searchPatients(search, world).body as Bundle
  assert.equal(found['total'], 1)
  const outcomes = [pdsOutcome('RESOURCE_NOT_FOUND'), pdsOutcome('TOO_MANY_MATCHES'), pdsOutcome('MISSING_VALUE', 'x')]
  assert.deepEqual(faultsOf(Array.from(world.patients.values(), visible)), [])
  assert.deepEqual(faultsOf([found, ...outcomes.map(({ body }) => body as Resource)]), [])
})

test('what the simulated SDS says is valid R4', () => {
  const answer = sdsEndpoint({ world, apiKeys: ['k'], ids: randomUUID })
  const ask = (path: string, query: string) => {
    const asked: Asked = {
      method: 'GET',
      target: `${path}?${query}`,
      path,
      query: new URLSearchParams(query),
      headers: { apikey: 'k', accept: 'application/fhir+json' },
      body: Buffer.alloc(0),
      client: undefined,
    }
    return answer(asked, path).body as Bundle
  }
  const interaction =
    'https://fhir.nhs.uk/Id/nhsServiceInteractionId|urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1'
  const query = `organization=https://fhir.nhs.uk/Id/ods-organization-code|Z99901&identifier=${interaction}`
  const bundles = [ask('/Endpoint', query), ask('/Device', query)]
  assert.deepEqual(
    bundles.map(({ total }) => total),
    [1, 2],
  )
  assert.deepEqual(faultsOf(bundles), [])
  assert.deepEqual(faultsOf(bundles.flatMap(({ entry }) => entry?.flatMap(({ resource }) => resource ?? []) ?? [])), [])
})
