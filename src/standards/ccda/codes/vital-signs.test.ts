import assert from 'node:assert/strict'
import { test } from 'node:test'
import { vitalSign } from './vital-signs.ts'

const ofLoinc = (code: string) => ({ text: '', codings: [{ system: 'http://loinc.org', code, display: undefined }] })

test('a vital sign is known by its LOINC code, and a word that JavaScript has a meaning for is none', () => {
  assert.equal(vitalSign(ofLoinc('8480-6'))?.loinc?.code, '8480-6')
  for (const word of ['constructor', '__proto__', 'toString']) assert.equal(vitalSign(ofLoinc(word)), undefined)
})
