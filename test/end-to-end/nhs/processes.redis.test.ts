import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { startNhsSimulator } from '../../../simulators/nhs/start.ts'
import { aNhsNumber, aPatient, aWorld } from '../../builders/nhs-world.ts'

const url = process.env.REDIS_URL ?? ''
const skip = url === '' && 'REDIS_URL is not set: this test needs a Redis server'
if (skip) console.log(skip)

test('fifty who ask for one patient in two processes cause one call upstream', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-processes-'))
  const nhs = await startNhsSimulator({
    world: aWorld([aPatient(0)]),
    folder,
    clock: () => new Date(),
    ids: randomUUID,
    chance: Math.random,
    randomBytes,
    perSecond: 0,
    delayMs: 50,
  })
  const settings = join(folder, 'settings.json')
  writeFileSync(settings, JSON.stringify(nhs.settings))
  const work = join(import.meta.dirname, 'ask-together.ts')
  const environment = { ...process.env, CACHE_SECRET: randomBytes(32).toString('base64'), REDIS_URL: `${url}/8` }
  const processes = [0, 1].map(() => {
    const child = spawn(process.execPath, [work, settings, aNhsNumber(0), '25'], {
      env: environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() }
  })
  t.after(async () => {
    for (const { child } of processes) child.kill()
    await nhs.stop()
    rmSync(folder, { recursive: true })
  })
  for (const { lines } of processes) assert.equal((await lines.next()).value, 'ready')
  for (const { child } of processes) child.stdin.end('go\n')
  const outcomes = await Promise.all(processes.map(async ({ lines }) => (await lines.next()).value))
  await Promise.all(processes.map(({ child }) => child.exitCode ?? once(child, 'exit')))
  assert.deepEqual(outcomes, ['record 25', 'record 25'])
  assert.deepEqual([nhs.count('pds'), nhs.count('sds'), nhs.count('spine')], [1, 2, 1])
})
