import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keptBriefly } from './kept-briefly.ts'
import type { TenantSettings } from './port.ts'

function world() {
  const state = { nowMs: 0, asked: 0, settings: { validation: 'refuse' } as TenantSettings, fails: false }
  const tenants = keptBriefly(
    {
      async settings(tenant) {
        state.asked++
        if (state.fails) throw new Error('The database is gone')
        return tenant === 1 ? state.settings : {}
      },
    },
    { freshMs: 2000, nowMs: () => state.nowMs },
  )
  return { state, tenants }
}

test('many writes at once ask for their tenant once, and each tenant for itself', async () => {
  const { state, tenants } = world()
  const answers = await Promise.all(Array.from({ length: 100 }, () => tenants.settings(1)))
  assert.ok(answers.every(({ validation }) => validation === 'refuse'))
  assert.equal(state.asked, 1)
  assert.deepEqual(await tenants.settings(2), {})
  assert.equal(state.asked, 2)
})

test('a change is followed when the time is over, and not before', async () => {
  const { state, tenants } = world()
  await tenants.settings(1)
  state.settings = { validation: 'warn' }
  state.nowMs = 1999
  assert.equal((await tenants.settings(1)).validation, 'refuse')
  state.nowMs = 2000
  assert.equal((await tenants.settings(1)).validation, 'warn')
})

test('a failure is not kept', async () => {
  const { state, tenants } = world()
  state.fails = true
  await assert.rejects(tenants.settings(1), /gone/)
  state.fails = false
  assert.equal((await tenants.settings(1)).validation, 'refuse')
})
