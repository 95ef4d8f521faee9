import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFhirServer } from '../../../../test/harness/fhir.ts'
import { overPresentTypes } from '../interactions/present-types.ts'
import { resolveSearch } from '../search/resolve.ts'

const { askAs, callAs, service, errors } = await testFhirServer()
const { server } = service
const typesOf = async (tenant: number, compartment?: string) => {
  const search = resolveSearch([], [], server.parameters, server.limits, compartment)
  return (await overPresentTypes(server, callAs(tenant), search)).types
}

await askAs(1)('PUT', '/Patient/a', { resourceType: 'Patient', id: 'a' })
await askAs(1)('PUT', '/Organization/o', { resourceType: 'Organization', id: 'o', name: 'x' })
const observed = {
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: 'Patient/a' },
}
await askAs(1)('PUT', '/Observation/b', { ...observed, id: 'b' })
await askAs(2)('PUT', '/Device/d', { resourceType: 'Device', id: 'd' })

test('a search over all types looks where the tenant has any', async () => {
  assert.deepEqual(await typesOf(1), ['Observation', 'Organization', 'Patient'])
  assert.deepEqual(await typesOf(2), ['Device'])
  assert.deepEqual(await typesOf(3), [])
})

test('in a compartment it looks at those types that can be in it', async () => {
  assert.deepEqual(await typesOf(1, 'Patient/a'), ['Observation', 'Patient'])
})

test('what is there is found, and what is not is not an error', async () => {
  const found = async (tenant: number, path: string) =>
    (await askAs(tenant)('GET', path)).json.entry
      ?.map(({ resource }: { resource: { id: string } }) => resource.id)
      .sort()
  assert.deepEqual(await found(1, '/?_lastUpdated=ge2020'), ['a', 'b', 'o'])
  assert.deepEqual(await found(1, '/Patient/a/*?_lastUpdated=ge2020'), ['a', 'b'])
  assert.deepEqual(await found(1, '/Patient/a/$everything'), ['a', 'b'])
  assert.deepEqual(await found(3, '/?_lastUpdated=ge2020'), undefined)
  assert.deepEqual(await found(1, '/Patient/zz/*'), undefined)
})

test('nothing failed within', () => assert.deepEqual(errors, []))
