import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutboundRequest } from '../../../src/platform/http/port.ts'
import type { Areas } from '../../../src/services/ihe-gateway/sources/port.ts'
import type { GpConnectBehaviour } from '../../../simulators/nhs/world.ts'
import { aCall, aGateway, allergies, anAsking } from '../../builders/nhs-gateway.ts'
import { aConsumer, aNhsNumber, aPatient, aPractice, aWorld } from '../../builders/nhs-world.ts'
import { alsoKept } from '../../harness/run-log.ts'

const everything: Areas = {
  allergies: { resolved: true },
  medication: { prescriptionIssues: true },
  consultations: {},
  problems: {},
  immunisations: { notGiven: true },
  uncategorisedData: {},
  investigations: {},
  referrals: {},
  diaryEntries: {},
}

test('a record comes with the areas that were asked for and nothing else', async (t) => {
  const { sources, locate, nhs } = await aGateway(t, aWorld([aPatient(0)]))
  const patient = await locate(aNhsNumber(0))
  const types = async (areas: Areas) => {
    const answer = await sources.structuredRecord(aCall(), anAsking(), patient, areas)
    assert.ok(answer.outcome === 'record', JSON.stringify(answer))
    return answer.bundle.entry
      ?.map(({ resource }) => `${resource?.resourceType}/${resource?.id ?? '-'}`)
      .toSorted()
      .join(' ')
  }
  const always = 'Organization/o Patient/p'
  assert.equal(
    await types({ allergies: { resolved: false } }),
    `AllergyIntolerance/a1 List/- ${always} Practitioner/gp`,
  )
  assert.equal(
    await types({ allergies: { resolved: true } }),
    `AllergyIntolerance/a1 AllergyIntolerance/a2 List/- List/- ${always} Practitioner/gp`,
  )
  assert.equal(
    await types({ medication: { prescriptionIssues: false, searchFrom: '2020-01-01' } }),
    `List/- Medication/m MedicationRequest/plan MedicationStatement/s1 ${always}`,
  )
  assert.match((await types({ medication: { prescriptionIssues: true } })) ?? '', /MedicationRequest\/order/)
  assert.equal(await types({ immunisations: {} }), `Immunization/i1 List/- ${always}`)
  assert.equal(await types({ problems: { filters: [{ status: 'active' }] } }), `Condition/c1 List/- ${always}`)
  assert.equal(
    await types({ consultations: { mostRecent: 1 } }),
    `Encounter/e1 List/- List/k1 List/t1 Observation/b1 ${always}`,
  )
  assert.equal(await types({ diaryEntries: {} }), `List/- ${always}`)
  assert.deepEqual(
    nhs.seen.filter(({ wrong }) => wrong),
    [],
  )
})

test('everything a provider checks is right in every request, with every area', async (t) => {
  const { sources, locate, nhs } = await aGateway(t, aWorld([aPatient(0)]))
  const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(0)), everything)
  assert.ok(answer.outcome === 'record')
  assert.deepEqual(answer.warnings, [])
  assert.deepEqual(
    nhs.seen.map(({ service, status, wrong }) => `${service} ${status} ${wrong ?? ''}`.trim()),
    ['token 200', 'pds 200', 'sds 200', 'sds 200', 'spine 200'],
  )
})

test('each refusal of a practice is an outcome of its own', async (t) => {
  const cases: [GpConnectBehaviour, string][] = [
    ['dissent', 'no-consent'],
    ['no-organisation-consent', 'no-organisation-consent'],
    ['no-relationship', 'no-relationship'],
    ['not-found', 'patient-not-at-practice'],
    ['no-record', 'no-record'],
    ['mismatch', 'demographics-mismatch'],
    ['missing-patient', 'unavailable bad-answer'],
    ['failing', 'unavailable unreachable'],
  ]
  const stranger = aPatient(50, { family: 'Jones', birthDate: '1950-05-05' })
  const { sources, locate } = await aGateway(
    t,
    aWorld([...cases.map(([gpConnect], n) => aPatient(n, { gpConnect })), stranger]),
  )
  for (const [n, [behaviour, expected]] of cases.entries()) {
    const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(n)), allergies)
    const said = answer.outcome === 'unavailable' ? `unavailable ${answer.reason}` : answer.outcome
    assert.equal(said, expected, behaviour)
  }
})

test('an incomplete record says so, whichever way the practice says it', async (t) => {
  const behaviours: GpConnectBehaviour[] = [
    'areas-disabled',
    'confidential-items',
    'data-in-transit',
    'data-awaiting-filing',
  ]
  const { sources, locate } = await aGateway(t, aWorld(behaviours.map((gpConnect, n) => aPatient(n, { gpConnect }))))
  const warnings = await Promise.all(
    behaviours.map(async (_, n) => {
      const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(n)), {
        allergies: { resolved: false },
        problems: {},
      })
      return answer.outcome === 'record' ? answer.warnings : []
    }),
  )
  assert.deepEqual(warnings[0], [
    { warning: 'area-not-given', area: 'problems', text: 'includeProblems has been disabled' },
  ])
  assert.deepEqual(
    warnings.slice(1).map((list) => list.map(({ warning }) => warning)),
    [
      ['confidential-items', 'confidential-items'],
      ['data-in-transit', 'data-in-transit'],
      ['data-awaiting-filing', 'data-awaiting-filing'],
    ],
  )
  assert.match(warnings[1]?.[0]?.text ?? '', /confidentiality/)
})

test('a practice that is not there, not registered or switched off is "disabled", and its patient is not lost', async (t) => {
  const states = [
    { sds: 'none' },
    { sds: 'blank-address' },
    { sds: 'blank-asid' },
    { state: 'disabled' },
    { state: 'unreachable' },
  ] as const
  const practices = states.map((state, n) =>
    aPractice({
      ...state,
      odsCode: `B0000${n}`,
      asid: `20000000030${n}`,
      partyKey: `B0000${n}-1`,
      address: `https://p/${n}`,
    }),
  )
  const { sources, locate } = await aGateway(
    t,
    aWorld(
      practices.map(({ odsCode }, n) => aPatient(n, { practice: odsCode })),
      { practices },
    ),
  )
  const outcomes = await Promise.all(
    states.map(async (_, n) => {
      const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(n)), allergies)
      return answer.outcome === 'unavailable' ? answer.reason : answer.outcome
    }),
  )
  assert.deepEqual(outcomes, [...Array(4).fill('practice-disabled'), 'unreachable'])
})

test('a practice that also asks others is reached at the ASID with which it answers', async (t) => {
  const { sources, locate } = await aGateway(
    t,
    aWorld([aPatient(0)], { practices: [aPractice({ consumerAsid: '999999999999' })] }),
  )
  const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(0)), allergies)
  assert.equal(answer.outcome, 'record')
})

test('an address is used as SDS spells it, however odd', async (t) => {
  const address = 'https://Provider.example:443/A//b/../c%7e/'
  const { sources, locate } = await aGateway(t, aWorld([aPatient(0)], { practices: [aPractice({ address })] }))
  const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(0)), allergies)
  assert.equal(answer.outcome, 'record')
})

test('when a practice has moved, SDS is asked again at once and the record still comes', async (t) => {
  const old = aPractice()
  const practices = new Map([[old.odsCode, old]])
  const world = { ...aWorld([aPatient(0), aPatient(1)]), practices }
  const sent: OutboundRequest[] = []
  const { sources, locate, nhs } = await aGateway(t, world, { sent: (request) => sent.push(request) })
  await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(0)), allergies)
  practices.set(old.odsCode, { ...old, address: 'https://elsewhere.example/fhir', asid: '200000000999' })
  const before = nhs.count('sds')
  const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(1)), allergies)
  assert.equal(answer.outcome, 'record')
  assert.equal(nhs.count('sds') - before, 2)
  const bypassing = sent.filter(({ headers }) => headers['cache-control'] === 'no-cache')
  assert.equal(bypassing.length, 2)
  // Twice at the practice: a token and a trace id are for one request.
  const [first, second] = sent.filter(({ method, headers }) => method === 'POST' && headers['ssp-traceid']).slice(-2)
  assert.notEqual(first?.headers['ssp-traceid'], second?.headers['ssp-traceid'])
})

test('each organisation asks with its own ASID, certificate and code', async (t) => {
  const consumers = [
    aConsumer(),
    aConsumer({
      odsCode: 'RX1',
      name: 'Nottingham',
      asid: '200000000116',
      commonName: 'rx1.gateway.example',
      communities: ['urn:oid:1.2.3'],
    }),
    aConsumer({
      odsCode: 'RX2',
      asid: '200000000117',
      commonName: 'rx2.gateway.example',
      communities: ['urn:oid:1.2.4'],
      refusedBy: ['A20047'],
    }),
  ]
  const { sources, locate, nhs } = await aGateway(t, aWorld([aPatient(0)], { consumers }))
  const patient = await locate(aNhsNumber(0))
  const ask = async (odsCode: string, community: string) => {
    const organisation = { name: 'x', odsCode: odsCode as ReturnType<typeof anAsking>['organisation']['odsCode'] }
    const answer = await sources.structuredRecord(aCall(), anAsking({ organisation, community }), patient, allergies)
    return answer.outcome === 'unavailable' ? answer.reason : answer.outcome
  }
  assert.equal(await ask('RR8', 'urn:oid:2.16.840.1.113883.3.1'), 'record')
  assert.equal(await ask('RX1', 'urn:oid:1.2.3'), 'record')
  assert.equal(await ask('RX2', 'urn:oid:1.2.4'), 'access-denied')
  assert.equal(await ask('RX1', 'urn:oid:1.2.4'), 'not-configured')
  assert.equal(nhs.count('spine'), 3)
})

test('fifty who ask for one patient cause one call upstream', async (t) => {
  const { sources, find, nhs } = await aGateway(t, aWorld([aPatient(0)]), { simulator: { delayMs: 20 } })
  const answers = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const found = await find(aNhsNumber(0))
      assert.ok(found.outcome === 'found')
      return sources.structuredRecord(aCall(), anAsking(), found.patient, allergies)
    }),
  )
  assert.deepEqual(new Set(answers.map(({ outcome }) => outcome)), new Set(['record']))
  assert.deepEqual([nhs.count('token'), nhs.count('pds'), nhs.count('sds'), nhs.count('spine')], [1, 1, 2, 1])
})

test('a kept record is for the same organisation, role and areas only, and says when it was made', async (t) => {
  const { sources, locate, nhs } = await aGateway(t, aWorld([aPatient(0)]))
  const patient = await locate(aNhsNumber(0))
  const ask = (asking = anAsking(), areas: Areas = allergies) =>
    sources.structuredRecord(aCall(), asking, patient, areas)
  const first = await ask()
  const second = await ask(anAsking({ userId: 'another' }))
  assert.ok(first.outcome === 'record' && second.outcome === 'record')
  assert.deepEqual([first.from, second.from], ['source', 'cache'])
  assert.deepEqual(second.retrievedAt, first.retrievedAt)
  assert.deepEqual(second.bundle, first.bundle)
  await ask(anAsking({ role: { code: 'receptionist' } }))
  await ask(anAsking(), { allergies: { resolved: true } })
  assert.equal(nhs.count('spine'), 3)
})

test('a refusal is not kept: consent can be given at any moment', async (t) => {
  const { sources, locate, nhs } = await aGateway(t, aWorld([aPatient(0, { gpConnect: 'dissent' })]))
  const patient = await locate(aNhsNumber(0))
  for (let n = 0; n < 2; n++) await sources.structuredRecord(aCall(), anAsking(), patient, allergies)
  assert.equal(nhs.count('spine'), 2)
})

test('who has little time is answered in that time', async (t) => {
  const { sources, locate, nhs } = await aGateway(t, aWorld([aPatient(0, { gpConnect: 'slow' })]), {
    simulator: { slowMs: 3000 },
  })
  const patient = await locate(aNhsNumber(0))
  const answer = await sources.structuredRecord(
    aCall({ signal: AbortSignal.timeout(100) }),
    anAsking(),
    patient,
    allergies,
  )
  assert.ok(answer.outcome === 'unavailable' && answer.reason === 'timeout')
  assert.ok(
    nhs.seen.every(({ service }) => service !== 'spine'),
    'the practice has answered before',
  )
})

test('a practice that stumbles is asked again, with a new token and trace id; one that stays down opens its circuit', async (t) => {
  const other = aPractice({ odsCode: 'B00001', asid: '200000000301', partyKey: 'B00001-1', address: 'https://p/1' })
  let now = Date.now()
  const { sources, locate, nhs } = await aGateway(
    t,
    aWorld([aPatient(0), aPatient(1), aPatient(2, { practice: 'B00001' })], { practices: [aPractice(), other] }),
    {
      settings: { retry: { attempts: 2, baseMs: 1, maxMs: 2 }, breaker: { failures: 3, openMs: 10_000 } },
      clock: () => new Date(now),
    },
  )
  const ask = async (n: number) => {
    const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(aNhsNumber(n)), allergies)
    return answer.outcome === 'unavailable' ? answer.reason : answer.outcome
  }
  nhs.inject({ at: 'spine', does: { status: 502 }, times: 1 })
  assert.equal(await ask(0), 'record')
  assert.equal(nhs.count('spine'), 2)

  const up = nhs.inject({ at: 'spine', does: { status: 503 }, when: ({ target }) => target.includes('A20047') })
  assert.deepEqual([await ask(1), await ask(1)], ['unreachable', 'circuit-open'])
  const calls = nhs.count('spine')
  assert.equal(await ask(1), 'circuit-open')
  assert.equal(nhs.count('spine'), calls)
  assert.equal(await ask(2), 'record')
  up()
  now += 10_000
  assert.equal(await ask(1), 'record')
})

test('areas that a provider would refuse together are not sent', async (t) => {
  const { sources, locate, nhs } = await aGateway(t, aWorld([aPatient(0)]))
  const patient = await locate(aNhsNumber(0))
  const refused: Areas[] = [{}, { problems: {}, medication: { searchFrom: '2020-01-01' } }]
  for (const areas of refused) {
    const answer = await sources.structuredRecord(aCall(), anAsking(), patient, areas)
    assert.ok(answer.outcome === 'unavailable' && answer.reason === 'bad-request')
  }
  assert.equal(nhs.count('spine'), 0)
})

test("without a client certificate, or with a stranger's, Spine does not speak at all", async (t) => {
  const { settings } = await aGateway(t, aWorld([]))
  const { send } = await import('../../../src/platform/http/send.ts')
  const { readFileSync } = await import('node:fs')
  const ca = readFileSync(settings.caFile ?? '')
  const transport = send({ tls: () => ({ ca }) })
  t.after(() => transport.close())
  const request = { method: 'POST', origin: settings.spine.proxyUrl, target: '/', headers: {}, safe: false }
  await assert.rejects(transport(request, AbortSignal.timeout(5000)))
})

test('neither the logs nor the reasons that are given tell who was asked about, or by whom', async (t) => {
  const lines: unknown[] = []
  const line = (event: string, fields?: object) => void lines.push({ event, ...fields })
  const log = alsoKept({ info: line, warn: line, error: line })
  const behaviours: (GpConnectBehaviour | undefined)[] = [
    'dissent',
    'mismatch',
    'missing-patient',
    'failing',
    undefined,
  ]
  const { sources, locate, nhs } = await aGateway(
    t,
    aWorld(behaviours.map((gpConnect, n) => aPatient(n, { family: 'Quarrington', ...(gpConnect && { gpConnect }) }))),
    { log, settings: { breaker: { failures: 2, openMs: 10_000 } } },
  )
  const patients = await Promise.all(behaviours.map((_, n) => locate(aNhsNumber(n))))
  const answers: unknown[] = []
  for (const does of [undefined, 'garbage', 'drop', { status: 503 }, { status: 400 }] as const) {
    const end = does && nhs.inject({ at: 'spine', does })
    for (const patient of patients)
      answers.push(await sources.structuredRecord(aCall({ log }), anAsking(), patient, allergies))
    end?.()
  }
  answers.push(await sources.findPatient(aCall({ log }), anAsking(), { by: 'nhs-number', nhsNumber: '9990000001' }))
  const refused = answers.filter((answer) => (answer as { outcome: string }).outcome !== 'record')
  const told = JSON.stringify([lines, refused, nhs.seen])
  assert.ok(refused.length > 15 && lines.length > 0)
  assert.doesNotMatch(told, /\b9\d{9}\b|Quarrington|Jones|Claire|10019|eyJ/)
})

test('the trace of the caller goes on to every service, each request with an id of its own', async (t) => {
  const sent: (string | undefined)[] = []
  const { sources, find } = await aGateway(t, aWorld([aPatient(0)]), {
    sent: ({ headers }) => sent.push(headers['traceparent']),
  })
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  const call = aCall({ traceparent: `00-${trace}-00f067aa0ba902b7-01` })
  const found = await find(aNhsNumber(0), anAsking(), call)
  assert.ok(found.outcome === 'found')
  await sources.structuredRecord(call, anAsking(), found.patient, allergies)
  // The token too: it is everybody's, but this caller waits for it.
  assert.equal(sent.length, 5)
  assert.equal(new Set(sent).size, 5)
  for (const each of sent) assert.match(each ?? '', new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`))
})
