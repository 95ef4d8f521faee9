import assert from 'node:assert/strict'
import { test } from 'node:test'
import { soundsLike } from './sounds-alike.ts'

/** As the National Archives describe it, letter by letter. */
function soundex(word: string): string {
  const digits: Record<string, string> = {}
  for (const [n, kind] of ['bfpv', 'cgjkqsxz', 'dt', 'l', 'mn', 'r'].entries())
    for (const letter of kind) digits[letter] = String(n + 1)
  let code = ''
  let last = digits[word[0] as string]
  for (const letter of word.slice(1)) {
    const digit = digits[letter]
    if (digit !== undefined && digit !== last) code += digit
    if (letter !== 'h' && letter !== 'w') last = digit
  }
  return `${word[0]}${code.padEnd(3, '0').slice(0, 3)}`
}

test('the published examples have the codes they should', () => {
  const published = {
    washington: 'w252',
    lee: 'l000',
    gutierrez: 'g362',
    pfister: 'p236',
    tymczak: 't522',
    ashcraft: 'a261',
  }
  for (const [word, code] of Object.entries(published)) assert.equal(soundex(word), code, word)
})

test('a word matches those of its own code and no others', () => {
  const names =
    'garcia garza gross graz smith smyth schmidt smeth lee li law lloyd ashcraft ashcroft tymczak okafor okeefe robert rupert rubin aa a ahh wwb honeyman pfister jackson jaxon'
  let seed = 7
  const next = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below
  const made = Array.from({ length: 250 }, () =>
    Array.from({ length: 1 + next(8) }, () => 'abcdehilmnorstwy'[next(16)]).join(''),
  )
  const words = [...names.split(' '), ...made]
  let alike = 0
  for (const one of words) {
    const pattern = new RegExp(soundsLike(one) ?? assert.fail(one))
    for (const other of words) {
      const expected = soundex(one) === soundex(other)
      if (expected && one !== other) alike++
      assert.equal(pattern.test(other), expected, `${one} ${other} ${pattern}`)
    }
  }
  assert.ok(alike > 100)
})

test('what is not of Latin letters has no code', () => {
  for (const word of ['', '王', "o'neill", 'a1']) assert.equal(soundsLike(word), undefined)
})
