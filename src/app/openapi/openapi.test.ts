import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mount } from '../../platform/http/port.ts'
import type { CapabilityStatement } from './fhir-paths.ts'
import { openApi } from './openapi.ts'

type Description = { openapi: string; paths: Record<string, Record<string, { parameters?: { name: string }[] }>> }

const aMount = (prefix: string, ...routes: [string, string][]): Mount => ({
  prefix,
  routes: routes.map(([method, path]) => ({ method, path, handle: async () => ({ status: 200 }) })),
  problem: () => ({ status: 500 }),
})
const mounts = [
  aMount('/', ['GET', '/'], ['GET', '/docs'], ['GET', '/health/ready']),
  aMount('/fhir', ['GET', '/fhir/:type/:id']),
  aMount('/api/v1/fhir', ['GET', '/api/v1/fhir/:type/:id']),
  aMount('/SOAP', ['POST', '/SOAP/iti47']),
]
const capability: CapabilityStatement = {
  rest: [
    {
      interaction: [{ code: 'transaction' }],
      searchParam: [{ name: '_id', type: 'token' }],
      resource: [
        {
          type: 'Patient',
          interaction: [{ code: 'read' }, { code: 'search-type' }, { code: 'update' }],
          searchParam: [{ name: 'family', type: 'string' }],
          operation: [{ name: 'everything' }],
        },
      ],
    },
  ],
}
const describe = (statement?: CapabilityStatement) => openApi('1.2.3', mounts, statement) as Description

test('every route that is not a page is in the description', () => {
  const { openapi, paths } = describe()
  assert.equal(openapi, '3.1.0')
  assert.deepEqual(Object.keys(paths), [
    '/health/ready',
    '/fhir/{type}/{id}',
    '/api/v1/fhir/{type}/{id}',
    '/SOAP/iti47',
  ])
  assert.deepEqual(
    paths['/fhir/{type}/{id}']?.get?.parameters?.map(({ name }) => name),
    ['type', 'id'],
  )
})

test('the FHIR server is described by resource type, with what the type can do and no more', () => {
  const { paths } = describe(capability)
  assert.deepEqual(Object.keys(paths), [
    '/health/ready',
    '/SOAP/iti47',
    '/fhir/metadata',
    '/fhir',
    '/fhir/Patient',
    '/fhir/Patient/_search',
    '/fhir/Patient/{id}',
    '/fhir/Patient/{id}/$everything',
  ])
  assert.deepEqual(Object.keys(paths['/fhir/Patient/{id}'] ?? {}), ['get', 'put'])
  assert.deepEqual(
    paths['/fhir/Patient']?.get?.parameters?.map(({ name }) => name),
    ['_id', 'family'],
  )
})

test('every reference in the description leads somewhere', () => {
  const description = describe(capability)
  for (const [, pointer] of JSON.stringify(description).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = pointer?.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], description)
    assert.ok(found, pointer)
  }
})
