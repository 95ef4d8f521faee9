import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bundle } from '../interactions/bundle.ts'
import { Problem } from '../../../kernel/problem.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { applyPatch } from '../../../standards/fhir/patch/apply-patch.ts'
import { createValidator } from '../../../standards/fhir/validation/validator.ts'
import { testFhirServer } from '../../../../test/harness/fhir.ts'

const definitions = loadDefinitions()
const { ask, callAs, service, errors } = await testFhirServer({
  validate: createValidator(definitions),
  patch: (patch, before) => applyPatch(before, patch, definitions),
})
const json = { 'content-type': 'application/json-patch+json' }
const replace = (path: string, value: unknown) => [{ op: 'replace', path, value }]
const fhirPathPatch = (path: string, value: string) => ({
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: path },
        { name: 'value', valueCode: value },
      ],
    },
  ],
})

await ask('PUT', '/Patient/p', {
  resourceType: 'Patient',
  id: 'p',
  gender: 'male',
  identifier: [{ system: 'urn:x', value: '1' }],
  extension: [{ url: 'http://x', valueDecimal: 1 }],
})

test('a JSON Patch and a FHIRPath Patch make the next version', async () => {
  const patched = await ask('PATCH', '/Patient/p', replace('/gender', 'female'), json)
  assert.equal(patched.status, 200, patched.text)
  assert.equal(patched.headers.etag, 'W/"2"')
  assert.equal((await ask('PATCH', '/Patient/p', fhirPathPatch('Patient.gender', 'other'))).json.gender, 'other')
  assert.equal((await ask('GET', '/Patient?gender=other')).json.total, 1)
})

test('a conditional patch finds its resource, and refuses when there is none', async () => {
  assert.equal(
    (await ask('PATCH', '/Patient?identifier=urn:x|1', replace('/gender', 'unknown'), json)).json.gender,
    'unknown',
  )
  assert.equal((await ask('PATCH', '/Patient?identifier=urn:x|2', replace('/gender', 'male'), json)).status, 404)
  assert.equal(
    (await ask('PATCH', '/Patient/p', replace('/gender', 'male'), { ...json, 'if-match': 'W/"1"' })).status,
    412,
  )
})

test('a patch that breaks a rule is refused, and nothing changes', async () => {
  const before = (await ask('GET', '/Patient/p')).text
  for (const [patch, status] of [
    [replace('/gender', 'wrong'), 422],
    [replace('/id', 'q'), 400],
    [replace('/name/3/family', 'x'), 400],
    [[{ op: 'test', path: '/gender', value: 'nope' }], 409],
    [{ resourceType: 'Patient' }, 400],
  ] as const) {
    const answer = await ask('PATCH', '/Patient/p', patch, Array.isArray(patch) ? json : {})
    assert.ok(
      answer.status === status || answer.status === 422,
      `${JSON.stringify(patch)}: ${answer.status} ${answer.text}`,
    )
    assert.equal((await ask('GET', '/Patient/p')).text, before)
  }
})

test('patches are entries of a transaction: a Binary, or Parameters', async () => {
  const data = Buffer.from(JSON.stringify(replace('/gender', 'male'))).toString('base64')
  await ask('PUT', '/Patient/q', { resourceType: 'Patient', id: 'q', gender: 'female' })
  const answer = await ask('POST', '/', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data },
        request: { method: 'PATCH', url: 'Patient/p' },
      },
      { resource: fhirPathPatch('Patient.gender', 'other'), request: { method: 'PATCH', url: 'Patient/q' } },
    ],
  })
  assert.equal(answer.status, 200, answer.text)
  assert.equal((await ask('GET', '/Patient/p')).json.gender, 'male')
  assert.equal((await ask('GET', '/Patient/q')).json.gender, 'other')
})

test('a patch in a transaction may change neither type nor id', async () => {
  for (const path of ['/resourceType', '/id']) {
    const data = Buffer.from(JSON.stringify(replace(path, 'Group'))).toString('base64')
    const resource = { resourceType: 'Binary', contentType: 'application/json-patch+json', data }
    const entry = [{ resource, request: { method: 'PATCH', url: 'Patient/p' } }]
    const answer = await ask('POST', '/', { resourceType: 'Bundle', type: 'transaction', entry })
    assert.equal(answer.status, 400, answer.text)
    assert.match(answer.json.issue[0].expression[0], /^Bundle\.entry\[0\]\.resource/)
  }
})

test('many patches at once are all applied, one after another', async () => {
  await ask('PUT', '/Patient/r', { resourceType: 'Patient', id: 'r', name: [{ given: ['a'] }] })
  const all = await Promise.all(
    Array.from({ length: 6 }, (_, n) =>
      ask('PATCH', '/Patient/r', [{ op: 'add', path: '/name/0/given/-', value: `g${n}` }], json),
    ),
  )
  assert.deepEqual(
    all.map(({ status }) => status),
    Array(6).fill(200),
  )
  assert.equal((await ask('GET', '/Patient/r')).json.name[0].given.length, 7)
})

test('the patches of a transaction share its deadline: when it is over, none of them was written', async () => {
  await ask('PUT', '/Patient/late', { resourceType: 'Patient', id: 'late', gender: 'male' })
  const { server } = service
  const call = { ...callAs(1), signal: AbortSignal.abort(new Problem('timeout', 'It took too long')) }
  const data = Buffer.from('[{"op":"replace","path":"/gender","value":"female"}]').toString('base64')
  const patch = {
    resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data },
    request: { method: 'PATCH', url: 'Patient/late' },
  }
  const body = { resourceType: 'Bundle', type: 'transaction', entry: [patch] }
  const mine = await server.forCall(server, call)
  await assert.rejects(bundle(mine, call, body, { representation: false }), { kind: 'timeout' })
  assert.equal((await ask('GET', '/Patient/late')).json.gender, 'male')
})

test('nothing failed within', () => assert.deepEqual(errors, []))
