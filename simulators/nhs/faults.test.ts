import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faults, parseFaults } from './faults.ts'
import type { Asked } from './http.ts'

const asked: Asked = {
  method: 'GET',
  target: '/',
  path: '/',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.alloc(0),
  client: undefined,
}

test('a setting says what goes wrong where and how often', () => {
  assert.deepEqual(parseFaults('pds:503:0.1, spine:delay=2000,sds:drop'), [
    { at: 'pds', does: { status: 503 }, share: 0.1 },
    { at: 'spine', does: { delayMs: 2000 } },
    { at: 'sds', does: 'drop' },
  ])
  assert.deepEqual(parseFaults(''), [])
  for (const wrong of ['pds', 'pds:5', 'nhs:503', 'pds:explode', 'pds:503:much'])
    assert.equal(parseFaults(wrong), undefined)
})

test('a fault meets its own service, so often as it should, until it ends', () => {
  let dice = 0
  const live = faults(() => dice, parseFaults('pds:503:0.5') ?? [])
  assert.deepEqual(live.meet('pds', asked), { status: 503 })
  assert.equal(live.meet('sds', asked), undefined)
  dice = 0.5
  assert.equal(live.meet('pds', asked), undefined)
  live.inject({ at: 'sds', does: 'drop', times: 2 })
  assert.deepEqual(
    [1, 2, 3].map(() => live.meet('sds', asked)),
    ['drop', 'drop', undefined],
  )
  const end = live.inject({ at: 'token', does: 'hang' })
  assert.equal(live.meet('token', asked), 'hang')
  end()
  assert.equal(live.meet('token', asked), undefined)
})
