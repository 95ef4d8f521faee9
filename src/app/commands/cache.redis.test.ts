import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { wireCache } from '../wire-cache.ts'
import { cache } from './cache.ts'
import { type Context, UsageProblem } from './command.ts'
import { runLog } from '../../../test/harness/run-log.ts'

const url = process.env.REDIS_URL ?? ''
const skip = url === '' && 'REDIS_URL is not set: this test needs a Redis server'
if (skip) console.log(skip)

function aContext(environment: Record<string, string>) {
  const printed: string[] = []
  const context: Context = {
    environment,
    root: '.',
    version: '0',
    now: () => new Date(),
    print: (line) => void printed.push(line),
    tell: () => {},
    screen: undefined,
  }
  return { context, printed }
}

test('an operator sees what the cache holds, and has it forget one patient', { skip }, async (t) => {
  const secret = randomBytes(32).toString('base64')
  const wired = wireCache(
    { url: `${url}/9`, secrets: [secret], maxBytes: 0 },
    {
      clock: () => new Date(),
      ids: randomUUID,
      log: runLog,
      seconds: () => 0,
      randomBytes,
    },
  )
  await wired.connected()
  await wired.cache.purge()
  t.after(async () => {
    await wired.cache.purge()
    await wired.cache.close()
  })
  for (const subject of ['9990000000', '9990000018'])
    for (const kind of ['record', 'pds']) await wired.cache.set({ kind, subject, view: '' }, Buffer.alloc(100), 60)

  const { context, printed } = aContext({ CACHE_URL: `${url}/9`, CACHE_SECRET: secret })
  assert.equal(await cache.run(['stats'], context), 0)
  assert.deepEqual(
    printed.map((line) => line.split(/\s+/).slice(0, 2).join(' ')),
    ['kind values', 'pds 2', 'record 2', 'in all'],
  )
  printed.length = 0
  await cache.run(['purge', '--patient', '999 000 0018'], context)
  await cache.run(['purge', '--kind', 'pds'], context)
  assert.deepEqual(printed, ['2 values forgotten', '1 values forgotten'])
})

test('what makes no sense is refused before anything is forgotten', async () => {
  const { context } = aContext({})
  for (const args of [[], ['drop'], ['purge', '--patient', '123'], ['stats', '--kind', 'pds'], ['purge', 'x']])
    await assert.rejects(cache.run(args, context), UsageProblem)
  await assert.rejects(cache.run(['stats'], context), /CACHE_URL is not set/)
  const away = { CACHE_URL: 'redis://127.0.0.1:1', CACHE_SECRET: randomBytes(32).toString('hex') }
  await assert.rejects(cache.run(['stats'], aContext(away).context), /does not answer/)
  await assert.rejects(cache.run(['stats'], aContext({ CACHE_URL: 'redis://127.0.0.1:1' }).context), /CACHE_SECRET/)
})
