import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { SubmitRequest } from '../in-process.ts'
import { filesToLoad } from './files.ts'
import { loadFiles } from './load-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'weft-load-'))
after(() => rmSync(folder, { recursive: true }))

const put = (name: string, content: string | object) => {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const aServer = (answer: (request: SubmitRequest, count: number) => { status: number; body: object }) => {
  const requests: SubmitRequest[] = []
  const said: string[] = []
  return {
    requests,
    said,
    load: (...files: string[]) =>
      loadFiles(
        files,
        async (request) => {
          requests.push(request)
          const { status, body } = answer(request, requests.length)
          return { status, body: JSON.stringify(body) }
        },
        { step() {}, say: (line) => void said.push(line), end() {} },
        new AbortController().signal,
      ),
  }
}

const fine = (request: SubmitRequest) => {
  const sent = JSON.parse(request.body ?? '{}') as { entry?: unknown[] }
  const entry = sent.entry?.map(() => ({ response: { status: '201 Created' } }))
  return { status: 200, body: { resourceType: entry ? 'Bundle' : 'Patient', entry } }
}
const refusal = (diagnostics: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'invalid', diagnostics, expression: ['Patient.gender'] }],
})

test('a transaction goes as it stands, decimals included', async () => {
  const server = aServer(fine)
  const text = '{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Basic","x":1.00}}]}'
  const { loaded } = await server.load(put('t.json', text))
  assert.deepEqual(server.requests, [{ method: 'POST', path: '/fhir', body: text }])
  assert.equal(loaded, 1)
})

test('a single resource goes to its own id, or is created where it has none', async () => {
  const server = aServer(fine)
  await server.load(put('p.json', { resourceType: 'Patient', id: 'a' }), put('q.json', { resourceType: 'Patient' }))
  assert.deepEqual(
    server.requests.map(({ method, path }) => `${method} ${path}`),
    ['PUT /fhir/Patient/a', 'POST /fhir/Patient'],
  )
})

test('NDJSON goes in batches; a line that is no record is told by its number, and the rest goes on', async () => {
  const server = aServer(fine)
  const lines = ['{"resourceType":"Basic","id":"1","x":1.0}', '', 'oops', '{"no":"type"}', '{"resourceType":"Basic"}']
  const file = put('x.ndjson', lines.join('\n'))
  const { loaded, failures } = await server.load(file)
  assert.equal(loaded, 2)
  assert.deepEqual(
    failures.map(({ place }) => place),
    [`${file} line 3`, `${file} line 4`],
  )
  assert.match(server.requests[0]?.body ?? '', /"x":1\.0/)
})

test('a collection is loaded entry by entry, and the reader is told; a document is refused with a reason', async () => {
  const server = aServer(fine)
  const entry = [{ resource: { resourceType: 'Patient', id: 'a' } }]
  const collection = put('c.json', { resourceType: 'Bundle', type: 'collection', entry })
  const document = put('d.json', { resourceType: 'Bundle', type: 'document', entry })
  const { loaded, failures } = await server.load(collection, document)
  assert.equal(loaded, 1)
  assert.match(server.said[0] ?? '', /a collection, loaded entry by entry as a batch/)
  assert.match(failures[0]?.reason ?? '', /a Bundle of type document/i)
})

test('entries of a batch that failed are told one by one with their reason', async () => {
  const server = aServer(() => ({
    status: 200,
    body: {
      resourceType: 'Bundle',
      entry: [
        { response: { status: '201 Created' } },
        { response: { status: '422 Unprocessable Entity', outcome: refusal('not a code') } },
      ],
    },
  }))
  const entry = [{ resource: { resourceType: 'Patient' } }, { resource: { resourceType: 'Patient' } }]
  const file = put('b.json', { resourceType: 'Bundle', type: 'batch', entry })
  const { loaded, failures } = await server.load(file)
  assert.equal(loaded, 1)
  assert.deepEqual(failures, [{ place: `${file} entry[1]`, reason: '422 Patient.gender: not a code' }])
})

test('a file that fails is tried once more after the others: it may refer to what came later', async () => {
  const server = aServer((request, count) =>
    count === 1 ? { status: 400, body: refusal('refers to nothing') } : fine(request),
  )
  const { loaded, failures } = await server.load(
    put('1.json', { resourceType: 'Patient', id: 'a' }),
    put('2.json', { resourceType: 'Patient', id: 'b' }),
  )
  assert.equal(loaded, 2)
  assert.deepEqual(failures, [])
  assert.equal(server.requests.length, 3)
})

test('a collection whose entries refer to each other goes as a transaction, which links them', async () => {
  const server = aServer(fine)
  const fullUrl = 'urn:uuid:0d3b7e52-6c1f-4d0a-9a53-5b1d3c0a7e11'
  const one = { resourceType: 'Patient', id: 'a' }
  const two = { resourceType: 'Observation', subject: { reference: fullUrl } }
  const bundle = (...entry: object[]) => ({ resourceType: 'Bundle', type: 'collection', entry })
  await server.load(
    put('linked.json', bundle({ fullUrl, resource: one }, { resource: two })),
    put('apart.json', bundle({ fullUrl, resource: one })),
  )
  const [linked, apart] = server.requests.map(({ body }) => JSON.parse(body ?? ''))
  assert.deepEqual(linked, {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { fullUrl, resource: one, request: { method: 'PUT', url: 'Patient/a' } },
      { resource: two, request: { method: 'POST', url: 'Observation' } },
    ],
  })
  assert.equal(apart.type, 'batch')
  assert.match(server.said.join(), /linked\.json: a collection whose entries refer to each other/)
})

test('a file that is not there is told, and the others are loaded', async () => {
  const server = aServer(fine)
  const there = put('there.json', { resourceType: 'Patient', id: 'a' })
  const [gone, goneLines] = [join(folder, 'gone.json'), join(folder, 'gone.ndjson')]
  const { loaded, failures } = await server.load(...filesToLoad([gone, goneLines, there]))
  assert.equal(loaded, 1)
  assert.deepEqual(failures, [
    { place: gone, reason: 'There is no such file' },
    { place: goneLines, reason: 'There is no such file' },
  ])
  assert.throws(() => filesToLoad([gone, goneLines]), /There is no .*gone\.json, no .*gone\.ndjson/)
})

test('of a folder all records are read, below it too, in name order', () => {
  for (const name of ['tree/b.json', 'tree/a/x.ndjson', 'tree/readme.md', 'tree/c.jsonl']) put(name, '')
  assert.deepEqual(
    filesToLoad([join(folder, 'tree')]).map((path) => path.slice(folder.length + 6)),
    ['a/x.ndjson', 'b.json', 'c.jsonl'],
  )
})

test('of two lines with one id, the later one comes later', async () => {
  const server = aServer(fine)
  const lines = ['one', 'two', 'three'].map((family, n) =>
    JSON.stringify({ resourceType: 'Patient', id: n === 1 ? 'b' : 'a', name: [{ family }] }),
  )
  await server.load(put('again.ndjson', lines.join('\n')))
  const families = server.requests.map(({ body }) =>
    [...(body ?? '').matchAll(/"family":"(\w+)"/g)].map(([, name]) => name),
  )
  assert.deepEqual(families, [['one', 'two'], ['three']])
})

test('what failed is not tried again over what came later to the same address', async () => {
  const busy = { status: 503, body: refusal('busy') }
  const lines = (family: string, ...ids: string[]) =>
    ids.map((id) => JSON.stringify({ resourceType: 'Patient', id, name: [{ family }], x: 0 })).join('\n')
  const server = aServer((request, count) => (count === 1 || count === 3 ? busy : fine(request)))
  const old = put('v/1.ndjson', lines('old', 'a', 'b'))
  const single = put('v/3.json', { resourceType: 'Patient', id: 'c', name: [{ family: 'old' }] })
  const { loaded, failures } = await server.load(
    old,
    put('v/2.ndjson', lines('new', 'a')),
    single,
    put('v/4.json', { resourceType: 'Patient', id: 'c', name: [{ family: 'new' }] }),
  )
  assert.equal(loaded, 3)
  // Of the batch that failed, the other entry goes in the second time.
  assert.equal(server.requests.length, 5)
  const [last] = JSON.parse(server.requests[4]?.body ?? '').entry
  assert.equal(last.resource.id, 'b')
  assert.deepEqual(
    failures.map(({ place, reason }) => [place, reason.replace(/^.*\(/, '')]),
    [
      [`${old} line 1`, 'not tried again: a later Patient/a is in)'],
      [single, 'not tried again: a later Patient/c is in)'],
    ],
  )
})

test('a transaction one of whose addresses was written later is not tried again at all', async () => {
  const server = aServer((request, count) => (count === 1 ? { status: 503, body: refusal('busy') } : fine(request)))
  const entry = ['a', 'b'].map((id) => ({
    resource: { resourceType: 'Patient', id },
    request: { method: 'PUT', url: `Patient/${id}` },
  }))
  const { loaded, failures } = await server.load(
    put('w/1.json', { resourceType: 'Bundle', type: 'transaction', entry }),
    put('w/2.json', { resourceType: 'Patient', id: 'b' }),
  )
  assert.equal(loaded, 1)
  assert.equal(server.requests.length, 2)
  assert.match(failures[0]?.reason ?? '', /busy.*a later Patient\/b is in/)
})
