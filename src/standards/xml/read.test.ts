import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../kernel/problem.ts'
import { readXml, readXmlWithSource } from './read.ts'
import { attribute, childNamed, descend, elements, textOf } from './select.ts'

const refuses = (document: string | Uint8Array, text: RegExp, limits = {}) =>
  assert.throws(
    () => readXml(document, limits),
    (thrown) => thrown instanceof Problem && thrown.kind === 'invalid' && text.test(thrown.message),
  )

test('what an element is called is its namespace and local name, whichever prefix was used', () => {
  const plain = readXml('<a xmlns="urn:x" b="1"><c>text</c></a>')
  const prefixed = readXml('<p:a xmlns:p="urn:x" b="1"><p:c>te<![CDATA[xt]]></p:c></p:a>')
  assert.deepEqual(plain, prefixed)
  assert.equal(textOf(childNamed(plain, 'urn:x', 'c')), 'text')
  assert.equal(attribute(plain, 'b'), '1')
})

test('a document is read in UTF-8 and in UTF-16 of either byte order, with a byte order mark or without', () => {
  const text = '<?xml version="1.0" encoding="UTF-16"?><a>é 漢</a>'
  const little = Buffer.from(text, 'utf16le')
  const big = Buffer.from(little).swap16()
  const bytes = [
    little,
    Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
    big,
    Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
  ]
  for (const one of [...bytes, Buffer.from('\ufeff<a>é 漢</a>')]) assert.equal(textOf(readXml(one)), 'é 漢')
})

test('an encoding other than UTF-8 and UTF-16, or bytes that are not what they say, are refused', () => {
  refuses(Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'latin1'), /encoding/)
  refuses(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]), /UTF-8/)
})

test('a document type is refused, and with it external entities and bombs of internal ones', () => {
  refuses('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', /document type/)
  refuses('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', /document type/)
  const bomb = Array.from({ length: 20 }, (_, index) => `<!ENTITY e${index + 1} "&e${index};&e${index};">`).join('')
  refuses(`<!-- <a> --><!DOCTYPE a [<!ENTITY e0 "x">${bomb}]><a>&e20;</a>`, /document type/)
  refuses('<a>&unknown;</a>', /not well-formed/)
})

test('200,000 levels, a million nodes too many, or more bytes than allowed are refused soon', () => {
  const began = process.cpuUsage()
  refuses('<a>'.repeat(200_000), /nested deeper than 200/)
  refuses(`<a>${'<b/>'.repeat(1000)}</a>`, /more than 500 nodes/, { maxNodes: 500 })
  refuses(Buffer.alloc(11_000_000, 0x20), /more than 10000000 bytes/)
  const { user, system } = process.cpuUsage(began)
  assert.ok(user + system < 2_000_000)
})

test('what is wrong is said without repeating what was sent', () => {
  for (const text of ['<a><secret></a>', '<a secret>', '<secret:a/>', '<a b="secret', 'secret'])
    assert.throws(
      () => readXml(text),
      (thrown) => thrown instanceof Problem && !/secret/.test(thrown.message),
    )
})

test('an element is shown as the very text it was read from, a document of its own', () => {
  const inner = '<p:c  d = "1&lt;2"\r\n xmlns:r="urn:r">é <![CDATA[<p:c>]]>\u{1F600}<!-- <p:c> --><p:e/></p:c >'
  const { root, sourceOf } = readXmlWithSource(
    `\ufeff<?xml version="1.0"?>\n<!-- <p:c> --><a xmlns="urn:a&amp;b" xmlns:p="urn:old" xmlns:r="urn:other">\r\n<b xmlns:p="urn:p">${inner}</b>\r\n</a>`,
  )
  const c = childNamed(childNamed(root, 'urn:a&b', 'b')!, 'urn:p', 'c')!
  assert.equal(sourceOf(c), inner.replace('<p:c', '<p:c xmlns:p="urn:p" xmlns="urn:a&#38;b"'))
  assert.deepEqual(readXml(sourceOf(c)), c)
  assert.deepEqual(readXml(sourceOf(descend(c, 'urn:p', 'e')!)), descend(c, 'urn:p', 'e'))
  assert.throws(() => sourceOf({ ...c }), RangeError)
})

test('namespaces with white space, and names with characters that look like it, are shown as they were read', () => {
  // U+1680 and U+FEFF are white space to a regular expression, and letters to XML.
  for (const name of ['a\u1680b', 'a\ufeffb', 'a\u1680:b'])
    for (const namespace of ['urn:x&#10;y&#9;&#13;z', 'urn:&amp;&lt;&quot;&gt;', 'urn:x']) {
      const { root, sourceOf } = readXmlWithSource(
        `<r xmlns="${namespace}" xmlns:a\u1680="${namespace}"><${name} d="1"/></r>`,
      )
      const [inner] = elements(root)
      assert.deepEqual(readXml(sourceOf(inner!)), inner)
    }
})
