import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { element, type Hole, type XmlNode } from './element.ts'
import { partWriter, serialise } from './serialise.ts'
import { constant, expand, shape, xml } from './template.ts'

const written = partWriter()
const bare = { declaration: false } as const
const text = (node: Parameters<typeof serialise>[0]) => serialise(node, bare)

test('a template becomes the XML it is written as, without the white space of the program', () => {
  const id = 'p1'
  const made = xml`<act classCode="ACT">
    <text><reference value="#${id}"/></text>
    <code code="1" displayName="One of several"/>
    ${element('time', { value: '2019' })}
  </act>`
  assert.equal(
    text(made),
    '<act classCode="ACT"><text><reference value="#p1"/></text><code code="1" displayName="One of several"/><time value="2019"/></act>',
  )
})

test('what stands in a hole is never markup', () => {
  const nasty = `"/><script a='1'>&amp;]]>\n`
  assert.equal(
    text(xml`<a b="${nasty}">${nasty}</a>`),
    `<a b="&quot;/&gt;&lt;script a='1'&gt;&amp;amp;]]&gt;&#10;">&quot;/&gt;&lt;script a='1'&gt;&amp;amp;]]&gt;\n</a>`.replace(
      '>&quot;/',
      '>"/',
    ),
  )
})

test('an attribute without a value is not written, and an element with nothing in it is closed at once', () => {
  const value: string | undefined = undefined
  const some: Hole = false
  assert.equal(text(xml`<a b="${value}" c="#${value}" d="${'4'}" e="${value}"/>`), '<a d="4"/>')
  assert.equal(text(xml`<a><b>${some}</b><c x="${value}">${[]}</c><d>${''}</d>${value}</a>`), '<a><b/><c/><d/></a>')
  assert.equal(text(xml`<a b="${''}">${[undefined, xml`<c/>`, false, 'd']}</a>`), '<a b=""><c/>d</a>')
})

test('a template and the elements it stands for are written the same', () => {
  const word = fc.string({ unit: fc.constantFrom('a', '<', '&', '"', '\n', '\t', '\r', ' ', 'é', '😀', '>', '\x01') })
  const optional = fc.option(word, { nil: undefined })
  const node: fc.Arbitrary<XmlNode> = fc.oneof(
    word,
    word.map((inside) => xml`<i k="${inside}">${inside}</i>`),
    word.map((inside) => element('e', { k: inside }, inside)),
    fc.constant(constant(element('c', undefined, xml`<d/>`))),
  )
  fc.assert(
    fc.property(optional, optional, fc.array(fc.option(node, { nil: undefined })), optional, (a, b, nodes, c) => {
      const made = xml`<r a="${a}" b="x${b}"><s>${nodes}</s><t u="1">v${c}</t></r>`
      assert.equal(text(made), text(expand(made)))
      assert.ok(!JSON.stringify(expand(made)).includes('"shape"'))
    }),
    { seed: 1 },
  )
})

test('what was written already is written the same, and comes back as the elements it was', () => {
  const word = fc.string({ unit: fc.constantFrom('a', '<', '&', '"', '\n', '\t', '\r', ' ', 'é', '😀', '>') })
  const long = fc.integer({ min: 0, max: 70_000 }).map((length) => 'long é '.repeat(length / 7))
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), word, long, (words, attribute, more) => {
      const parts = words.map((one) => xml`<x:i k="${attribute}"><j/>${[one, more]}</x:i>`)
      const early = parts.map((part) => written(part))
      assert.equal(text(xml`<a>${early}<b/></a>`), text(xml`<a>${parts}<b/></a>`))
      assert.equal(text(expand(xml`<a>${early}<b/></a>`)), text(xml`<a>${parts}<b/></a>`))
    }),
    { seed: 1, numRuns: 60 },
  )
  assert.deepEqual(expand(written(xml`<a x:b="${'1'}"><c>${'& d'}</c></a>`)), {
    name: 'a',
    attributes: { 'x:b': '1' },
    children: [{ name: 'c', attributes: {}, children: ['& d'] }],
  })
})

test('what could not be written leaves nothing behind in what is written next', () => {
  assert.throws(() => written(xml`<a>${['one']}<b c="${element('c')}"/></a>`), /An attribute is text/)
  assert.equal(text(written(xml`<d/>`)), '<d/>')
})

test('a shape of several elements goes where its siblings are', () => {
  const ids = shape('<id root="1"/><id root="', '"/>')
  assert.equal(text(xml`<a>${ids('2')}<b/></a>`), '<a><id root="1"/><id root="2"/><b/></a>')
  assert.equal(expand(xml`<a>${ids('2')}<b/></a>`).children?.length, 3)
})

test('what is no XML is no template', () => {
  for (const wrong of ['<a>', '<a></b>', '</a>', '<a b=c/>', '<a b="<"/>', '<a>&amp;</a>', '<a b="1" >"</a>', 'a > b'])
    assert.throws(() => shape(wrong), /No template/, wrong)
  assert.throws(() => shape('<a b=', '/>'), /No template/)
  assert.throws(() => shape('<a b="', 'c"/>'), /No template/)
  assert.throws(() => shape('<a>', '', '</a>'), /nothing in it/)
  assert.throws(() => text(xml`<a b="${element('c')}"/>`), /An attribute is text/)
})
