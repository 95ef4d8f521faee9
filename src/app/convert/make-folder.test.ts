import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolder } from './make-folder.ts'

test('folders are made as far as they are missing, twice is once, and a file in the way is told', async () => {
  const root = mkdtempSync(join(tmpdir(), 'weft-folder-'))
  try {
    await Promise.all([makeFolder(join(root, 'a/b/c')), makeFolder(join(root, 'a/b/c'))])
    await makeFolder(join(root, 'a/b/c'))
    assert.ok(statSync(join(root, 'a/b/c')).isDirectory())
    writeFileSync(join(root, 'file'), '')
    await assert.rejects(makeFolder(join(root, 'file/below')), { code: 'ENOTDIR' })
  } finally {
    rmSync(root, { recursive: true })
  }
})

test('where no folder can be made, that is said and nothing waits', {
  skip: existsSync('/proc/self') ? false : 'This system has no /proc',
}, async () => {
  await assert.rejects(makeFolder('/proc/nowhere/below'), { code: 'ENOENT' })
})
