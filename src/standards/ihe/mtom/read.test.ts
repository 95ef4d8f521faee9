import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readXml } from '../../xml/read.ts'
import { textOf } from '../../xml/select.ts'
import { serialise } from '../../xml/serialise.ts'
import { SoapFault } from '../soap/fault.ts'
import { xml } from '../tree.ts'
import { parseContentType } from './content-type.ts'
import { decodeBase64, readMtom, resolveIncludes } from './read.ts'
import { include, inline, writeMtom } from './write.ts'

const bytes = Buffer.from([0, 1, 2, 0x0d, 0x0a, 0x2d, 0x2d, 255])
const attachment = { id: 'doc one@weft', type: 'application/octet-stream', bytes }
const packed = () => {
  const { contentType, body } = writeMtom(serialise(xml('a', {}, include(attachment))), 'urn:a', [attachment], 'MIME_1')
  return { contentType, body: Buffer.concat(body) }
}
const read = (body: Buffer, type = packed().contentType) => {
  const { root, parts } = readMtom(body, parseContentType(type)!)
  return resolveIncludes(readXml(root.bytes), parts)
}

test('what was packed comes out again, byte for byte', () => {
  assert.equal(textOf(read(packed().body)), bytes.toString('base64'))
})

test('a simple message carries the same bytes in base64', () => {
  const envelope = serialise(xml('a', {}, include(attachment)), { declaration: false })
  assert.equal(Buffer.concat(inline(envelope, [attachment])).toString(), `<a>${bytes.toString('base64')}</a>`)
})

test('a package is refused that is not closed, has no such start, includes what is not there, or has no boundary', () => {
  const { body, contentType } = packed()
  const text = body.toString('latin1')
  const changed = (from: string | RegExp, to: string) => Buffer.from(text.replace(from, to), 'latin1')
  assert.throws(() => read(changed('--MIME_1--', '')), SoapFault)
  assert.throws(() => read(changed('cid:doc%20one', 'cid:doc%20two')), SoapFault)
  assert.throws(() => read(changed('<doc one@weft>', '<another@weft>')), SoapFault)
  assert.throws(() => read(body, contentType.replace('root.', 'toor.')), SoapFault)
  assert.throws(() => read(body, contentType.replace(/boundary="[^"]*"; /, '')), SoapFault)
  assert.throws(() => read(changed('application/xop+xml; charset', 'text/xml; charset')), SoapFault)
})

test('a part in base64 is decoded, and bad base64 is refused', () => {
  const coded = (text: string) =>
    Buffer.from(
      `--b\r\nContent-Type: application/xop+xml\r\n\r\n<a><x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:d"/></a>\r\n--b\r\nContent-ID: <d>\r\nContent-Transfer-Encoding: base64\r\n\r\n${text}\r\n--b--`,
    )
  const type = 'multipart/related; boundary=b; type="application/xop+xml"'
  assert.equal(textOf(read(coded('aGVs\r\nbG8='), type)), 'aGVsbG8=')
  assert.throws(() => read(coded('aGVs*bG8='), type), SoapFault)
})

test('base64 is four characters at a time, of its alphabet', () => {
  assert.equal(decodeBase64('aGVs bG8=')?.toString(), 'hello')
  for (const text of ['aGVsbG8', 'aGVs-G8=', '=aaa', 'aa=a']) assert.equal(decodeBase64(text), undefined, text)
})

test('a content type keeps what its quotes hold', () => {
  assert.deepEqual(parseContentType('Multipart/Related; Boundary="a;b\\"c"; start=<x@y>'), {
    type: 'multipart/related',
    parameters: { boundary: 'a;b"c', start: '<x@y>' },
  })
  assert.equal(parseContentType('nonsense'), undefined)
})
