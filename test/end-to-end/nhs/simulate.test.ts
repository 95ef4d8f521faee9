import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { parseNhsSettings } from '../../../src/services/ihe-gateway/sources/settings.ts'
import { keepOutput } from '../../harness/run-log.ts'

test('weft simulate nhs says where a gateway finds its settings, and ends when it is asked to', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-simulate-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const child = spawn(process.execPath, ['src/main.ts', 'simulate', 'nhs', '--port', '0', '--people', '20'], {
    env: { ...process.env, DATA_FOLDER: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  keepOutput(child.stdout)
  keepOutput(child.stderr)
  t.after(() => child.kill('SIGKILL'))
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (line.includes('Ctrl-C')) break
  }
  const file = join(folder, 'nhs-simulator', 'nhs-settings.json')
  assert.deepEqual(lines, ['21 patients, 4 practices', `Settings for a gateway: ${file}`, 'Ctrl-C ends it'])
  const { nhs } = JSON.parse(readFileSync(file, 'utf8')) as { nhs: unknown }
  assert.equal(parseNhsSettings(nhs).organisations.length, 1)
  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number]
  assert.equal(code, 0)
})
