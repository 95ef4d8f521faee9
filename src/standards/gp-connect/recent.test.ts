import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recent } from './recent.ts'

test('what was found out about a text is known until another text takes its place', () => {
  const lengths = recent<number>()
  const texts = Array.from({ length: 1000 }, (_, at) => `https://example.org/${at * 7}/${at}`)
  let known = 0
  for (const text of texts) {
    assert.equal(lengths.get(text), undefined)
    lengths.set(text, text.length)
    assert.equal(lengths.get(text), text.length)
  }
  for (const text of texts) {
    const found = lengths.get(text)
    if (found !== undefined) known++
    assert.ok(found === undefined || found === text.length)
  }
  assert.ok(known > 0 && known <= 128, `${known} are known`)
})

test('an empty text is one like any other, and a very long one is not kept', () => {
  const values = recent<string>()
  assert.equal(values.get(''), undefined)
  values.set('', 'nothing')
  assert.equal(values.get(''), 'nothing')
  values.set('x'.repeat(1000), 'much')
  assert.equal(values.get('x'.repeat(1000)), undefined)
})
