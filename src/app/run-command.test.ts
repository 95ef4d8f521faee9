import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands } from './commands/index.ts'
import { runCommand } from './run-command.ts'

async function typed(...args: string[]) {
  const printed: string[] = []
  const told: string[] = []
  const code = await runCommand(args, {
    environment: {},
    root: join(import.meta.dirname, '..', '..'),
    now: () => new Date(0),
    print: (line) => void printed.push(line),
    tell: (line) => void told.push(line),
    screen: undefined,
  })
  return { code, printed: printed.join('\n'), told: told.join('\n') }
}

test('--help lists every command, with examples', async () => {
  const { code, printed } = await typed('--help')
  assert.equal(code, 0)
  for (const { name } of commands) assert.match(printed, new RegExp(`^ {2}${name} `, 'm'))
  assert.match(printed, /Examples/)
})

test('every command has help with an example of itself', async () => {
  for (const { name } of commands) {
    const { code, printed } = await typed(name, '--help')
    assert.equal(code, 0)
    assert.ok(printed.slice(printed.indexOf('Examples')).includes(`weft ${name}`), name)
  }
})

test('a command that does not exist is answered with the nearest one, and exit code 2', async () => {
  const { code, told } = await typed('migrat')
  assert.equal(code, 2)
  assert.match(told, /Did you mean migrate\?/)
})

test('an option that does not exist is named, with the usage', async () => {
  const { code, told } = await typed('serve', '--worker', '3')
  assert.equal(code, 2)
  assert.match(told, /--worker/)
  assert.match(told, /Usage: weft serve/)
})

test('a service that does not exist is answered with those that do', async () => {
  const { code, told } = await typed('serve', 'fhir')
  assert.equal(code, 2)
  assert.match(told, /fhir-server/)
})
