import assert from 'node:assert/strict'
import { test } from 'node:test'
import { referencesAreKnown } from './html-entities.ts'

test('a character is named as HTML 4 does, or by its number', () => {
  for (const text of ['', 'a', '&amp;&lt;&apos;', '&nbsp;&Eacute;&sup2;&hearts;&euro;', '&#233;&#xE9;&#x1F600;&#10;'])
    assert.ok(referencesAreKnown(text), text)
})

test('another name, a number that is no character and an & alone are not', () => {
  for (const text of [
    '&nosuch;',
    '&NBSP;',
    '&xxe;',
    '&#0;',
    '&#x0;',
    '&#xD800;',
    '&#xFFFF;',
    '&#x110000;',
    '&',
    'a & b',
    '&amp',
    '&#;',
    '&#x;',
    '&;',
  ])
    assert.ok(!referencesAreKnown(text), text)
})
