import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { checkHost, isLoopback, ofThisMachine, onlyHosts } from './hosts.ts'

const hosts = onlyHosts([...ofThisMachine, 'fhir.hospital.example'])
const request = (host: string | undefined, url = '/fhir') => ({ url, headers: { host } }) as unknown as IncomingMessage

test('a server of this machine goes by the names of this machine and those it was given, at any port', () => {
  for (const host of [
    'localhost',
    'localhost:8000',
    'LocalHost:1',
    'localhost.',
    '127.0.0.1:8000',
    '[::1]',
    '[::1]:8000',
    'fhir.hospital.example',
    'FHIR.hospital.example:443',
  ])
    for (const _again of [1, 2]) assert.doesNotThrow(() => checkHost(request(host), hosts), host)
})

test('a page whose name was made to point at this machine is sent away', () => {
  for (const host of [
    'evil.example',
    'evil.example:8000',
    'localhost.evil.example',
    'evil.example#localhost',
    'localhost@evil.example',
    'localhost:8000:evil',
    '127.0.0.1.nip.example',
    '::1',
    '0.0.0.0:8000',
    '',
    ' ',
  ])
    assert.throws(() => checkHost(request(host), hosts), { kind: 'forbidden', code: { http: 421 } }, host)
})

test('the address in a request line stands above the header', () => {
  assert.throws(() => checkHost(request('localhost', 'http://evil.example/fhir'), hosts), { kind: 'forbidden' })
  assert.doesNotThrow(() => checkHost(request('evil.example', 'http://localhost:8000/fhir'), hosts))
  assert.throws(() => checkHost(request('x', 'http://localhost@evil.example/fhir'), hosts), { kind: 'forbidden' })
})

test('names are remembered as they came only up to a number', () => {
  for (let port = 1; port < 1000; port++) assert.ok(hosts.allow(`localhost:${port}`))
  assert.ok(!hosts.allow('evil.example:1'))
})

test('which addresses only this machine reaches', () => {
  for (const address of ['127.0.0.1', '127.1.2.3', 'localhost', '::1']) assert.ok(isLoopback(address), address)
  for (const address of ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', 'localhost.example'])
    assert.ok(!isLoopback(address), address)
})
