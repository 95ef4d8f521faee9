import assert from 'node:assert/strict'
import { test } from 'node:test'
import { health } from './health.ts'

const well = async () => {}

test('what things go on without is degraded, and what they need is down', async () => {
  let cache: string | undefined
  let database = well
  const state = health({ database: () => database() }, { cache: () => cache })
  assert.equal((await state.report()).status, 'up')
  cache = 'Does not answer'
  const degraded = await state.report()
  assert.equal(degraded.status, 'degraded')
  assert.deepEqual(degraded.dependencies['cache'], { status: 'degraded', ms: 0, reason: 'Does not answer' })
  database = async () => {
    throw new Error('gone')
  }
  assert.equal((await state.report()).status, 'down')
  state.stopping()
  assert.equal((await state.report()).status, 'stopping')
})
