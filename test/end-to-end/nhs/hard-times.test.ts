import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Bundle, Resource } from '../../../src/standards/fhir/types.ts'
import { aCall, aGateway, allergies, anAsking } from '../../builders/nhs-gateway.ts'
import { aConsumer, aGpRecord, aNhsNumber, aPatient, aWorld } from '../../builders/nhs-world.ts'

const minute = 60_000

test('a certificate that was renewed on disk is used without a restart, a half-written one is not', async (t) => {
  let now = Date.now()
  const other = aConsumer({ odsCode: 'RX9', asid: '200000000119', commonName: 'rx9.gateway.example' })
  const { sources, locate, settings } = await aGateway(
    t,
    aWorld(
      [0, 1, 2, 3].map((n) => aPatient(n)),
      { consumers: [aConsumer(), other] },
    ),
    { clock: () => new Date(now) },
  )
  const [mine, theirs] = settings.organisations
  assert.ok(mine && theirs)
  const right = readFileSync(mine.tls.certFile, 'utf8')
  const wrong = readFileSync(theirs.tls.certFile, 'utf8')
  const keyOf = (pem: string) => pem.slice(0, pem.indexOf('-----BEGIN CERTIFICATE'))
  const certificateOf = (pem: string) => pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'))
  const ask = async (n: number) => {
    const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(n)), allergies)
    return answer.outcome === 'unavailable' ? answer.reason : answer.outcome
  }
  assert.equal(await ask(0), 'record')

  writeFileSync(mine.tls.certFile, keyOf(wrong) + certificateOf(right))
  now += minute
  assert.equal(await ask(1), 'record', 'a key without its certificate is not taken')

  writeFileSync(mine.tls.certFile, wrong)
  now += minute
  assert.equal(await ask(2), 'access-denied', 'Spine sees the certificate of another organisation')

  writeFileSync(mine.tls.certFile, right)
  now += minute
  assert.equal(await ask(3), 'record')
})

test('the key for the token endpoint is read again when it changes', async (t) => {
  let now = Date.now()
  const { find, nhs, settings } = await aGateway(t, aWorld([aPatient(0), aPatient(1), aPatient(2)]), {
    clock: () => new Date(now),
  })
  assert.equal((await find(aNhsNumber(0))).outcome, 'found')
  const right = readFileSync(settings.token.privateKeyFile)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  assert.ok(createPublicKey(privateKey))
  writeFileSync(settings.token.privateKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  now += 20 * minute
  const refused = await find(aNhsNumber(1))
  assert.ok(refused.outcome === 'unavailable' && refused.upstream === 'token' && refused.reason === 'access-denied')
  assert.equal(nhs.seen.at(-1)?.wrong, 'JWT signature verification failed')
  writeFileSync(settings.token.privateKeyFile, right)
  now += minute
  assert.equal((await find(aNhsNumber(1))).outcome, 'found')
})

test('a record of many megabytes comes whole, zipped and in chunks', async (t) => {
  const large = (nhsNumber: string): Bundle => {
    const record = aGpRecord(nhsNumber, { family: 'Smith', given: 'Jane', birthDate: '1980-01-02' })
    const observations = Array.from(
      { length: 9000 },
      (_, n): Resource => ({
        resourceType: 'Observation',
        id: `o${n}`,
        status: 'final',
        comment: `Note ${n} ${'abcdefghij'.repeat(50)}`,
      }),
    )
    const entry = observations.map(({ id }) => ({ item: { reference: `Observation/${id}` } }))
    const list = { resourceType: 'List', status: 'current', code: { coding: [{ code: '826501000000100' }] }, entry }
    return { ...record, entry: [...(record.entry ?? []), ...[list, ...observations].map((resource) => ({ resource }))] }
  }
  const { sources, locate } = await aGateway(t, aWorld([aPatient(0, { record: large })]))
  const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(0)), {
    uncategorisedData: {},
  })
  assert.ok(answer.outcome === 'record')
  assert.ok((answer.bundle.entry?.length ?? 0) > 9000)
  assert.ok(JSON.stringify(answer.bundle).length > 5_000_000)
})

test('decimals keep their digits, and a comment with odd characters does not cost the record', async (t) => {
  const odd = (nhsNumber: string): Bundle => {
    const record = aGpRecord(nhsNumber, { family: 'Smith', given: 'Jane', birthDate: '1980-01-02' })
    const rawJson = JSON as unknown as { rawJSON(text: string): unknown }
    const observation = { resourceType: 'Observation', id: 'x', valueQuantity: { value: rawJson.rawJSON('1.50') } }
    const list = {
      resourceType: 'List',
      code: { coding: [{ code: '826501000000100' }] },
      entry: [{ item: { reference: 'Observation/x' } }],
    }
    const comment = nhsNumber === aNhsNumber(1) ? 'a\u0000b\u001f' : 'plain'
    return {
      ...record,
      entry: [...(record.entry ?? []), { resource: { ...observation, comment } }, { resource: list }],
    }
  }
  const { sources, locate } = await aGateway(t, aWorld([aPatient(0, { record: odd }), aPatient(1, { record: odd })]))
  const observation = async (n: number) => {
    const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(n)), {
      uncategorisedData: {},
    })
    assert.ok(answer.outcome === 'record', JSON.stringify(answer))
    return answer.bundle.entry?.find(({ resource }) => resource?.id === 'x')?.resource
  }
  assert.match(JSON.stringify(await observation(0)), /"value":1\.50\b/)
  assert.equal((await observation(1))?.['comment'], 'a\u0000b\u001f')
})

test('whatever comes instead of an answer, there is an outcome, and it never says that there is nobody', async (t) => {
  const { sources, find, locate, nhs } = await aGateway(t, aWorld([aPatient(0)]), {
    settings: { breaker: { failures: 10_000, openMs: 1 } },
  })
  const patient = await locate(aNhsNumber(0))
  const good = aGpRecord(aNhsNumber(0), { family: 'Smith', given: 'Jane', birthDate: '1980-01-02' })
  const random = seeded(20_241_120)
  for (let n = 0; n < 300; n++) {
    const body = damaged(n % 2 ? JSON.stringify(good) : JSON.stringify(aPatient(0).pds), random)
    const status = [200, 200, 200, 400, 403, 404, 409, 422, 500, 502][Math.floor(random() * 10)] ?? 200
    const at = n % 2 ? ('spine' as const) : ('pds' as const)
    const end = nhs.inject({ at, does: { status, body } })
    const call = aCall()
    const answer =
      at === 'pds'
        ? await find(aNhsNumber(100 + n), anAsking(), call)
        : await sources.structuredRecord(call, anAsking({ role: { code: String(n) } }), patient, allergies)
    end()
    assert.ok(
      !['none', 'no-record', 'patient-not-at-practice', 'invalid-number', 'invalidated'].includes(answer.outcome),
      `${n}: ${status} was taken for ${answer.outcome}`,
    )
    // A damaged answer for another number is never found as the number that was asked for.
    if (answer.outcome === 'found') assert.notEqual(answer.patient.demographics.nhsNumber, aNhsNumber(100 + n))
  }
})

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

/** Cut, with a byte changed, with a value of another kind, or emptied. */
function damaged(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length)
  const kinds = [
    () => text.slice(0, at),
    () => `${text.slice(0, at)}\u0000${text.slice(at + 1)}`,
    () => text.replace(/"resourceType":"\w+"/, '"resourceType":42'),
    () =>
      text.replaceAll(/"(entry|identifier|name|meta|generalPractitioner)":/g, () => `"x${Math.floor(random() * 9)}":`),
    () => text.replace(/\[/g, () => (random() < 0.3 ? '{"a":[' : '[')),
    () => '[]',
    () => 'null',
    () => '',
    () => text.replaceAll(/"[^"]{1,10}"(?=[,}\]])/g, (found) => (random() < 0.2 ? '{"y":[null,[]]}' : found)),
  ]
  return kinds[Math.floor(random() * kinds.length)]?.() ?? text
}
