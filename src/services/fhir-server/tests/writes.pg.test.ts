import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testFhirServer } from '../../../../test/harness/fhir.ts'
import type { Resource } from '../../../standards/fhir/types.ts'

const { ask, askAs, errors } = await testFhirServer()
const patient = (over: object = {}) => ({ resourceType: 'Patient', ...over })
const entry = (method: string, url: string, resource?: object, more: object = {}) => ({
  ...more,
  ...(resource && { resource }),
  request: { method, url, ...(more as { request?: object }).request },
})
const transaction = (...entries: object[]) => ({ resourceType: 'Bundle', type: 'transaction', entry: entries })
const total = async (query: string) =>
  (await ask('GET', `${query}${query.includes('?') ? '&' : '?'}_summary=count`)).json.total

test('a stale version is refused, the current one is not', async () => {
  await ask('PUT', '/Patient/v1', patient({ id: 'v1' }))
  await ask('PUT', '/Patient/v1', patient({ id: 'v1', active: true }))
  assert.equal((await ask('PUT', '/Patient/v1', patient({ id: 'v1' }), { 'if-match': 'W/"1"' })).status, 412)
  assert.equal((await ask('PUT', '/Patient/v1', patient({ id: 'v1' }), { 'if-match': 'W/"2"' })).status, 200)
  assert.equal((await ask('DELETE', '/Patient/v1', undefined, { 'if-match': 'W/"1"' })).status, 412)
})

test('a version is named weakly, strongly, bare, or as one of several; * is any', async () => {
  const body = patient({ id: 'v3' })
  const put = async (ifMatch: string) => (await ask('PUT', '/Patient/v3', body, { 'if-match': ifMatch })).status
  assert.equal(await put('*'), 412)
  await ask('PUT', '/Patient/v3', body)
  assert.deepEqual([await put('W/"1"'), await put('"2"'), await put('3'), await put('*')], [200, 200, 200, 200])
  assert.deepEqual([await put('W/"1", W/"5"'), await put('W/"1", W/"2"'), await put('garbage')], [200, 412, 412])
})

test('who wants to create only (If-None-Match: *) does not overwrite', async () => {
  const create = (body: object) => ask('PUT', '/Patient/v4', body, { 'if-none-match': '*' })
  assert.equal((await create(patient({ id: 'v4', gender: 'male' }))).status, 201)
  assert.equal((await create(patient({ id: 'v4' }))).status, 412)
  const bundle = transaction(
    entry('PUT', 'Patient/v4', patient({ id: 'v4' }), {
      request: { method: 'PUT', url: 'Patient/v4', ifNoneMatch: '*' },
    }),
  )
  assert.equal((await ask('POST', '/', bundle)).status, 412)
  assert.equal((await ask('GET', '/Patient/v4')).json.gender, 'male')
  await ask('DELETE', '/Patient/v4')
  assert.equal((await create(patient({ id: 'v4' }))).status, 201)
})

test('a conditional update that matches nothing does not overwrite a resource that has the id', async () => {
  await ask('PUT', '/Patient/v5', patient({ id: 'v5', gender: 'male' }))
  const url = 'Patient?identifier=urn:v5|other'
  const body = patient({ id: 'v5', identifier: [{ system: 'urn:v5', value: 'other' }] })
  assert.equal((await ask('PUT', `/${url}`, body)).status, 409)
  const refused = await ask('POST', '/', transaction(entry('PUT', url, body)))
  assert.equal(refused.status, 409)
  assert.equal((await ask('GET', '/Patient/v5')).json.gender, 'male')
  await ask('DELETE', '/Patient/v5')
  assert.equal((await ask('PUT', `/${url}`, body)).status, 201)
})

test('of many writers with one version, one wins; without a version, none is lost', async () => {
  await ask('PUT', '/Patient/v2', patient({ id: 'v2' }))
  const raced = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      ask('PUT', '/Patient/v2', patient({ id: 'v2', birthDate: `190${n}` }), { 'if-match': 'W/"1"' }),
    ),
  )
  assert.deepEqual(raced.map(({ status }) => status).sort(), [200, ...Array(9).fill(412)])
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, n) => ask('PUT', '/Patient/v2', patient({ id: 'v2', birthDate: `191${n}` }))),
  )
  assert.deepEqual(
    all.map(({ status }) => status),
    Array(8).fill(200),
  )
  assert.equal((await ask('GET', '/Patient/v2/_history')).json.total, 10)
})

test('of many conditional creates with one condition, one creates', async () => {
  const body = patient({ identifier: [{ system: 'urn:c', value: '1' }] })
  const raced = await Promise.all(
    Array.from({ length: 10 }, () => ask('POST', '/Patient', body, { 'if-none-exist': 'identifier=urn:c|1' })),
  )
  assert.deepEqual(raced.map(({ status }) => status).sort(), [...Array(9).fill(200), 201])
  assert.equal(new Set(raced.map(({ json }) => json.id)).size, 1)
})

test('a conditional update creates, updates the one match, and refuses to choose among several', async () => {
  const body = (value: string, over: object = {}) => patient({ identifier: [{ system: 'urn:u', value }], ...over })
  assert.equal((await ask('PUT', '/Patient?identifier=urn:u|1', body('1'))).status, 201)
  assert.equal((await ask('PUT', '/Patient?identifier=urn:u|1', body('1', { active: true }))).status, 200)
  await ask('POST', '/Patient', body('1'))
  assert.equal((await ask('PUT', '/Patient?identifier=urn:u|1', body('1'))).status, 412)
  assert.equal((await ask('PUT', '/Patient?nonsense=1', body('2'))).status, 400)
  assert.equal((await ask('PUT', '/Patient?identifier=urn:u|9', body('9', { id: 'given' }))).json.id, 'given')
})

test('a conditional delete takes all matches, and never everything', async () => {
  for (const n of [1, 2, 3])
    await ask('POST', '/Patient', patient({ identifier: [{ system: 'urn:d', value: String(n) }] }))
  assert.equal((await ask('DELETE', '/Patient')).status, 412)
  assert.equal((await ask('DELETE', '/Patient?_count=1')).status, 412)
  assert.equal((await ask('DELETE', '/Patient?nonsense=1')).status, 400)
  const deleted = await ask('DELETE', '/Patient?identifier=urn:d|', undefined, { prefer: 'return=OperationOutcome' })
  assert.equal(deleted.status, 200)
  assert.match(deleted.text, /3 deleted/)
  assert.equal(await total('/Patient?identifier=urn:d|'), 0)
})

test('a deleted resource is gone, keeps its history, and can come back', async () => {
  await ask('PUT', '/Patient/d1', patient({ id: 'd1', gender: 'male' }))
  assert.equal((await ask('DELETE', '/Patient/d1')).status, 204)
  assert.equal((await ask('DELETE', '/Patient/d1')).status, 204)
  assert.equal((await ask('GET', '/Patient/d1')).status, 410)
  assert.equal((await ask('GET', '/Patient/d1/_history/1')).status, 200)
  assert.equal((await ask('GET', '/Patient/d1/_history/2')).status, 410)
  assert.equal((await ask('GET', '/Patient/d1/_history/3')).status, 404)
  assert.equal((await ask('GET', '/Patient/never')).status, 404)
  assert.equal(await total('/Patient?_id=d1'), 0)
  assert.equal((await ask('PUT', '/Patient/d1', patient({ id: 'd1', gender: 'male' }))).status, 201)
  assert.equal(await total('/Patient?_id=d1&gender=male'), 1)
})

test('what has not changed is not sent again', async () => {
  const made = await ask('PUT', '/Patient/n1', patient({ id: 'n1' }))
  assert.equal((await ask('GET', '/Patient/n1', undefined, { 'if-none-match': 'W/"1"' })).status, 304)
  assert.equal((await ask('GET', '/Patient/n1', undefined, { 'if-none-match': 'W/"2"' })).status, 200)
  assert.equal(
    (await ask('GET', '/Patient/n1', undefined, { 'if-modified-since': made.headers['last-modified'] as string }))
      .status,
    304,
  )
  assert.equal(
    (await ask('GET', '/Patient/n1', undefined, { 'if-modified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' })).status,
    200,
  )
})

test('a write answers as it was preferred', async () => {
  assert.equal((await ask('POST', '/Patient', patient(), { prefer: 'return=minimal' })).text, '')
  assert.equal(
    (await ask('POST', '/Patient', patient(), { prefer: 'return=OperationOutcome' })).json.resourceType,
    'OperationOutcome',
  )
  assert.equal(
    (await ask('POST', '/Patient', patient(), { prefer: 'return=representation' })).json.resourceType,
    'Patient',
  )
})

test('a link of a transaction is followed where it is an address, and a text that looks like one stays', async () => {
  const b = 'urn:uuid:0d3b7e52-6c1f-4d0a-9a53-5b1d3c0a7e11'
  const extension = [
    { url: b, valueUri: b },
    { url: 'http://x', valueString: b },
    { url: 'http://x', valueUuid: b },
    { url: 'http://x', valueUrl: b, _valueUrl: { extension: [{ url: 'http://x', valueCanonical: b }] } },
  ]
  const answer = await ask(
    'POST',
    '/',
    transaction(
      entry(
        'POST',
        'Patient',
        patient({
          extension,
          identifier: [{ system: 'urn:ietf:rfc:3986', value: b }],
          photo: [{ url: b, title: b }],
          _gender: { extension: [{ url: 'http://x', valueUri: b }] },
          contained: [
            { resourceType: 'Basic', id: 'c', code: { text: b }, extension: [{ url: 'http://x', valueUri: b }] },
          ],
        }),
      ),
      entry('POST', 'Patient', patient(), { fullUrl: b }),
    ),
    { prefer: 'return=representation' },
  )
  assert.equal(answer.status, 200, answer.text)
  const [{ resource }, { resource: linked }] = answer.json.entry
  const address = `Patient/${linked.id}`
  assert.deepEqual(resource.extension, [
    { url: b, valueUri: address },
    { url: 'http://x', valueString: b },
    { url: 'http://x', valueUuid: b },
    { url: 'http://x', valueUrl: address, _valueUrl: { extension: [{ url: 'http://x', valueCanonical: address }] } },
  ])
  assert.equal(resource.identifier[0].value, b)
  assert.deepEqual(resource.photo, [{ url: address, title: b }])
  assert.equal(resource._gender.extension[0].valueUri, address)
  assert.deepEqual([resource.contained[0].code.text, resource.contained[0].extension[0].valueUri], [b, address])
})

test('a relative reference of an entry leads to the entry at the same server, not to a stranger here of the same id', async () => {
  await ask('PUT', '/Patient/123', patient({ id: '123' }))
  const observation = (reference: string) => ({ resourceType: 'Observation', subject: { reference } })
  const bundle = transaction(
    entry('POST', 'Patient', patient({ gender: 'male' }), { fullUrl: 'http://one.example/fhir/Patient/123' }),
    entry('POST', 'Patient', patient({ gender: 'female' }), { fullUrl: 'http://two.example/fhir/Patient/123' }),
    entry('POST', 'Observation', observation('Patient/123'), { fullUrl: 'http://one.example/fhir/Observation/5' }),
    entry('POST', 'Observation', observation('Patient/123'), { fullUrl: 'http://two.example/fhir/Observation/5' }),
    entry('POST', 'Observation', observation('Patient/123')),
  )
  const { json, text } = await ask('POST', '/', bundle, { prefer: 'return=representation' })
  const [one, two, ...observations] = (json.entry ?? []).map(({ resource }: { resource: Resource }) => resource)
  assert.deepEqual(
    observations.map(({ subject }: { subject: { reference: string } }) => subject.reference),
    [`Patient/${one?.id}`, `Patient/${two?.id}`, 'Patient/123'],
    text,
  )
})

test('a transaction links its entries, also in a circle, and finds what exists', async () => {
  await ask('PUT', '/Practitioner/dr', {
    resourceType: 'Practitioner',
    id: 'dr',
    identifier: [{ system: 'urn:npi', value: '5' }],
  })
  const answer = await ask(
    'POST',
    '/',
    transaction(
      entry(
        'POST',
        'Patient',
        patient({
          link: [{ other: { reference: 'urn:uuid:b' }, type: 'seealso' }],
          generalPractitioner: [{ reference: 'Practitioner?identifier=urn:npi|5' }],
        }),
        { fullUrl: 'urn:uuid:a' },
      ),
      entry('POST', 'Patient', patient({ link: [{ other: { reference: 'urn:uuid:a' }, type: 'seealso' }] }), {
        fullUrl: 'urn:uuid:b',
      }),
      entry(
        'POST',
        'Practitioner',
        { resourceType: 'Practitioner' },
        { fullUrl: 'urn:uuid:c', request: { ifNoneExist: 'identifier=urn:npi|5' } },
      ),
      entry('PUT', 'Basic/b1', {
        resourceType: 'Basic',
        id: 'b1',
        code: {},
        subject: { reference: 'urn:uuid:a' },
        author: { reference: 'urn:uuid:c' },
      }),
      entry('GET', 'Basic/b1'),
    ),
    { prefer: 'return=representation' },
  )
  assert.equal(answer.status, 200, answer.text)
  const [a, b, c, put, got] = answer.json.entry
  assert.equal(a.resource.link[0].other.reference, `Patient/${b.resource.id}`)
  assert.equal(b.resource.link[0].other.reference, `Patient/${a.resource.id}`)
  assert.equal(a.resource.generalPractitioner[0].reference, 'Practitioner/dr')
  assert.match(c.response.status, /^200/)
  assert.equal(put.resource.author.reference, 'Practitioner/dr')
  assert.deepEqual(got.resource, put.resource)
})

test('a transaction that fails leaves nothing, and says which entry failed', async () => {
  const before = await total('/Patient')
  const refuse = async (status: number, at: RegExp, ...entries: object[]) => {
    const answer = await ask('POST', '/', transaction(entry('POST', 'Patient', patient()), ...entries))
    assert.equal(answer.status, status, answer.text)
    assert.match(answer.json.issue[0].expression?.[0] ?? '', at, answer.text)
    assert.equal(await total('/Patient'), before)
  }
  await ask('PUT', '/Patient/t1', patient({ id: 't1' })).then(() => ask('DELETE', '/Patient/t1'))
  await refuse(
    400,
    /^Bundle\.entry\[1\]\.resource\.link\[0\]\.other\.reference$/,
    entry('POST', 'Patient', patient({ link: [{ other: { reference: 'urn:uuid:nowhere' } }] })),
  )
  await refuse(
    412,
    /^Bundle\.entry\[1\]\.resource\.generalPractitioner/,
    entry('POST', 'Patient', patient({ generalPractitioner: [{ reference: 'Practitioner?identifier=none' }] })),
  )
  await refuse(
    400,
    /^Bundle\.entry\[1\]\.resource\.resourceType$/,
    entry('POST', 'Patient', { resourceType: 'Observation' }),
  )
  await refuse(
    412,
    /^Bundle\.entry\[1\]/,
    entry('PUT', 'Patient/v1', patient({ id: 'v1' }), { request: { ifMatch: 'W/"99"' } }),
  )
  await refuse(
    400,
    /^Bundle\.entry\[2\]\.request\.url$/,
    entry('PUT', 'Patient/x', patient({ id: 'x' })),
    entry('DELETE', 'Patient/x'),
  )
  await refuse(
    400,
    /^Bundle\.entry\[2\]\.fullUrl$/,
    entry('POST', 'Patient', patient(), { fullUrl: 'urn:uuid:1' }),
    entry('POST', 'Patient', patient(), { fullUrl: 'urn:uuid:1' }),
  )
  await refuse(
    400,
    /^Bundle\.entry\[1\]\.request/,
    entry('POST', 'Patient', patient(), { fullUrl: 'urn:uuid:1', request: { ifNoneExist: 'link=urn:uuid:2' } }),
    entry('POST', 'Patient', patient(), { fullUrl: 'urn:uuid:2', request: { ifNoneExist: 'link=urn:uuid:1' } }),
  )
  await refuse(404, /^Bundle\.entry\[1\]/, entry('GET', 'Patient/never'))
  await refuse(400, /^Bundle\.entry\[1\]\.request\.method$/, entry('BREW', 'Patient'))
})

test('entries of a transaction with the same condition make one resource', async () => {
  const one = (method: string, url: string, request: object = {}) =>
    entry(method, url, patient({ identifier: [{ value: 'twin' }] }), { request })
  const { json } = await ask(
    'POST',
    '/',
    transaction(
      { ...one('POST', 'Patient', { ifNoneExist: 'identifier=twin' }), fullUrl: 'urn:uuid:twin-1' },
      { ...one('POST', 'Patient', { ifNoneExist: 'identifier=twin' }), fullUrl: 'urn:uuid:twin-2' },
      entry('POST', 'Flag', {
        resourceType: 'Flag',
        code: { text: 'of the second' },
        subject: { reference: 'urn:uuid:twin-2' },
      }),
    ),
    { prefer: 'return=representation' },
  )
  const [first, second, flag] = json.entry
  assert.deepEqual([first.response.status.slice(0, 3), second.response.status.slice(0, 3)], ['201', '200'])
  assert.equal(first.response.location, second.response.location)
  assert.equal(flag.resource.subject.reference, `Patient/${first.resource.id}`)
  assert.equal(await total('/Patient?identifier=twin'), 1)
  const put = entry('PUT', 'Patient?identifier=nobody-yet', patient())
  assert.equal((await ask('POST', '/', transaction(put, put))).status, 400)
})

test('all of a hundred writers at one resource come through', async () => {
  await ask('PUT', '/Patient/busy', patient({ id: 'busy' }))
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      ask('PUT', '/Patient/busy', patient({ id: 'busy', multipleBirthInteger: n })),
    ),
  )
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  assert.equal((await ask('GET', '/Patient/busy')).json.meta.versionId, '101')
})

test('so do fifty transactions that write the same resources', async () => {
  const ids = ['busy-1', 'busy-2', 'busy-3']
  const bundle = (n: number) =>
    transaction(
      // Each in an order of its own, which invites deadlocks.
      ...[...ids.slice(n % 3), ...ids.slice(0, n % 3)].map((id) =>
        entry('PUT', `Patient/${id}`, patient({ id, multipleBirthInteger: n })),
      ),
    )
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => ask('POST', '/', bundle(n))))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  const read = await Promise.all(ids.map((id) => ask('GET', `/Patient/${id}`)))
  assert.deepEqual(
    read.map(({ json }) => [json.meta.versionId, json.multipleBirthInteger]),
    ids.map(() => ['50', read[0]?.json.multipleBirthInteger]),
  )
})

test('a transaction deletes before it creates, whatever the order of its entries', async () => {
  await ask('PUT', '/Patient/o1', patient({ id: 'o1', identifier: [{ system: 'urn:o', value: '1' }] }))
  const answer = await ask(
    'POST',
    '/',
    transaction(
      entry('POST', 'Patient', patient({ identifier: [{ system: 'urn:o', value: '1' }] }), {
        request: { ifNoneExist: 'identifier=urn:o|1' },
      }),
      entry('DELETE', 'Patient/o1'),
    ),
  )
  assert.deepEqual(
    answer.json.entry.map((one: { response: { status: string } }) => one.response.status.slice(0, 3)),
    ['201', '204'],
  )
})

test('entries of a batch stand for themselves', async () => {
  const answer = await ask('POST', '/', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      entry('POST', 'Patient', patient()),
      entry('POST', 'Patient', { resourceType: 'Observation' }),
      { request: { method: 'GET' } },
      entry('GET', 'Patient/v2'),
      entry('GET', 'Patient?_id=v2'),
      entry('GET', 'Nonsense/1'),
      entry('GET', 'metadata'),
    ],
  })
  assert.equal(answer.status, 200, answer.text)
  assert.deepEqual(
    answer.json.entry.map((one: { response: { status: string } }) => one.response.status.slice(0, 3)),
    ['201', '400', '400', '200', '200', '404', '200'],
  )
})

test('a transaction of 5,000 entries is written whole', async () => {
  const entries = Array.from({ length: 5000 }, (_, n) =>
    entry(
      'POST',
      'Basic',
      { resourceType: 'Basic', code: { text: `n${n}` }, subject: { reference: `urn:uuid:${(n + 1) % 5000}` } },
      { fullUrl: `urn:uuid:${n}` },
    ),
  )
  const answer = await ask('POST', '/', transaction(...entries), { prefer: 'return=minimal' })
  assert.equal(answer.status, 200, answer.text.slice(0, 500))
  assert.equal(answer.json.entry.length, 5000)
  assert.equal(await total('/Basic?subject:missing=false'), 5001)
})

test('another tenant sees nothing of it, and may have the same ids', async () => {
  const other = askAs(2)
  assert.equal((await other('GET', '/Patient/v1')).status, 404)
  assert.equal((await other('GET', '/Patient?_summary=count')).json.total, 0)
  assert.equal((await other('GET', '/_history')).json.entry, undefined)
  assert.equal((await other('PUT', '/Patient/v1', patient({ id: 'v1', gender: 'other' }))).status, 201)
  assert.equal((await ask('GET', '/Patient/v1')).json.gender, undefined)
})

test('histories of a type and of the system go back in pages, and by time', async () => {
  const ids: string[] = []
  for (let next: string | undefined = '/Patient/_history?_count=10'; next; ) {
    const page = await ask('GET', next)
    assert.equal(page.status, 200, page.text)
    ids.push(
      ...page.json.entry.map((one: { fullUrl: string; response: { etag: string } }) => one.fullUrl + one.response.etag),
    )
    next = page.json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url
  }
  assert.equal(new Set(ids).size, ids.length)
  assert.ok(ids.length > 30)
  const all = await ask('GET', '/_history?_count=1')
  const at = all.json.entry[0].response.lastModified
  assert.ok((await ask('GET', `/_history?_since=${encodeURIComponent(at)}`)).json.entry.length >= 1)
  assert.equal((await ask('GET', '/_history?_since=2999')).json.entry, undefined)
  assert.equal((await ask('GET', `/Patient/v2/_history?_at=2999`)).json.total, 1)
  assert.equal((await ask('GET', '/Patient/_history?_since=yesterday')).status, 400)
})

test('nothing failed within', () => assert.deepEqual(errors, []))
