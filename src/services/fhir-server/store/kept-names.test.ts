import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KeptNames } from './kept-names.ts'

test('a statement has a name from the second time on, and the same one in every process', () => {
  const [here, there] = [new KeptNames('search', 10), new KeptNames('search', 10)]
  assert.equal(here.of('select 1'), undefined)
  assert.equal(here.of('select 2'), undefined)
  there.of('select 2')
  assert.match(here.of('select 1') ?? '', /^search_[0-9a-f]{16}$/)
  assert.equal(here.of('select 1'), here.of('select 1'))
  assert.equal(here.of('select 2'), there.of('select 2'))
  assert.notEqual(here.of('select 1'), here.of('select 2'))
})

test('when as many are kept as there is room for, the others stay without a name', () => {
  const names = new KeptNames('write', 2)
  const twice = (text: string) => [names.of(text), names.of(text)][1]
  assert.ok(twice('a') && twice('b'))
  assert.equal(twice('c'), undefined)
  assert.ok(names.of('a'))
})

test('statements that each come once take no room from those that come again', () => {
  const names = new KeptNames('search', 1)
  for (let n = 0; n < 2_000; n++) assert.equal(names.of(`select ${n}`), undefined)
  names.of('again')
  assert.ok(names.of('again'))
})
