import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { asFile, cases } from './soap-cases.ts'

const judge =
  process.env.CONFORMANCE_DATA && join(process.env.CONFORMANCE_DATA, '../tools/conformance/validate-soap.sh')
const missing = !judge ? 'CONFORMANCE_DATA is not set' : !existsSync(judge) ? `${judge} is not there` : undefined

test('the judge finds nothing in any answer, success or error, of the four transactions', {
  skip: missing ?? false,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'soap-judge-'))
  mkdirSync(join(folder, 'answers'))
  const files: string[] = []
  for (const [index, { name, answer }] of cases.entries()) {
    const response = await answer()
    assert.notEqual(response.status, 500, name)
    const { extension, bytes } = asFile(response)
    const file = join(
      folder,
      'answers',
      `${String(index).padStart(3, '0')} ${name.replaceAll(/[^\w, -]/g, '_')}.${extension}`,
    )
    writeFileSync(file, bytes)
    files.push(file)
  }
  const { status, stdout, stderr } = spawnSync(judge!, files, {
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    env: { ...process.env, CONFORMANCE_BUILD: join(folder, 'build') },
  })
  const failed = stdout.split('\n').filter((line) => !line.startsWith('ok '))
  assert.equal(status, 0, `${stderr.slice(0, 2000)}\n${failed.slice(0, 60).join('\n')}`)
  assert.equal(stdout.split('\n').filter((line) => line.startsWith('ok ')).length, files.length)
  console.log(`${files.length} answers judged`)
  rmSync(folder, { recursive: true })
})
