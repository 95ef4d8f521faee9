import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Turns } from './turns.ts'

function world() {
  const turns = new Turns()
  const begun: string[] = []
  const ends = new Map<string, PromiseWithResolvers<string>>()
  const come = (who: string, ...names: string[]) => {
    const end = Promise.withResolvers<string>()
    ends.set(who, end)
    return turns.take(names, () => {
      begun.push(who)
      return end.promise
    })
  }
  const end = async (who: string) => {
    ends.get(who)?.resolve(who)
    await turn()
  }
  const fail = async (who: string) => {
    ends.get(who)?.reject(new Error(who))
    await turn()
  }
  return { come, begun, end, fail }
}

test('who wants the same waits for the one before, and who wants something else does not', async () => {
  const { come, begun, end } = world()
  const all = [come('first', 'a'), come('second', 'a'), come('other', 'b'), come('none')]
  await turn()
  assert.deepEqual(begun.sort(), ['first', 'none', 'other'])
  await end('first')
  assert.ok(begun.includes('second'))
  for (const who of ['second', 'other', 'none']) await end(who)
  assert.deepEqual(await Promise.all(all), ['first', 'second', 'other', 'none'])
})

test('one who fails holds up nobody, and those who want several things in any order all come to their turn', async () => {
  const { come, begun, end, fail } = world()
  const failing = come('one', 'a', 'b')
  const others = [come('two', 'b', 'a'), come('three', 'a', 'b'), come('four', 'b')]
  await turn()
  assert.deepEqual(begun, ['one'])
  await Promise.all([assert.rejects(failing, /one/), fail('one')])
  assert.deepEqual(begun, ['one', 'two'])
  await end('two')
  await end('three')
  await end('four')
  assert.deepEqual(begun, ['one', 'two', 'three', 'four'])
  await Promise.all(others)
})
