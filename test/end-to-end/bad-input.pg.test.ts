/** What is wrong is said, with its place; nothing breaks, and nothing is half written. Over a real socket. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, test } from 'node:test'
import { loadConfig } from '../../src/app/config.ts'
import { serve, settledPorts } from '../../src/app/serve.ts'
import { services } from '../../src/app/services.ts'
import { testDatabase } from '../harness/database.ts'

const { app } = await testDatabase()
const config = await settledPorts(loadConfig({ PORT: '0', BODY_LIMIT_BYTES: '2000000', LOG_LEVEL: 'silent' }))
const serving = await serve({
  config,
  version: 'test',
  databaseUrl: app,
  services: services.filter(({ name }) => name === 'fhir-server'),
})
after(() => serving.stop())
const base = `http://127.0.0.1:${config.PORT}/fhir`

type Sent = { method?: string; headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> }

async function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}) {
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/fhir+json' }
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { ...type, ...headers },
    ...(body !== undefined && { body }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: text === '' ? undefined : JSON.parse(text) }
}

const total = async () => (await send('/_history?_count=1000')).json.entry?.length ?? 0

async function refuses(status: number, path: string, sent: Sent = {}, at?: RegExp | false): Promise<void> {
  const before = await total()
  const answer = await send(path, sent)
  const told = `${sent.method ?? 'GET'} ${path.slice(0, 100)}: ${answer.status} ${answer.text.slice(0, 500)}`
  assert.equal(answer.status, status, told)
  assert.equal(answer.json.resourceType, 'OperationOutcome', told)
  const [issue] = answer.json.issue
  assert.ok(issue.diagnostics, told)
  if (at !== false) assert.match(issue.expression?.[0] ?? 'no expression', at ?? /./, told)
  assert.doesNotMatch(answer.text, /select |fhir\.|\.ts:|node_modules/, told)
  assert.equal(await total(), before, told)
}
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Sent => ({
  method: 'POST',
  body,
  headers,
})
const put = (body: string): Sent => ({ method: 'PUT', body })

test('what is no JSON', async () => {
  for (const body of [
    '{',
    '',
    'null',
    '[]',
    '"x"',
    '{"resourceType":"Patient",}',
    '{"resourceType":"Patient"} x',
    "{'a':1}",
    '{"resourceType":"Patient","active":tru}',
  ])
    await refuses(400, '/Patient', post(body))
  await refuses(400, '/Patient', post(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])))
})

test('JSON that is a weapon: depth, size, keys that stand twice, NUL', async () => {
  await refuses(400, '/Patient', post(`{"resourceType":"Patient","x":${'['.repeat(500_000)}`))
  await refuses(
    400,
    '/Patient',
    post(`{"resourceType":"Patient","extension":${'[{"extension":'.repeat(300)}[]${'}]'.repeat(300)}}`),
  )
  await refuses(413, '/Patient', post(`{"resourceType":"Patient","x":"${'y'.repeat(2_100_000)}"}`), false)
  await refuses(400, '/Patient', post('{"resourceType":"Patient","gender":"male","gender":"female"}'), /gender/)
  await refuses(400, '/Patient', post('{"resourceType":"Patient","name":[{"family":"a\\u0000b"}]}'), /family/)
  await refuses(400, '/Patient?name=a%00b', {}, /query/)
})

test('resources of the wrong type or id', async () => {
  await refuses(400, '/Patient', post('{"resourceType":"Observation"}'), /resourceType/)
  await refuses(400, '/Patient', post('{"resourceType":"Nonsense"}'), /resourceType/)
  await refuses(400, '/Patient', post('{}'), /resourceType/)
  await refuses(404, '/Nonsense', post('{"resourceType":"Nonsense"}'))
  await refuses(400, '/Patient/a_b', put('{"resourceType":"Patient","id":"a_b"}'), /id/)
  await refuses(400, `/Patient/${'x'.repeat(65)}`, put(`{"resourceType":"Patient","id":"${'x'.repeat(65)}"}`), /id/)
  await refuses(400, '/Patient/a', put('{"resourceType":"Patient","id":"b"}'), /id/)
  await refuses(400, '/Patient/a', put('{"resourceType":"Patient"}'), /id/)
  await refuses(404, '/Patient/a%27%20or%201=1')
  await refuses(404, `/Patient/${encodeURIComponent('../../etc/passwd')}`)
})

test('a resource that breaks three rules is told three things', async () => {
  const answer = await send(
    '/Observation',
    post('{"resourceType":"Observation","status":"nonsense","foo":1,"valueString":"a","valueInteger":1,"code":{}}'),
  )
  assert.equal(answer.status, 422)
  assert.ok(answer.json.issue.length >= 3, answer.text)
  for (const issue of answer.json.issue) assert.match(issue.expression[0], /^Observation/)
})

test('media types that are not spoken', async () => {
  await refuses(415, '/Patient', post('<Patient/>', { 'content-type': 'application/fhir+xml' }), /Content-Type/)
  await refuses(415, '/Patient', post('{"resourceType":"Patient"}', { 'content-type': 'text/plain' }), /Content-Type/)
  await refuses(
    415,
    '/Patient',
    post('{"resourceType":"Patient"}', { 'content-type': 'application/fhir+json; charset=utf-16' }),
    /Content-Type/,
  )
  await refuses(415, '/Patient/_search', post('{"name":"x"}', { 'content-type': 'application/json' }), /Content-Type/)
  await refuses(406, '/Patient', { headers: { accept: 'application/fhir+xml' } }, /Accept/)
  await refuses(406, '/Patient?_format=xml', {}, /_format/)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  await refuses(406, '/Patient/_search', post('_format=xml', form), /_format/)
  await refuses(406, '/Patient', { headers: { accept: 'application/fhir+json; fhirVersion=3.0' } }, /Accept/)
  const stu3 = { 'content-type': 'application/fhir+json; fhirVersion=3.0' }
  await refuses(415, '/Patient', post('{"resourceType":"Patient"}', stu3), /Content-Type/)
  assert.equal(
    (await send('/Patient', { headers: { accept: 'application/fhir+xml;q=0.5, application/json' } })).status,
    200,
  )
  assert.equal(
    (await send('/Patient?_format=application/fhir%2Bjson', { headers: { accept: 'application/xml' } })).status,
    200,
  )
})

test('a head that is too large', async () => {
  await refuses(431, '/Patient', { headers: { 'x-long': 'x'.repeat(600_000) } }, /http\.header/)
  await refuses(431, '/Patient', { headers: { 'x-long': 'x'.repeat(1_200_000) } }, /http\.header/)
})

test('searches that ask the impossible', async () => {
  await refuses(400, '/Patient?_count=-1', {}, /_count/)
  await refuses(400, '/Patient?_count=many', {}, /_count/)
  await refuses(400, '/Patient?birthdate=yesterday', {}, /birthdate/)
  await refuses(400, '/Patient?birthdate=2020-02-30', {}, /birthdate/)
  await refuses(400, '/Observation?value-quantity=lots', {}, /value-quantity/)
  await refuses(400, '/Patient?name=%', {}, /query/)
  await refuses(400, '/Patient?name=%ff', {}, /query/)
  await refuses(400, '/Patient?identifier:missing=maybe', {}, /missing/)
  await refuses(400, '/Patient?_total=some', {}, /_total/)
  await refuses(400, '/Patient?_summary=short', {}, /_summary/)
  await refuses(400, '/Patient?_cursor=abc', {}, /_cursor/)
  await refuses(400, '/Patient?nonsense=1', { headers: { prefer: 'handling=strict' } }, /nonsense/)
  await refuses(400, '/Patient?name:wrong=1', { headers: { prefer: 'handling=strict' } }, /name/)
  await refuses(400, `/Patient?${'link.'.repeat(7)}name=1`, {}, /./)
  await refuses(404, '/Patient/1/Nonsense', {}, /./)
})

test('a parameter that is not understood is reported, and left out of the self link', async () => {
  const answer = await send('/Patient?nonsense=1&gender=male')
  assert.equal(answer.status, 200)
  assert.equal(answer.json.link[0].url.split('?')[1], 'gender=male')
  const outcome = answer.json.entry.find((entry: { search: { mode: string } }) => entry.search.mode === 'outcome')
  assert.deepEqual(outcome.resource.issue[0].expression, ['nonsense'])
})

test('an OR list of 10,000 values is searched, one of more is refused', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const list = (length: number) => `identifier=${Array.from({ length }, (_, n) => `urn:x|${n}`).join(',')}`
  assert.equal((await send('/Patient/_search', post(list(10_000), form))).status, 200)
  await refuses(400, '/Patient/_search', post(list(10_001), form), /identifier/)
})

test('SQL in every place is text', async () => {
  const sql = `'; drop table fhir.resource; --`
  const escaped = encodeURIComponent(sql)
  const parameters = [
    'name',
    'identifier',
    'family:exact',
    'family:contains',
    '_id',
    'general-practitioner',
    'link',
    'address-city',
    '_profile',
    '_tag',
    'organization.name',
    '_has:Observation:patient:code',
    '_sort',
    '_include',
    '_revinclude',
    '_elements',
    '_type',
    '_lastUpdated',
    'birthdate',
    '_count',
    '_cursor',
    '_total',
  ]
  for (const name of parameters) {
    const answer = await send(`/Patient?${name}=${escaped}`)
    assert.ok(answer.status === 200 || answer.status === 400, `${name}: ${answer.status}`)
  }
  for (const name of [escaped, `name:${escaped}`, `link:${escaped}.name`, `_has:${escaped}:patient:code`]) {
    const answer = await send(`/Patient?${name}=1`)
    assert.ok(answer.status === 200 || answer.status === 400, `${name}: ${answer.status}`)
  }
  const made = await send(
    '/Patient',
    post(
      JSON.stringify({
        resourceType: 'Patient',
        name: [{ family: sql }],
        identifier: [{ system: 'urn:sql', value: sql }],
      }),
    ),
  )
  assert.equal(made.status, 201)
  const found = await send(`/Patient?family:exact=${escaped}&identifier=urn:sql|${escaped}`)
  assert.deepEqual(
    found.json.entry.map((entry: { resource: { id: string } }) => entry.resource.id),
    [made.json.id],
  )
})

test('bundles that are none', async () => {
  await refuses(400, '/', post('{"resourceType":"Patient"}'))
  await refuses(400, '/', post('{"resourceType":"Bundle","type":"searchset"}'), /Bundle\.type/)
  await refuses(400, '/', post('{"resourceType":"Bundle","type":"transaction","entry":{}}'), /Bundle\.entry/)
  await refuses(400, '/', post('{"resourceType":"Bundle","type":"transaction","entry":[null]}'), /Bundle\.entry\[0\]/)
  await refuses(
    400,
    '/',
    post('{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Patient"}}]}'),
    /resource/,
  )
  await refuses(
    422,
    '/',
    post(
      '{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}},{"resource":{"resourceType":"Patient","gender":"x"},"request":{"method":"POST","url":"Patient"}}]}',
    ),
    /^Bundle\.entry\[1\]\.resource\.gender/,
  )
})

test('a method that is not there is named, with those that are', async () => {
  const answer = await send('', { method: 'DELETE' })
  assert.equal(answer.status, 405)
  assert.match(answer.headers.get('allow') ?? '', /POST/)
})

test('the server is well after all that', async () => {
  assert.equal((await send('/metadata')).json.resourceType, 'CapabilityStatement')
  const ready = await fetch(`http://127.0.0.1:${config.PORT}/health/ready`)
  assert.equal(ready.status, 200)
})

test('an operation that is not there is named, whatever the method; one that is there tells its methods', async () => {
  for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
    for (const path of ['/$unknown', '/Patient/$unknown', '/Patient/1/$unknown']) {
      const answer = await send(path, method === 'GET' || method === 'DELETE' ? { method } : { method, body: '{}' })
      assert.equal(answer.status, 404, `${method} ${path}`)
      assert.match(answer.json.issue[0].diagnostics, /no operation \$unknown/, `${method} ${path}`)
    }
  const there = await send('/Patient/1/$everything', { method: 'DELETE' })
  assert.equal(there.status, 405)
  assert.match(there.headers.get('allow') ?? '', /GET/)
})

test('under a name that is not this machine nothing is read and nothing is written: a page elsewhere may have made it up', async () => {
  const named = (host: string, method: string, path: string, body?: string) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const headers = { host, 'content-type': 'application/fhir+json' }
      const asked = request({ host: '127.0.0.1', port: config.PORT, method, path, headers }, (response) => {
        let text = ''
        response.on('data', (chunk) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode, text }))
      })
      asked.on('error', reject)
      asked.end(body)
    })
  const before = await total()
  for (const [method, path, body] of [
    ['GET', '/fhir/Patient'],
    ['POST', '/fhir/Patient', '{"resourceType":"Patient"}'],
    ['GET', '/metrics'],
    ['GET', '/'],
  ] as const) {
    const answer = await named(`evil.example:${config.PORT}`, method, path, body)
    assert.equal(answer.status, 421, path)
    if (path.startsWith('/fhir')) {
      const outcome = JSON.parse(answer.text)
      assert.equal(outcome.resourceType, 'OperationOutcome')
      assert.deepEqual(outcome.issue[0].expression, ['Host'])
    }
  }
  assert.equal(await total(), before)
  for (const host of ['localhost', `127.0.0.1:${config.PORT}`, '[::1]:80'])
    assert.equal((await named(host, 'GET', '/fhir/Patient')).status, 200, host)
})
