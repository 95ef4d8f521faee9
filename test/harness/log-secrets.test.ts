import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { population } from '../../simulators/people/population.ts'
import { secretFinder } from './log-secrets.ts'

const secretsIn = secretFinder(['ÖZGÜR-SMYTHE'])
const person = population(7, 3)[2]!
const logged = (text: string) => JSON.stringify({ level: 'info', event: 'planted', text })

test('what identifies a made person, says what was said or opens a door is found in a line', () => {
  const planted = {
    'an NHS number': [person.nhsNumber, '943 476 5919', '943-476-5919', '9434765919^^^&2.16.840.1.113883.2.1.4.1&ISO'],
    'a name': [person.family, `for ${person.given[0]}`, `?family=${person.family}&_count=3`, 'Quartz', 'ÖZGÜR-SMYTHE'],
    'an address': ['12 Spindle Lane'],
    'a postcode': ['LS17 1AA'],
    'a JWT': ['eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30.'],
    'a bearer token': ['authorization: Bearer 3f1c9a7be2'],
    'an XML message': [
      '<saml2:Assertion ID="_1">',
      '<Assertion>',
      '<soap:Envelope>',
      '<s:Envelope xmlns:s="x">',
      '<Envelope>',
    ],
    'a private key': ['-----BEGIN PRIVATE KEY-----'],
    'a password in an address': ['postgres://weft_app:secret@localhost/weft', 'redis://:secret@localhost'],
    'a name of Synthea': ['Abby752'],
  }
  for (const [what, texts] of Object.entries(planted))
    for (const text of texts)
      assert.ok(
        secretsIn(logged(text)).some((secret) => secret.what === what),
        `${what}: ${text}`,
      )
})

test('ids, times, patterns and places in the code are nobody’s secret', () => {
  for (const line of [
    '{"level":"info","time":"2026-11-27T09:03:18.123Z","requestId":"0b5cbb1e-1a2b-4c3d-8e9f-1234567890ab","tenant":1,"method":"GET","route":"/fhir/:type/:id","status":200,"ms":12.345}',
    '{"level":"info","event":"transaction","id":"5b0d8c4e-58b2-4b8e-9c2f-000000000000","transaction":"ITI-39","outcome":"retrieved","ms":5}',
    '{"level":"error","event":"soap.failed","error":"TypeError at readXml (file:///srv/weft/src/standards/xml/read.ts:70:11)"}',
    '{"document":"2.25.329800735698586629295641978511506172918","traceId":"4bf92f3577b34da6a3ce929d0e0e4736"}',
    '  PostgreSQL                postgres://localhost:5432/weft',
  ])
    assert.deepEqual(secretsIn(line), [], line)
})

test('a run whose log holds one such line fails, and one that logged nothing is not a run', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-run-logs-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const check = (...more: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'check-run-logs.ts'), folder, ...more], { encoding: 'utf8' })
  const good = `${logged('as it should be')}\n`.repeat(10)
  writeFileSync(join(folder, '1.log'), good)
  assert.equal(check().status, 0)
  assert.match(check('--whole').stdout, /A whole run logs more/)
  assert.equal(check('--whole').status, 1)
  writeFileSync(join(folder, '2.log'), `${good}${logged(`refused for ${person.nhsNumber}`)}\n`)
  const { status, stdout } = check()
  assert.equal(status, 1)
  assert.match(stdout, /2\.log:11 holds an NHS number/)
})
