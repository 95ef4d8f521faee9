import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { Problem } from '../../kernel/problem.ts'
import { isPlainText, isRawNumber, numberText, parseJson, rawNumber } from './json.ts'

const refused = (source: string | Uint8Array, maxDepth = 100): Problem => {
  try {
    parseJson(source, { maxDepth })
  } catch (thrown) {
    assert.ok(thrown instanceof Problem)
    assert.equal(thrown.kind, 'invalid')
    return thrown
  }
  throw new assert.AssertionError({ message: `accepted: ${source}` })
}

test('a number comes back with the digits it was written with', () => {
  for (const number of [
    '1.0',
    '1.50',
    '1e3',
    '1E-7',
    '-0',
    '0.0000001',
    '12345678901234567890',
    '0.10000000000000000001',
  ])
    for (const text of [`{"a":${number}}`, `[1,"x",[${number}]]`, number, `{"a":[{"b":{"\\u0063":[0,${number}]}}]}`])
      assert.equal(
        JSON.stringify(parseJson(text)),
        JSON.stringify(JSON.parse(text.replace(number, '"?"'))).replace('"?"', number),
      )
})

test('a number that JavaScript prints as it was written stays a number', () => {
  const text = '[0,-1,3.14,86.03123213123412,0.000001,123456789012345]'
  assert.deepEqual(parseJson(text), JSON.parse(text))
})

test('the text of a number is known whichever way it is kept', () => {
  const { a, b, c } = parseJson('{"a":1.0,"b":2,"c":"2"}') as Record<string, unknown>
  assert.deepEqual([isRawNumber(a), isRawNumber(b), isRawNumber(null)], [true, false, false])
  assert.deepEqual([numberText(a), numberText(b), numberText(c)], ['1.0', '2', undefined])
  assert.equal(JSON.stringify([rawNumber('1.50'), rawNumber('7')]), '[1.50,7]')
  assert.throws(() => rawNumber('1,"x":2'))
})

test('any value that can be written is read as it was', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      let expected: unknown
      try {
        expected = JSON.parse(text)
      } catch {
        return
      }
      if (!JSON.stringify(expected).isWellFormed() || /\\u(0000|d[89a-f])/i.test(text)) return
      assert.equal(JSON.stringify(parseJson(text)), JSON.stringify(expected))
    }),
    { seed: 1 },
  )
})

test('numbers of every form survive in any place', () => {
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), digits), { maxLength: 8 }), (pairs) => {
      const members = new Map(pairs.map(([key, number]) => [`${key}.`, number]))
      const text = `{${[...members].map(([key, number]) => `${JSON.stringify(key)}:[${number},{"x":${number}}]`)}}`
      assert.equal(JSON.stringify(parseJson(text)), text)
    }),
    { seed: 2 },
  )
})

test('broken text is refused wherever JSON.parse refuses it, and the place is named', () => {
  const text = '{"resourceType":"Patient","a":[1.5,-2e3,true,{"b":null,"c":"d\\n\\u00e9"}]}'
  fc.assert(
    fc.property(fc.nat(text.length), fc.string({ maxLength: 2 }), fc.nat(2), (at, put, drop) => {
      const broken = text.slice(0, at) + put + text.slice(at + drop)
      let valid = true
      try {
        JSON.parse(broken)
      } catch {
        valid = false
      }
      if (valid) return
      assert.match(refused(broken).message, /^Not JSON, at line \d+, column \d+$|^A key/)
    }),
    { seed: 3, numRuns: 2000 },
  )
})

test('a refusal names the place and never the content', () => {
  const problem = refused('{"resourceType":"Patient",\n "name":[{"given":["Jane", Secret]}]}')
  assert.equal(problem.message, 'Not JSON, at line 2, column 28')
  assert.equal(problem.at, 'Patient.name[0].given[1]')
})

test('the same key twice in one object is refused, however it is written', () => {
  for (const text of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"x":[{"b":{},"a":1,"a":2}]}']) refused(text)
  assert.equal(refused('{"resourceType":"Patient","name":[{},{"given":[],"given":[]}]}').at, 'Patient.name[1].given')
  parseJson('{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}')
  const many = Array.from({ length: 1000 }, (_, i) => `"k${i}":{"a":1}`)
  parseJson(`{${many}}`)
  refused(`{${many},"k7":1}`)
})

test('characters that the database cannot hold are refused, in values and in keys', () => {
  for (const text of ['"\\u0000"', '{"a\\u0000":1}', '"\\ud800"', '"\\udc00\\ud800"', '"x\ud83d"', '{"\udc00":1}']) {
    const problem = refused(text)
    assert.match(problem.message, /cannot be stored/)
  }
  assert.equal(parseJson('"\\ud83d\\ude00 \\\\u0000 \u{1f600}"'), '\u{1f600} \\u0000 \u{1f600}')
})

test('a surrogate pair of which one half is written with an escape is that pair', () => {
  for (const text of ['["\ud83d\\ude00"]', '["\\ud83d\ude00"]', '["a","\ud83d\\ude00",1.0,"\ud83d\\ude01"]'])
    assert.equal(JSON.stringify(parseJson(text)), asWritten(text))
})

test('depth is bounded, and a million brackets overflow nothing', () => {
  assert.deepEqual(parseJson('[[[1]]]', { maxDepth: 3 }), [[[1]]])
  assert.match(refused('[[[[1]]]]', 3).message, /deeper than 3 levels, at line 1, column 4/)
  for (const none of [0, -1, -2, -1000, Number.NaN]) assert.match(refused('[1]', none).message, /deeper than 0 levels/)
  assert.match(refused(`${'['.repeat(1001)}1${']'.repeat(1001)}`, Infinity).message, /deeper than 1000 levels/)
  assert.match(refused('['.repeat(1_000_000) + ']'.repeat(1_000_000)).message, /deeper/)
  assert.match(refused('{"a":'.repeat(1_000_000)).message, /deeper/)
  assert.match(refused(']'.repeat(1_000_000)).message, /Not JSON/)
})

test('a long string with an escape in it is no burden', () => {
  const long = 'ab'.repeat(5_000_000)
  assert.equal((parseJson(`{"a":"\\ud83d\\ude00${long}","b\\n":1}`) as { a: string }).a.length, long.length + 2)
})

test('a string of five million escapes is looked at closely and is no burden either', () => {
  const text = `{"a":"\\ud83d\\ude00${'\\n'.repeat(5_000_000)}"}`
  assert.equal((parseJson(text) as { a: string }).a.length, 5_000_002)
  assert.match(refused(`{"a":"${'\\n'.repeat(5_000_000)}\\x"}`).message, /^Not JSON, at line 1, column 6$/)
})

test('bytes are read as UTF-8, with or without a byte order mark', () => {
  assert.deepEqual(parseJson(Buffer.from('\ufeff{"a":"Zoë"}')), { a: 'Zoë' })
  assert.deepEqual(parseJson('\ufeff[1.0]'), [rawNumber('1.0')])
  assert.equal(refused(Buffer.from([0x22, 0xff, 0x22])).message, 'The text is not UTF-8')
})

test('a key named __proto__ is a key like any other', () => {
  const text = '{"__proto__":{"a":1.0},"constructor":[2.0]}'
  const value = parseJson(text) as object
  assert.equal(JSON.stringify(value), text)
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
})

test('where a key or a number stands in a long text makes no difference', () => {
  // The scanner takes 64 bytes at a time and 8192 in a turn: what stands across their ends is told all the same.
  const lengths = [...Array.from({ length: 140 }, (_, length) => length), 8050, 8110, 8120, 8127, 8128, 8129, 16_300]
  for (const length of lengths)
    for (const pad of [
      'x'.repeat(length),
      'x\\"'.repeat(length / 3),
      ' \\\\'.repeat(length / 3),
      'é'.repeat(length / 2),
    ]) {
      const of = (inner: string): string => `{"text":"${pad}","value":[{"a":1},${inner}]}`
      const kept = of('{"aKeyThatIsLong":[{},[7,1.50]],"aKeyThatIsShort":-0.10}')
      assert.equal(JSON.stringify(parseJson(kept)), kept)
      assert.equal(JSON.stringify(parseJson(Buffer.from(kept))), kept)
      assert.equal(
        refused(of('{"aKeyThatIsLong":1,"b":[{"a":1}],"aKeyThatIsLong":2}')).at,
        '$this.value[1].aKeyThatIsLong',
      )
      assert.match(refused(of('"\\u0000"')).message, /cannot be stored/)
    }
})

test('a key is found twice in an object exactly where it is there twice', () => {
  const key = fc.stringMatching(/^[ab"é]{0,20}$/)
  const space = fc.constantFrom('', ' ', '\n\t ', ' '.repeat(70))
  fc.assert(
    fc.property(fc.array(fc.tuple(key, space, space), { maxLength: 12 }), fc.nat(200), (members, before) => {
      const inner = members.map(
        ([name, one, two]) => `${one}${JSON.stringify(name)}${two}:${one}[{"${'b'.repeat(9)}":1.0}]`,
      )
      const text = `{"pad":"${'x'.repeat(before)}","of":{${inner.join(',')}}}`
      if (new Set(members.map(([name]) => name)).size < members.length) refused(text)
      else
        assert.equal(
          JSON.stringify(parseJson(text)),
          text.replaceAll(/(?<=[{,:\]"])\s+/g, '').replaceAll(/\s+(?=[":[])/g, ''),
        )
    }),
    { seed: 4, numRuns: 2000 },
  )
})

test('a large text is said to be plain only where no string of it holds what XML cannot', () => {
  const pad = 'x'.repeat(10_000)
  const isPlain = (json: string): boolean =>
    isPlainText(parseJson(Buffer.from(`{"pad":"${pad}","a":[${json}]}`)) as object)
  for (const json of ['"a"', '"\\n\\t\\r\\"\\\\\\/"', '"\\\\u0001"', '"é😀"', '1.50']) assert.ok(isPlain(json), json)
  for (const json of ['"\\u0001"', '"\\b"', '"\\f"', '"\uffff"', '"\ufffe"', '{"\\u0008":1}', '"\\\\\\u0001"'])
    assert.ok(!isPlain(json), json)
  assert.ok(!isPlainText(parseJson('{"a":"small"}') as object))
  // A text that is given up before its end, as one with so many keys is, may hold anything there.
  const keys = Array.from({ length: 1100 }, (_, number) => `{"key${number}":1}`)
  assert.ok(!isPlain(`${keys},"${pad}","\\u0001"`))
  assert.ok(!isPlain(`{"${'k'.repeat(70_000)}":1},"${pad}","\\u0001"`))
  // oxlint-disable-next-line no-control-regex
  const unfit = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/
  const unit = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('a', '\\', '"', 'é', '\n', '\ud83d\ude00') },
    {
      weight: 1,
      arbitrary: fc
        .nat(0xffff)
        .filter((code) => code > 0 && (code < 0xd800 || code > 0xdfff))
        .map((code) => String.fromCharCode(code)),
    },
  )
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 90 }), (characters) => {
      const text = characters.join('')
      if (isPlain(JSON.stringify(text))) assert.doesNotMatch(text, unfit)
    }),
    { seed: 5, numRuns: 2000 },
  )
})

/** In bytes, without what nobody refers to any more. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}

/** What JSON.parse makes of it, numbers as they were written. */
function asWritten(text: string): string {
  type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown
  const keep: Reviver = (_key, value, { source }) => (typeof value === 'number' ? rawNumber(source ?? '') : value)
  return JSON.stringify(JSON.parse(text, keep as (key: string, value: unknown) => unknown))
}

test('whatever is said again and again is read each time as it was said', () => {
  const long = fc
    .tuple(
      fc.constantFrom('Encounter/4000000000000000_', 'é'.repeat(9), ''),
      fc.nat(40),
      fc.constantFrom('0000000', 'é', ''),
    )
    .map(([start, number, end]) => JSON.stringify(start + '0'.repeat(number) + end))
  const scalar = fc.oneof(
    long,
    fc.constantFrom('1.50', '1.5', '150', '"1.50"', 'true', 'null', '"true"', '""', '-0', '0'),
  )
  const key = fc.constantFrom(
    'a',
    'b',
    'reference',
    'aKeyThatIsLongerThanTheOthers',
    'aKeyThatIsLongerThanTheOtherS',
    '',
    '7',
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, scalar, tie('array'), tie('object')),
    array: fc.array(tie('value') as fc.Arbitrary<string>, { maxLength: 6 }).map((items) => `[${items}]`),
    object: fc
      .uniqueArray(fc.tuple(key, tie('value') as fc.Arbitrary<string>), { selector: ([name]) => name })
      .map((members) => `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${inner}`)}}`),
  }))
  fc.assert(
    fc.property(fc.array(value as fc.Arbitrary<string>, { minLength: 1, maxLength: 20 }), (values) => {
      const text = `[${values}]`
      assert.equal(JSON.stringify(parseJson(Buffer.from(text))), asWritten(text))
    }),
    { seed: 6, numRuns: 2000 },
  )
})

test('ten thousand ids that differ in one place are ten thousand ids', () => {
  const padded = (number: number, before: number, after: number): string =>
    `"${'0'.repeat(before)}${String(number).padStart(5, '0')}${'0'.repeat(after)}"`
  for (const [before, after] of [
    [0, 0],
    [20, 0],
    [0, 20],
    [13, 13],
    [40, 40],
  ] as const) {
    const once = Array.from({ length: 10_000 }, (_, number) => padded(number, before, after))
    const text = `[${[...once, ...once]}]`
    assert.equal(JSON.stringify(parseJson(text)), text)
  }
})

test('what the reader would look for in one place is told apart, as keys and as values', () => {
  const short = 'k4j kle k3b9 k3dm k4wj k5uk k7w9 k8q1 kbfe kbko keaw khcz kkgq kli2 knz5 koqk kpap krge'.split(' ')
  const middles = '0473 05a9 065v 06b1 06qo 0b0f 0ekt 0i52 0ik0 0lkk 0m9c 0n35 0n7h 0nmm 0nn8 0rs7 0ss5 0u4l'.split(' ')
  // Strings of one hash, two more than the sixteen places that are looked at.
  for (const all of [short, middles.map((middle) => `aKeyThat${middle}IsLong`)])
    for (const count of [15, 16, 17, 18]) {
      const names = all.slice(0, count)
      const objects = [...names, ...names].map((name, number) => `{"${name}":"${name}","b":${number}.0}`)
      const text = `[${objects},${names.toReversed().map((name) => `"${name}"`)}]`
      assert.equal(JSON.stringify(parseJson(text)), text)
      refused(`{${[...names, names.at(-1)].map((name) => `"${name}":1`)}}`)
      assert.equal(JSON.stringify(parseJson('{"resourceType":"Patient"}')), '{"resourceType":"Patient"}')
    }
})

test('the smallest parts are read in texts of every length', () => {
  // As many entries as a text may have, which fill what the reader set aside for them.
  const around = [64, 4096, 8192, 16_384].flatMap((edge) => [-3, -2, -1, 0, 1, 2, 3].map((more) => edge + more))
  for (const length of [...Array.from({ length: 150 }, (_, number) => number), ...around])
    for (const part of ['1,', '[],', '{},', '"",', '{"":1},', '[[1],2.0],'])
      for (const space of ['', ' ']) {
        const text = `[${part.repeat(length / part.length)}${space}0]`
        assert.equal(JSON.stringify(parseJson(Buffer.from(text))), text.replace(' ', ''))
        refused(text.slice(0, -1))
        refused(`${text}]`)
      }
})

test('a text for which there is no memory is read in another way', (t) => {
  type Memory = { readonly Memory: { readonly prototype: { grow(pages: number): number } } }
  const { prototype } = (globalThis as unknown as { WebAssembly: Memory }).WebAssembly.Memory
  t.mock.method(prototype, 'grow', () => {
    throw new RangeError('no memory')
  })
  const text = `["${'x'.repeat(10_000_000)}",1.0]`
  assert.equal(JSON.stringify(parseJson(text)), text)
  refused(`${text}]`)
})

test('a value with line feeds in it is given up at the first', (t) => {
  const parse = t.mock.method(JSON, 'parse')
  const lines = '1\n'.repeat(10_000)
  for (const broken of [`[${lines}1]`, `["${'x'.repeat(70_000)}",${lines}1]`, `{"a"${lines}:1}`]) refused(broken)
  assert.ok(parse.mock.callCount() < 20)
})

test('as many keys as there may be are read as the keys they are, in this text and in the next', () => {
  for (const count of [10, 60, 1000, 1023, 1024, 1025, 3000]) {
    const text = `[${Array.from({ length: count }, (_, number) => `{"key${number}":[${number}],"b":1.0}`)}]`
    assert.equal(JSON.stringify(parseJson(text)), text)
    assert.equal(JSON.stringify(parseJson('{"resourceType":"Patient"}')), '{"resourceType":"Patient"}')
  }
  const long = `{"${'k'.repeat(100_000)}":[1.0],"a":{"${'k'.repeat(40_000)}":1}}`
  assert.equal(JSON.stringify(parseJson(long)), long)
})

test('keys that mean something to JavaScript are keys', () => {
  for (const text of [
    '{"toString":1.0,"constructor":{"prototype":{"__proto__":{"x":1}}}}',
    '[{"__proto__":null},{"a":{"__proto__":1.0}}]',
    '{"valueOf":"a","hasOwnProperty":[],"length":0}',
  ])
    assert.equal(JSON.stringify(parseJson(text)), text)
  // Where keys are whole numbers, JavaScript has an order of its own.
  assert.equal(JSON.stringify(parseJson('{"b":1,"10":2,"2":3,"a":4.0}')), '{"2":3,"10":2,"b":1,"a":4.0}')
})

test('what somebody did to the prototype of all objects changes nothing', () => {
  const set = (): void => {
    assert.fail('called')
  }
  Object.defineProperty(Object.prototype, 'shared', { set, configurable: true })
  Object.defineProperty(Object.prototype, 'fixed', { value: 1, configurable: true })
  try {
    for (const text of ['{"shared":1,"a":[{"fixed":2}]}', '{"shared":1.0,"fixed":{"shared":[2.50]}}'])
      assert.equal(JSON.stringify(parseJson(text)), text)
  } finally {
    for (const name of ['shared', 'fixed']) Reflect.deleteProperty(Object.prototype, name)
  }
})

test('an object whose key is a number takes no more room than another', () => {
  // Given such a key, the engine would make an array of a thousand places and more for each.
  const before = heapInUse()
  const value = parseJson(`[${'{"1000":1},'.repeat(20_000)}0]`) as unknown[]
  assert.ok(heapInUse() - before < 10_000_000)
  assert.deepEqual(value.slice(-2), [{ 1000: 1 }, 0])
  const text = '[{"b":1.0,"1000":2,"7":3},{"4294967294":1,"4294967295":2,"a":3},{"01":1,"7":2}]'
  assert.equal(JSON.stringify(parseJson(text)), asWritten(text))
})

test('short arrays take the room of what they hold', () => {
  const text = Buffer.from(`[${'[1,2],[1,2,3],'.repeat(200_000)}0]`)
  const before = heapInUse()
  const value = parseJson(text) as unknown[]
  assert.ok(heapInUse() - before < 50_000_000)
  assert.deepEqual(value.slice(-3), [[1, 2], [1, 2, 3], 0])
})
test('an object of any size is an ordinary object', () => {
  for (let size = 0; size < 70; size++) {
    const text = `{${Array.from({ length: size }, (_, number) => `"key${number}":${number}`)}}`
    const value = parseJson(text) as object
    assert.equal(JSON.stringify(value), text)
    assert.equal(Object.getPrototypeOf(value), Object.prototype)
    assert.deepEqual(value, JSON.parse(text))
  }
})

test('what was broken in one text is not believed in the next', () => {
  for (const broken of [
    '{"a" 1:2}',
    '{"x"y":1}',
    '{"b\u0001":1}',
    '[tru]',
    '{"c\\x":1}',
    '{"d":1,}',
    '{"e":}',
    '["f\u0001"]',
    '[1\n2]',
    '["a\nb"]',
    '{"a\nb":1}',
    '{"a":1,"b"\n"c":1}',
  ]) {
    refused(broken)
    refused(broken)
    assert.equal(JSON.stringify(parseJson('{"a":1,"b":2.0,"f":[true]}')), '{"a":1,"b":2.0,"f":[true]}')
  }
})

test('only white space stands between the parts, and only that of JSON', () => {
  for (const space of ['\v', '\f', '\u00a0', '\u2028', '\u0000', '\u001a', '\u0001'])
    for (const place of [
      '[1,?2]',
      '[1?,2]',
      '?[1]',
      '[1]?',
      '{?"a":1}',
      '{"a"?:1}',
      '{"a":?1}',
      '{"a":1?}',
      '[?]',
      '[[]?,1]',
    ])
      assert.match(refused(place.replace('?', space)).message, /^Not JSON|cannot be stored/)
  assert.equal(JSON.stringify(parseJson(' [ 1.0\r\n,\t{ "a" : [ ] , "b" : { } } ] \n')), '[1.0,{"a":[],"b":{}}]')
})
