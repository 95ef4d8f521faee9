import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..', '..')

test('the import rules are checked in every file, not in none of them', () => {
  const program = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs')
  const args = [program, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json']
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
  const { modules } = JSON.parse(stdout) as { modules: { source: string }[] }
  const seen = new Set(modules.map(({ source }) => source))
  const files = globSync('src/**/*.ts', { cwd: root })
  assert.ok(files.length > 100)
  assert.deepEqual(
    files.filter((file) => !seen.has(file)),
    [],
  )
})
