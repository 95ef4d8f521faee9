import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { configurationPage, loadConfig } from './config.ts'

test('without any variable there is a whole configuration', () => {
  const config = loadConfig({})
  assert.equal(config.PORT, 8000)
  assert.equal(config.DATABASE_URL, undefined)
  assert.ok(Object.isFrozen(config))
})

test('a value that cannot be read is named with its variable, all of them at once', () => {
  assert.throws(
    () => loadConfig({ PORT: 'eighty', LOG_LEVEL: 'loud', PAGE_SIZE: '-1', PUBLIC_URL: 'ftp://x' }),
    (problem: Error) =>
      ['PORT', 'LOG_LEVEL', 'PAGE_SIZE', 'PUBLIC_URL'].every((name) => problem.message.includes(name)),
  )
})

test('a wrong database address is not repeated, since it may hold a password', () => {
  assert.throws(
    () => loadConfig({ DATABASE_URL: 'mysql://u:hunter2@db' }),
    (problem: Error) => {
      assert.match(problem.message, /DATABASE_URL/)
      assert.doesNotMatch(problem.message, /hunter2/)
      return true
    },
  )
})

test('an empty variable is as good as none', () => {
  assert.equal(loadConfig({ PORT: '' }).PORT, 8000)
})

test('docs/reference/configuration.md is what the code says', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/configuration.md'), 'utf8')
  assert.equal(page, configurationPage(), 'run npm run docs')
})
