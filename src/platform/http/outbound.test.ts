import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { withCircuitBreaker } from './circuit-breaker.ts'
import { type OutboundRequest, splitAddress, type Transport, TransportProblem } from './port.ts'
import { withRateLimit } from './rate-limit.ts'
import { delayBefore, withRetry } from './retry.ts'
import { send } from './send.ts'
import { withSharedRateLimit } from './shared-rate-limit.ts'
import { withTimeout } from './timeout.ts'
import { sleep } from './timing.ts'

const never = new AbortController().signal
const noWait = async () => {}
const aRequest = (over: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: 'GET',
  origin: 'http://127.0.0.1:9',
  target: '/',
  headers: {},
  safe: true,
  ...over,
})
const anAnswer = (status: number, headers = {}) => ({ status, headers, body: Buffer.alloc(0) })
const reasonOf = (thrown: unknown) => (thrown instanceof TransportProblem ? thrown.reason : String(thrown))

async function aServer(t: TestContext, handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handle)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const transport = send({ maxBytes: 100_000 })
  t.after(() => {
    transport.close()
    server.closeAllConnections()
    server.close()
  })
  return { transport, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
/** Answers with these, one after the other; a number is a status, a reason is thrown. */
function answering(...answers: (number | TransportProblem['reason'])[]): Transport & { calls: number } {
  const transport = async () => {
    const answer = answers[Math.min(transport.calls++, answers.length - 1)]
    if (typeof answer === 'number') return anAnswer(answer)
    throw new TransportProblem(answer ?? 'unreachable', 'test')
  }
  transport.calls = 0
  return transport
}

test('an address is sent as it was given, with nothing tidied up', async (t) => {
  let seen = ''
  const { transport, origin } = await aServer(t, (request, response) => {
    seen = request.url ?? ''
    response.end()
  })
  const target = "/https://Provider.nhs.uk:443/A20047//STU3/../1/Patient/$gpc.getstructuredrecord?x='%7e"
  await transport(aRequest({ origin, target }), never)
  assert.equal(seen, target)
})

test('an address is cut where its path begins', () => {
  assert.deepEqual(splitAddress('https://h:443/a/../b?c'), { origin: 'https://h:443', target: '/a/../b?c' })
  assert.deepEqual(splitAddress('https://h'), { origin: 'https://h', target: '/' })
  for (const wrong of ['', 'ftp://h/', 'https://', 'https://h/a b', '/x']) assert.equal(splitAddress(wrong), undefined)
})

test('a zipped answer is unzipped, and one that would unzip beyond the limit is not read', async (t) => {
  const { transport, origin } = await aServer(t, (request, response) => {
    response.setHeader('content-encoding', 'gzip')
    if (request.url === '/broken') response.end('not gzip')
    else response.end(gzipSync(Buffer.alloc(request.url === '/bomb' ? 200_000 : 1000, 'a')))
  })
  assert.equal((await transport(aRequest({ origin }), never)).body.length, 1000)
  for (const target of ['/bomb', '/broken'])
    await assert.rejects(transport(aRequest({ origin, target }), never), (e) => reasonOf(e) === 'bad-answer', target)
})

test('an answer that breaks off, and a server that is not there, are "unreachable"', async (t) => {
  const { transport, origin } = await aServer(t, (request, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => request.socket.destroy())
  })
  await assert.rejects(transport(aRequest({ origin }), never), (e) => reasonOf(e) === 'unreachable')
  await assert.rejects(
    transport(aRequest({ origin: 'http://127.0.0.1:1' }), never),
    (e) => reasonOf(e) === 'unreachable',
  )
})

test('no answer within the time is "timeout", by the own limit or the deadline of the caller', {
  timeout: 60_000,
}, async (t) => {
  const { transport, origin } = await aServer(t, () => {})
  await assert.rejects(withTimeout(transport, 30)(aRequest({ origin }), never), (e) => reasonOf(e) === 'timeout')
  const late = withTimeout(transport, 600_000)(aRequest({ origin }), AbortSignal.timeout(30))
  await assert.rejects(late, (e) => reasonOf(e) === 'timeout')
})

test('what may pass is asked for again; what will not, and what is not safe to repeat, is not', async () => {
  const policy = { attempts: 3, baseMs: 100, maxMs: 1000 }
  const retried = async (transport: Transport & { calls: number }, safe = true) => {
    await withRetry(transport, policy, () => 0, noWait)(aRequest({ safe }), never).catch(() => {})
    return transport.calls
  }
  assert.equal(await retried(answering(503, 200)), 2)
  assert.equal(await retried(answering('unreachable', 'unreachable', 'unreachable', 200)), 3)
  assert.equal(await retried(answering(404, 200)), 1)
  assert.equal(await retried(answering(500, 200)), 1)
  assert.equal(await retried(answering('circuit-open', 200)), 1)
  assert.equal(await retried(answering(503, 200), false), 1)
})

test('waits double, vary by chance, and are no shorter than the upstream asks', () => {
  const policy = { attempts: 5, baseMs: 100, maxMs: 3000 }
  const busy = { response: anAnswer(503) }
  assert.equal(
    delayBefore(1, busy, policy, () => 0.999_999),
    100,
  )
  assert.equal(
    delayBefore(1, busy, policy, () => 0),
    50,
  )
  assert.equal(
    delayBefore(3, busy, policy, () => 0.999_999),
    400,
  )
  assert.equal(
    delayBefore(1, { response: anAnswer(429, { 'retry-after': '2' }) }, policy, () => 0),
    2000,
  )
  assert.equal(
    delayBefore(1, { response: anAnswer(429, { 'retry-after': '60' }) }, policy, () => 0),
    undefined,
  )
  assert.equal(
    delayBefore(5, busy, policy, () => 0),
    undefined,
  )
})

test('the circuit opens after failures in a row, lets one try after a while, and closes when that goes well', async () => {
  let now = 0
  const upstream = answering(500, 'unreachable', 500, 200, 200)
  const changes: string[] = []
  const guarded = withCircuitBreaker(
    upstream,
    { failures: 3, openMs: 10_000 },
    () => new Date(now),
    () => 'pds',
    (circuit, to) => changes.push(`${circuit} ${to}`),
  )
  const ask = () => guarded(aRequest(), never).then(({ status }) => status, reasonOf)
  assert.deepEqual([await ask(), await ask(), await ask()], [500, 'unreachable', 500])
  assert.equal(await ask(), 'circuit-open')
  now = 10_000
  assert.deepEqual(await Promise.all([ask(), ask()]), [200, 'circuit-open'])
  assert.equal(await ask(), 200)
  assert.deepEqual(changes, ['pds open', 'pds closed'])
})

test('one practice that fails does not close the way to the others, and who gives up is no failure', async () => {
  const guarded = withCircuitBreaker(
    async ({ target }, signal) => {
      if (target === '/slow') await sleep(1000, signal)
      return anAnswer(target === '/down' ? 502 : 200)
    },
    { failures: 1, openMs: 10_000 },
    () => new Date(0),
    ({ target }) => target,
  )
  const ask = (target: string, signal = never) =>
    guarded(aRequest({ target }), signal).then(({ status }) => status, reasonOf)
  assert.deepEqual([await ask('/down'), await ask('/down'), await ask('/up')], [502, 'circuit-open', 200])
  await ask('/slow', AbortSignal.timeout(5))
  assert.notEqual(await ask('/slow', AbortSignal.timeout(5)), 'circuit-open')
})

test('no more than so many start within any second; the rest wait in line, and the line has an end', async () => {
  let now = 0
  const started: number[] = []
  const limited = withRateLimit(
    async () => {
      started.push(now)
      return anAnswer(200)
    },
    { perSecond: 5, maxQueue: 8 },
    () => new Date(now),
    async (ms) => {
      await new Promise(setImmediate)
      now += ms
    },
  )
  const all = await Promise.all(Array.from({ length: 14 }, () => limited(aRequest(), never).then(() => 'ok', reasonOf)))
  assert.deepEqual(started, [...Array(5).fill(0), ...Array(5).fill(1050), ...Array(3).fill(2100)])
  assert.deepEqual(
    all.filter((outcome) => outcome !== 'ok'),
    ['busy'],
  )
})

test("who waits in line leaves at their deadline and takes nobody's turn", async () => {
  const started: string[] = []
  const limited = withRateLimit(
    async ({ target }) => {
      started.push(target)
      return anAnswer(200)
    },
    { perSecond: 1, maxQueue: 10 },
    () => new Date(),
    sleep,
  )
  const first = limited(aRequest({ target: '/1' }), never)
  const second = limited(aRequest({ target: '/2' }), AbortSignal.timeout(20)).catch(reasonOf)
  const third = limited(aRequest({ target: '/3' }), never)
  assert.equal(await second, 'timeout')
  await Promise.all([first, third])
  assert.deepEqual(started, ['/1', '/3'])
})

test('where turns are shared they are waited for; where nobody counts, this process limits itself', async () => {
  const limit = { name: 'pds', perSecond: 5, maxQueue: 10 }
  const waited: number[] = []
  const ask = (turn: number | 'too-many' | 'unavailable') =>
    withSharedRateLimit(
      async () => anAnswer(200),
      async () => anAnswer(204),
      limit,
      async (_name, { maxWaitMs }) => (maxWaitMs === 2000 ? turn : 'too-many'),
      async (ms) => void waited.push(ms),
    )(aRequest(), never).then(({ status }) => status, reasonOf)
  assert.deepEqual(
    [await ask(0), await ask(700), await ask('unavailable'), await ask('too-many')],
    [200, 200, 204, 'busy'],
  )
  assert.deepEqual(waited, [700])
})
