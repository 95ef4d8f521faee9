import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SaxesParser } from 'saxes'
import { element } from './element.ts'
import { serialise, serialiseUtf8 } from './serialise.ts'
import { shape } from './template.ts'

const bare = { declaration: false } as const

test('an element without children is closed at once, and undefined attributes and children fall away', () => {
  assert.equal(
    serialise(element('a', { b: '1', c: undefined }, undefined, false, element('d')), bare),
    '<a b="1"><d/></a>',
  )
  assert.equal(serialise({ name: 'a' }), '<?xml version="1.0" encoding="UTF-8"?>\n<a/>')
})

test('text and attributes come back from a reader as they were put in', () => {
  const awkward = 'a < b & "c" > \'d\' ]]> \r\n\t é 😀 \u0085 end '
  const xml = serialise(element('a', { b: awkward }, awkward), bare)
  let text = ''
  let attribute: unknown
  const parser = new SaxesParser()
  parser.on('text', (value) => {
    text += value
  })
  parser.on('opentag', (tag) => {
    attribute = tag.attributes.b
  })
  parser.write(xml).close()
  assert.equal(text, awkward)
  assert.equal(attribute, awkward)
})

test('characters that XML cannot carry become a space each, and the caller is told', () => {
  const told: string[] = []
  const xml = serialise(element('a', { b: 'x\x02y' }, 'one\x00two\x1bthree\ud800four\uffff <'), {
    ...bare,
    onIllegal: (value) => told.push(value),
  })
  assert.equal(xml, '<a b="x y">one two three four  &lt;</a>')
  assert.deepEqual(told, ['x\x02y', 'one\x00two\x1bthree\ud800four\uffff <'])
})

test('a whole surrogate pair is a character like any other', () => {
  assert.equal(serialise(element('a', {}, '😀'), bare), '<a>😀</a>')
})

test('a document of many pieces is written whole and in order', () => {
  const rows = Array.from({ length: 20_000 }, (_, at) => element('r', { n: String(at) }, 'text'))
  const xml = serialise({ name: 'a', children: rows }, bare)
  assert.equal(xml, `<a>${rows.map((_, at) => `<r n="${at}">text</r>`).join('')}</a>`)
  assert.equal(serialiseUtf8({ name: 'a', children: rows }, bare).toString(), xml)
})

test('a document in UTF-8 is the same document, whatever its characters', () => {
  const rows = Array.from({ length: 5000 }, (_, at) => element('r', { n: `é${at}` }, '“€” 😀 < \ud800'))
  const root = { name: 'a', children: rows }
  assert.equal(serialiseUtf8(root).toString(), serialise(root))
  assert.equal(serialiseUtf8({ name: 'a' }).toString(), serialise({ name: 'a' }))
})

test('whoever is told of an illegal character may write a document of their own meanwhile', () => {
  const told: string[] = []
  const root = element('a', { b: 'before' }, 'x\x02', element('c', { d: '\x03' }, 'after'))
  const onIllegal = (value: string) => void told.push(serialise(element('told', {}, legible(value)), bare))
  assert.equal(serialise(root, { ...bare, onIllegal }), '<a b="before">x <c d=" ">after</c></a>')
  assert.deepEqual(told, ['<told>x2</told>', '<told>3</told>'])
})
const legible = (value: string) => [...value].map((one) => (one < ' ' ? one.charCodeAt(0) : one)).join('')

test('every character of ASCII, wherever it stands, comes out as it went in or as its reference', () => {
  const references: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }
  const inAttributes: Record<string, string> = { ...references, '"': '&quot;', '\t': '&#9;', '\n': '&#10;' }
  for (let code = 0; code < 256; code++)
    for (const length of [1, 8, 17, 1001]) {
      const one = String.fromCharCode(code)
      const value = `${'a'.repeat(length - 1)}${one}b`
      const legal = code < 32 && !/[\t\n\r]/.test(one) ? ' ' : one
      const [text, attribute] = [references, inAttributes].map((known) => value.replace(one, known[one] ?? legal))
      if (one !== 'a' && one !== 'b')
        assert.equal(serialise(element('e', { v: value }, value), bare), `<e v="${attribute}">${text}</e>`)
    }
})

test('shapes of any number and size are written whole', () => {
  const long = 'a shape of the program '.repeat(4000)
  const made = Array.from({ length: 30 }, (_, at) => shape(`<a n="${at}">${long}<b c="`, '"/></a>'))
  for (const [at, one] of made.entries()) assert.equal(serialise(one('1'), bare), `<a n="${at}">${long}<b c="1"/></a>`)
})
