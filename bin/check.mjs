#!/usr/bin/env node
// `npm test`: types, import rules, lint, format, then every test, with Node 24, and a look through what they logged. Names of
// test files run those alone; --static stops before the tests.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fail, findNode, installDependencies, root } from './node24.mjs'

installDependencies()
const node = findNode()
const tool = (...path) => join(root, 'node_modules', ...path)
const holds = (title, args, environment = {}) => {
  console.log(`— ${title}`)
  const { status } = spawnSync(node, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } })
  return status === 0
}
const run = (title, args) => {
  if (!holds(title, args)) fail(`${title}: failed`)
}
const staticOnly = process.argv[2] === '--static'
const names = staticOnly ? [] : process.argv.slice(2)
if (names.length === 0) {
  run('types', [tool('typescript', 'bin', 'tsc')])
  run('import rules', [
    tool('dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
    'src',
    '--config',
    '.dependency-cruiser.cjs',
  ])
  run('lint', [tool('oxlint', 'bin', 'oxlint'), '--quiet'])
  run('format', [tool('@biomejs', 'biome', 'bin', 'biome'), 'format', '--reporter=summary'])
}
if (!staticOnly) {
  const logs = mkdtempSync(join(tmpdir(), 'weft-logs-'))
  const tests = [
    '--test',
    '--test-reporter=spec',
    // A file that hangs fails, with the rest of the run still told. Those that are named may take longer on purpose.
    `--test-timeout=${names.length ? 900_000 : 300_000}`,
    `--test-concurrency=${availableParallelism()}`,
    '--test-global-setup=test/harness/global.ts',
    '--disable-warning=ExperimentalWarning',
    ...(names.length ? names : ['src/**/*.test.ts', 'test/!(conformance)/**/*.test.ts', 'simulators/**/*.test.ts']),
  ]
  const passed = holds('tests', tests, { RUN_LOGS: logs })
  const look = ['test/harness/check-run-logs.ts', logs, ...(names.length ? [] : ['--whole'])]
  const clean = holds('logs of the tests', [...look, join(root, '.weft', 'postgres-test', 'postgres.log')])
  rmSync(logs, { recursive: true })
  if (!passed) fail('tests: failed')
  if (!clean) fail('logs of the tests: they tell what they must not')
}
