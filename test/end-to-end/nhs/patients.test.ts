import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCall, aGateway, anAsking } from '../../builders/nhs-gateway.ts'
import { aNhsNumber, aPatient, aWorld } from '../../builders/nhs-world.ts'

test('a patient is found by number, with the practice of today and not the one they left', async (t) => {
  const { find, nhs } = await aGateway(t, aWorld([aPatient(0)]))
  const answer = await find(aNhsNumber(0))
  assert.equal(answer.outcome, 'found')
  assert.ok(answer.outcome === 'found')
  assert.equal(answer.patient.practice, 'A20047')
  assert.deepEqual(answer.patient.demographics.name, {
    use: 'usual',
    family: 'Smith',
    given: ['Jane'],
    prefix: ['Mrs'],
    suffix: [],
  })
  assert.deepEqual(
    nhs.seen.filter(({ wrong }) => wrong),
    [],
  )
})

test('every state a patient can be in is an outcome of its own', async (t) => {
  const ended = { odsCode: 'A20047', end: '2020-01-01' }
  const { find } = await aGateway(
    t,
    aWorld([
      aPatient(0, { pdsState: 'restricted' }),
      aPatient(1, { pdsState: 'invalidated' }),
      aPatient(2, { pdsState: { supersededBy: aNhsNumber(3) } }),
      aPatient(3),
      aPatient(4, { deceased: '2024-05-01T00:00:00+00:00' }),
      aPatient(5, { practice: '' }),
      aPatient(6, { practice: ended }),
    ]),
  )
  const outcomes = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(async (n) => (await find(aNhsNumber(n))).outcome))
  assert.deepEqual(outcomes, [
    'restricted',
    'invalidated',
    'superseded',
    'found',
    'deceased',
    'no-practice',
    'no-practice',
    'none',
  ])
  const restricted = await find(aNhsNumber(0))
  assert.ok(restricted.outcome === 'restricted')
  assert.deepEqual([restricted.demographics.addresses, restricted.demographics.telecoms], [[], []])
  const superseded = await find(aNhsNumber(2))
  assert.ok(superseded.outcome === 'superseded')
  assert.deepEqual([superseded.asked, superseded.nhsNumber], [aNhsNumber(2), aNhsNumber(3)])
  assert.equal(superseded.current.outcome, 'found')
})

test('a number that fails its check digit is not sent anywhere', async (t) => {
  const { find, nhs } = await aGateway(t, aWorld([]))
  assert.equal((await find('9990000001')).outcome, 'invalid-number')
  assert.equal(nhs.count('pds') + nhs.count('token'), 0)
})

test("demographics beside a number must be that person's", async (t) => {
  const { sources } = await aGateway(t, aWorld([aPatient(0, { family: "O'Brien-Núñez" })]))
  const ask = (demographics: object) =>
    sources.findPatient(aCall(), anAsking(), { by: 'nhs-number', nhsNumber: aNhsNumber(0), demographics })
  assert.equal((await ask({ family: 'OBRIEN NUNEZ', birthDate: '1980-01-02', gender: 'female' })).outcome, 'found')
  assert.deepEqual(await ask({ family: 'Jones', birthDate: '1980-01-02' }), {
    outcome: 'demographics-mismatch',
    differs: ['family'],
  })
  assert.deepEqual(await ask({ birthDate: { from: '1981-01-01' }, gender: 'male' }), {
    outcome: 'demographics-mismatch',
    differs: ['gender', 'birthDate'],
  })
})

test('a search by demographics finds one, none, or too many', async (t) => {
  const { sources, nhs } = await aGateway(
    t,
    aWorld([
      aPatient(0, { family: 'Smith', given: 'Ann' }),
      aPatient(1, { family: 'Smith', given: 'Bea' }),
      aPatient(2, { family: 'Smythe', given: 'Cat', birthDate: '1990-07-07' }),
    ]),
  )
  const search = async (demographics: object, fuzzy = false) => {
    const answer = await sources.findPatient(aCall(), anAsking(), { by: 'demographics', demographics, fuzzy })
    return answer.outcome === 'found' ? answer.patient.demographics.name.given[0] : answer.outcome
  }
  const birthDate = '1980-01-02'
  assert.equal(await search({ family: 'Smith', given: ['Ann'], birthDate }), 'Ann')
  assert.equal(
    await search({ family: 'smi*', given: ['Bea'], birthDate: { from: '1979-01-01', to: '1981-01-01' } }),
    'Bea',
  )
  assert.equal(await search({ family: 'Smith', given: ['Ann'], birthDate: '1980-01' }), 'Ann')
  assert.equal(await search({ family: 'Smith', birthDate }), 'too-many')
  assert.equal(await search({ family: 'Jones', birthDate }), 'none')
  assert.equal(await search({ family: 'Smith', given: ['Cat'], birthDate: '1990-07-07' }), 'none')
  assert.equal(await search({ family: 'Smith', given: ['Cat'], birthDate: '1990-07-07' }, true), 'Cat')
  assert.deepEqual(
    nhs.seen.filter(({ status }) => status >= 400),
    [],
  )
})

test('a search that lacks something says what, and is not sent', async (t) => {
  const { sources, nhs } = await aGateway(t, aWorld([]))
  const search = (demographics: object) =>
    sources.findPatient(aCall(), anAsking(), { by: 'demographics', demographics })
  assert.deepEqual(await search({ given: ['Ann'] }), { outcome: 'more-needed', wanted: ['family', 'birthDate'] })
  assert.deepEqual(await search({ family: 'S*', birthDate: '1980-01-02' }), {
    outcome: 'more-needed',
    wanted: ['given', 'gender', 'postcode'],
  })
  assert.equal(nhs.count('pds'), 1)
})

test('a restricted patient whom PDS hides from a search by postcode is not "nobody"', async (t) => {
  const { sources } = await aGateway(
    t,
    aWorld([aPatient(0, { pdsState: 'restricted' }), aPatient(1, { family: 'Jones' })]),
  )
  const search = async (family: string, postcode: string) => {
    const demographics = { family, birthDate: '1980-01-02', postcode }
    return (await sources.findPatient(aCall(), anAsking(), { by: 'demographics', demographics })).outcome
  }
  assert.equal(await search('Smith', 'LS1 6AE'), 'restricted')
  assert.equal(await search('Jones', 'LS1 6AE'), 'found')
  assert.equal(await search('Jones', 'SW1A 1AA'), 'none')
})

test('when PDS cannot answer, nobody is told that there is no patient', async (t) => {
  const { sources, nhs } = await aGateway(t, aWorld([aPatient(0)]), {
    settings: { breaker: { failures: 100, openMs: 1000 } },
  })
  const ask = async () => {
    const answer = await sources.findPatient(aCall(), anAsking(), { by: 'nhs-number', nhsNumber: aNhsNumber(0) })
    return answer.outcome === 'unavailable' ? answer.reason : answer.outcome
  }
  const met = async (does: Parameters<typeof nhs.inject>[0]['does']) => {
    nhs.inject({ at: 'pds', does, times: 1 })
    return ask()
  }
  assert.equal(await met({ status: 404, body: '<h1>Not Found</h1>' }), 'bad-answer')
  assert.equal(await met('garbage'), 'bad-answer')
  assert.equal(await met('drop'), 'unreachable')
  assert.equal(await met({ status: 503 }), 'unreachable')
  assert.equal(await met({ status: 429 }), 'busy')
  assert.equal(await met({ status: 408 }), 'timeout')
  assert.equal(await met({ status: 403 }), 'access-denied')
  assert.equal(await met({ status: 200, body: { resourceType: 'Bundle', total: 0 } }), 'bad-answer')
  assert.equal(await ask(), 'found')
})

test('a token is asked for once, and once again when it is refused', async (t) => {
  const { find, nhs } = await aGateway(t, aWorld([aPatient(0), aPatient(1), aPatient(2)]))
  await Promise.all([find(aNhsNumber(0)), find(aNhsNumber(1))])
  assert.equal(nhs.count('token'), 1)
  nhs.revokeTokens()
  const again = await Promise.all([find(aNhsNumber(2)), find(aNhsNumber(3)), find(aNhsNumber(4))])
  assert.deepEqual(
    again.map(({ outcome }) => outcome),
    ['found', 'none', 'none'],
  )
  assert.equal(nhs.count('token'), 2)
  nhs.inject({ at: 'pds', does: { status: 401 } })
  const refused = await find(aNhsNumber(5))
  assert.ok(refused.outcome === 'unavailable' && refused.reason === 'access-denied')
  assert.equal(nhs.count('token'), 3)
})

test('a token is not used after its time', async (t) => {
  let now = Date.now()
  const { find, nhs } = await aGateway(t, aWorld([aPatient(0), aPatient(1)]), { clock: () => new Date(now) })
  await find(aNhsNumber(0))
  now += 595_000
  assert.equal((await find(aNhsNumber(1))).outcome, 'found')
  assert.equal(nhs.count('token'), 2)
})

test('a token endpoint that refuses, or is away, is the reason that is given', async (t) => {
  const { find, nhs } = await aGateway(t, aWorld([aPatient(0)]))
  nhs.inject({ at: 'token', does: { status: 400, body: { error: 'invalid_request' } }, times: 1 })
  const refused = await find(aNhsNumber(0))
  assert.ok(refused.outcome === 'unavailable')
  assert.deepEqual([refused.upstream, refused.reason], ['token', 'access-denied'])
  nhs.inject({ at: 'token', does: 'drop', times: 1 })
  const away = await find(aNhsNumber(0))
  assert.ok(away.outcome === 'unavailable')
  assert.deepEqual([away.upstream, away.reason], ['token', 'unreachable'])
})

test('a community asks for its own organisations only', async (t) => {
  const { find, nhs } = await aGateway(t, aWorld([aPatient(0)]))
  const answer = await find(aNhsNumber(0), anAsking({ community: 'urn:oid:1.2.3' }))
  assert.ok(answer.outcome === 'unavailable' && answer.reason === 'not-configured')
  assert.equal(nhs.count('pds'), 0)
})

test('no more than five a second reach PDS; the rest wait and are answered', async (t) => {
  const patients = Array.from({ length: 12 }, (_, n) => aPatient(n))
  const { find } = await aGateway(t, aWorld(patients), {
    simulator: { perSecond: 5 },
    settings: { retry: { attempts: 3, baseMs: 200, maxMs: 1000 } },
  })
  await find(aNhsNumber(0))
  const from = performance.now()
  const answers = await Promise.all(patients.slice(1).map(({ nhsNumber }) => find(nhsNumber)))
  assert.deepEqual(new Set(answers.map(({ outcome }) => outcome)), new Set(['found']))
  assert.ok(performance.now() - from > 1500)
})

test('a token endpoint that stumbles is asked again, with an assertion of its own', async (t) => {
  const { find, nhs } = await aGateway(t, aWorld([aPatient(0)]), {
    settings: { retry: { attempts: 2, baseMs: 1, maxMs: 2 } },
  })
  nhs.inject({ at: 'token', does: { status: 503 }, times: 1 })
  assert.equal((await find(aNhsNumber(0))).outcome, 'found')
  assert.deepEqual(
    nhs.seen.map(({ service, status }) => `${service} ${status}`),
    ['token 503', 'token 200', 'pds 200'],
  )
})
