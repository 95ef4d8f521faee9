import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findXhtmlFault } from './xhtml.ts'

const div = (inner: string, attributes = '') => `<div xmlns="http://www.w3.org/1999/xhtml"${attributes}>${inner}</div>`

test('formatted text, tables, links and images are a narrative', () => {
  for (const inner of [
    'Plain &amp; simple',
    '<p id="a" class="b" style="color: red">x<br/>y</p>',
    '<table border="1"><tbody><tr><td colspan="2">1 &lt; 2</td></tr></tbody></table>',
    '<a href="https://example.org/?a=1&amp;b=2">x</a>',
    '<a name="x"> </a><img src="#contained" alt="x"/>',
    '<img src="data:image/png;base64,AAAA"/>',
    '<!-- a comment -->x',
    '&#8211;',
  ])
    assert.equal(findXhtmlFault(div(inner)), undefined, inner)
})

test('characters are named as XML and HTML 4 do', () => {
  assert.equal(findXhtmlFault(div('&nbsp;&eacute;&#233;<a href="?a=1&amp;b=&eacute;">x</a>')), undefined)
  for (const inner of ['&nosuch;', '&xxe;', '&#0;', '<img src="x" alt="&nosuch;"/>'])
    assert.match(findXhtmlFault(div(inner)) ?? 'accepted', /character reference/, inner)
  for (const inner of ['a & b', '<a href="?a=1&b=2">x</a>', '&amp'])
    assert.notEqual(findXhtmlFault(div(inner)), undefined, inner)
})

test('what could run is refused', () => {
  for (const inner of [
    '<script>x</script>',
    '<p onclick="x()">x</p>',
    '<a href="javascript:x()">x</a>',
    '<a href="java&#x0A;script:x()">x</a>',
    '<a href=" &#106;avascript:x()">x</a>',
    '<a href="data:text/html,x">x</a>',
    '<img src="data:image/svg+xml,x"/>',
    '<p style="background: url(javascript:x)">x</p>',
    '<object data="x">x</object>',
    '<iframe src="x">x</iframe>',
    '<form action="x">x</form>',
    '<style>x</style>',
    '<svg onload="x">x</svg>',
    '<base href="x"/>x',
  ])
    assert.match(findXhtmlFault(div(inner)) ?? 'accepted', /txt-1/, inner)
})

test('what is not one well-formed div is refused', () => {
  for (const source of [
    '',
    'text',
    '<p xmlns="http://www.w3.org/1999/xhtml">x</p>',
    `${div('x')}${div('x')}`,
    `${div('x')} tail`,
    div('<p>x'),
    div('<b><i>x</b></i>'),
    div('a < b'),
    div('a & b'),
    div('<p class=x>x</p>'),
    div('<p class="a" class="b">x</p>'),
    div('<?php x ?>'),
    div('<![CDATA[x]]>'),
    div('<!-- a -- b -->x'),
    '<!DOCTYPE html><div>x</div>',
    '<div>no namespace</div>',
    '<div xmlns="http://www.w3.org/1999/xhtml">',
  ])
    assert.notEqual(findXhtmlFault(source), undefined, source)
})

test('a narrative has something to read', () => {
  assert.match(findXhtmlFault(div(' \n ')) ?? '', /txt-2/)
  assert.match(findXhtmlFault('<div xmlns="http://www.w3.org/1999/xhtml"/>') ?? '', /txt-2/)
})

test('a long and broken narrative is decided at once', () => {
  for (const source of [
    div('<p '.repeat(200_000)),
    div(`<p ${' '.repeat(500_000)}`),
    div(`<!--${'-a'.repeat(500_000)}`),
  ])
    assert.notEqual(findXhtmlFault(source), undefined)
})
