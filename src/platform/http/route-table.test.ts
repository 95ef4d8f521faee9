import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Route } from './port.ts'
import { methodsAt, routeFor } from './route-table.ts'

const aRoute = (method: string, path: string): Route => ({ method, path, handle: async () => ({ status: 200 }) })
const routes = [
  aRoute('GET', '/fhir/:type/:id'),
  aRoute('PUT', '/fhir/:type/:id'),
  aRoute('GET', '/fhir/:type/_history'),
  aRoute('GET', '/fhir/:type/:id/$everything'),
  aRoute('POST', '/fhir'),
  aRoute('GET', '/assets/*'),
]

test('an address lists the methods it has, HEAD with GET', () => {
  assert.deepEqual(methodsAt(routes, '/fhir/Patient/1'), ['GET', 'HEAD', 'PUT'])
  assert.deepEqual(methodsAt(routes, '/fhir/'), ['POST'])
  assert.deepEqual(methodsAt(routes, '/elsewhere'), [])
})

test('parameters are read from the address and decoded', () => {
  assert.deepEqual(routeFor(routes, 'PUT', '/fhir/Patient/a%20b')?.params, { type: 'Patient', id: 'a b' })
  assert.deepEqual(routeFor(routes, 'GET', '/assets/css/x.css')?.params, { '*': 'css/x.css' })
})

test('fixed text wins over a parameter', () => {
  assert.equal(routeFor(routes, 'GET', '/fhir/Patient/_history')?.route.path, '/fhir/:type/_history')
  assert.equal(routeFor(routes, 'GET', '/fhir/Patient/1/$everything')?.params.id, '1')
})
