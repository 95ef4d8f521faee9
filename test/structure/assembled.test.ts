import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { assemble, assembled, modules } from '../../scripts/assemble.ts'

test('the modules that run are the ones that can be read', async () => {
  for (const one of modules)
    assert.equal(
      readFileSync(assembled(one), 'utf8'),
      await assemble(one),
      `after an edit of ${one.source}: npm run wasm`,
    )
})
