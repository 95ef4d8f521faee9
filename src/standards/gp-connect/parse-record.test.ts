import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { Problem } from '../../kernel/problem.ts'
import { parseGpRecord } from './parse-record.ts'

test('free text with U+0000 is let through, digits kept, and an escaped backslash is no escape', () => {
  const json = String.raw`{"a":"x\u0000y","b":1.50,"c":"\\u0000","d":"\ud83d\ude00","e":"\ud83d"}`
  assert.equal(JSON.stringify(parseGpRecord(Buffer.from(json))), json.replace(String.raw`\ud83d\ude00`, '\u{1f600}'))
})

test('text with U+0000 is no way around the limits of JSON: depth, and keys that come twice', () => {
  for (const more of [`${'['.repeat(200_000)}${']'.repeat(200_000)}`, '{"k":1,"k":2}'])
    assert.throws(() => parseGpRecord(Buffer.from(`{"a":"\\u0000","b":${more}}`)), Problem)
})
