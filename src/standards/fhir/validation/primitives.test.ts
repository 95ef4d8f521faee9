import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { parseJson } from '../json.ts'
import { primitives } from './primitives.ts'

const definitions = loadDefinitions()

/** What R4 says beyond the regular expression: days that exist, no blank text, no controls, padding at the end. */
const beyondRegex: Record<string, (text: string) => boolean> = {
  date: existsInCalendar,
  dateTime: existsInCalendar,
  instant: existsInCalendar,
  string: (text) => text.trim() !== '' && !/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(text), // oxlint-disable-line no-control-regex
  markdown: (text) => text.trim() !== '' && !/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(text), // oxlint-disable-line no-control-regex
  code: (text) => !/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(text), // oxlint-disable-line no-control-regex
  uri: (text) => text !== '' && !/[\0-\x1f]/.test(text), // oxlint-disable-line no-control-regex
  url: (text) => text !== '' && !/[\0-\x1f]/.test(text), // oxlint-disable-line no-control-regex
  canonical: (text) => text !== '' && !/[\0-\x1f]/.test(text), // oxlint-disable-line no-control-regex
  base64Binary: (text) => !/=[^=\s]/.test(text.trim()) && !/=\s+\S|={3}/.test(text),
}

function existsInCalendar(text: string): boolean {
  const [year, month, day] = text.slice(0, 10).split('-').map(Number)
  if (day === undefined) return true
  const date = new Date(0)
  date.setUTCFullYear(year ?? 0, (month ?? 0) - 1, day)
  return date.getUTCDate() === day
}

const samples: Record<string, string[]> = {
  date: [
    '2020',
    '2020-02',
    '2020-02-29',
    '2019-02-29',
    '2019-04-31',
    '0000',
    '2020-13',
    '2020-1-1',
    '2020-02-29T',
    '1900-02-29',
  ],
  dateTime: [
    '2020-02-29T23:59:60.123Z',
    '2020-02-29T00:00:00+14:00',
    '2020-02-29T00:00:00+14:01',
    '2020-02-29T24:00:00Z',
    '2020-02-29T00:00Z',
    '2020-02-29T00:00:00',
    '2020-02T00:00:00Z',
    '2020-02-29T00:00:00.Z',
    '2020-02-29T00:00:00-13:59x',
  ],
  instant: ['2020-02-29T23:59:60.123Z', '2020-02-29', '2015-02-07T13:28:17.239+02:00'],
  time: ['00:00:00', '23:59:60.5', '24:00:00', '00:00', '00:00:00Z', '12:00:00.'],
  string: [
    ' ',
    '\t\n',
    'x',
    ' x ',
    'bell\u0007',
    '\u00a0',
    'é',
    'x'.repeat(70),
    ' '.repeat(70),
    `\u0001${'x'.repeat(70)}`,
  ],
  markdown: ['# x\n\n* y', ''],
  code: ['a', 'a b', 'a  b', ' a', 'a ', 'a\tb', 'é', 'a\u00a0b', ''],
  uri: ['http://x', 'urn:x', 'a b', '', 'http://é', '\u0002'],
  url: ['http://x'],
  canonical: ['http://x|1'],
  id: ['a', 'A-1.b', 'a_b', 'x'.repeat(64), 'x'.repeat(65), ''],
  oid: ['urn:oid:1.2.3', 'urn:oid:3.1', 'urn:oid:1.02', '1.2.3', 'urn:oid:1'],
  uuid: [
    'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
    'urn:uuid:C757873D-ec9a-4326-a141-556f43239520',
    'urn:uuid:c757873d',
  ],
  base64Binary: [
    'AAAA',
    'AAA=',
    'AA==',
    'A===',
    'AAAA AAAA',
    'AA AA',
    ' AAAA ',
    'AAAAA',
    '====',
    'AA==AAAA',
    '',
    'AA= =',
  ],
}

for (const [type, texts] of Object.entries(samples))
  test(`a ${type} is what its regular expression and the text of R4 say`, () => {
    // White space in FHIR's text is ASCII's; JavaScript's \S would refuse a no-break space.
    const written = definitions.type(type)?.regex?.replace('[ \\r\\n\\t\\S]', '[^\\u000b\\u000c]')
    const regex = new RegExp(`^(?:${written})$`)
    const also = beyondRegex[type] ?? (() => true)
    const primitive = primitives.get(type)
    const check = (text: string) => {
      const expected = regex.test(text) && also(text)
      assert.equal(primitive?.isValid(text), expected, `${type} ${JSON.stringify(text)}`)
    }
    texts.forEach(check)
    const mutated = fc
      .tuple(fc.constantFrom(...texts), fc.nat(40), fc.nat(2), fc.constantFrom(...'0123456789-:.TZ+ =aA\n\u0001é'))
      .map(([text, at, drop, put]) => text.slice(0, at) + put + text.slice(at + drop))
    fc.assert(fc.property(mutated, check), { seed: 1, numRuns: 2000 })
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), check), { seed: 2, numRuns: 300 })
  })

test('numbers stay in the range of their type, and integers are written as such', () => {
  const valid = (type: string, text: string) => primitives.get(type)?.isValid(parseJson(text))
  for (const [type, text, expected] of [
    ['integer', '2147483647', true],
    ['integer', '-2147483648', true],
    ['integer', '2147483648', false],
    ['integer', '1.0', false],
    ['integer', '1e3', false],
    ['integer', '-0', true],
    ['unsignedInt', '0', true],
    ['unsignedInt', '-1', false],
    ['positiveInt', '0', false],
    ['positiveInt', '1', true],
    ['decimal', '1.0', true],
    ['decimal', '1e3', true],
    ['decimal', '0.12345678901234567890', true],
    ['decimal', '1e999', false],
  ] as const)
    assert.equal(valid(type, text), expected, `${type} ${text}`)
})

test('a long base64 text full of white space is decided at once', () => {
  const text = `${'AAAA'.repeat(10)}${' '.repeat(50_000)}${'AAAA\n'.repeat(200_000)}!`
  assert.equal(primitives.get('base64Binary')?.isValid(text), false)
  assert.equal(primitives.get('base64Binary')?.isValid(text.slice(0, -1)), true)
})
