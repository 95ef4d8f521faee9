import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anAllergy, areaList, convert, gpBundle, type Made, warned } from '../../../../test/builders/gp-bundle.ts'
import { convertToCcda } from '../convert.ts'
import { htmlPage } from './page.ts'

test('the page names the patient, the language and the way past the contents', () => {
  const page = htmlPage(convert(anAllergy()).value)
  assert.match(page, /^<!doctype html>\n<html lang="en-GB">/)
  assert.match(page, /<a class="skip" href="#main">/)
  assert.match(page, /<main id="main"/)
  assert.match(page, /<dd>9690937286<\/dd>/)
  assert.match(page, /<h1>GP record of Mr Yannis Meyers<\/h1>/)
})

test('each column of a table has a header with its scope, and each section a heading', () => {
  const page = htmlPage(convert(anAllergy()).value)
  assert.match(page, /<caption>Allergies and adverse reactions<\/caption>/)
  assert.match(page, /<th scope="col">Allergy<\/th>/)
  for (const title of ['About this document', 'Allergies', 'Medications', 'Problems'])
    assert.ok(page.includes(`>${title}</h2>`), title)
})

test('each row of a table has a header too, and a table without a caption is called by its section', () => {
  const encounter = { resourceType: 'Encounter', id: 'e', status: 'finished', type: [{ text: 'Surgery' }] }
  const page = htmlPage(convert(encounter).value)
  assert.match(page, /<tr id="e1"><th scope="row"><span id="e1c">Surgery<\/span><\/th><td>/)
  assert.match(page, /role="region" aria-label="Encounters"/)
})

test('what stands over the results of a report is a heading below that of its section', () => {
  const report = {
    resourceType: 'DiagnosticReport',
    id: 'r',
    status: 'final',
    code: { text: 'Full blood count' },
    issued: '2020-01-02',
  }
  assert.match(htmlPage(convert(report).value), /<h3>Full blood count, 2 Jan 2020<\/h3>/)
})

test('what a record holds is never markup', () => {
  const page = htmlPage(
    convert(
      anAllergy({ code: { text: '<script>alert(1)</script>' }, note: [{ text: '"><img src=x onerror=alert(1)>' }] }),
    ).value,
  )
  assert.doesNotMatch(page, /<script/)
  assert.doesNotMatch(page, /<img/)
  assert.match(page, /&lt;script&gt;/)
})

test('a warning stands out', () => {
  const page = htmlPage(convert(areaList('allergies', [], warned('confidential-items'))).value)
  assert.match(page, /<p class="warning">/)
})

test('that the patient died, and which name is no longer theirs, stands with their name', () => {
  const bundle = gpBundle(anAllergy()) as { entry: { resource: Made }[] }
  bundle.entry[0] = {
    resource: {
      ...bundle.entry[0]?.resource,
      name: [{ family: 'Meyers' }, { use: 'old', family: 'Beale' }],
      deceasedDateTime: '2024-02-03',
    },
  }
  const page = htmlPage(convertToCcda(bundle, new Date('2025-01-01')).value)
  assert.match(page, /<dt>Died<\/dt><dd>3 Feb 2024<\/dd>/)
  assert.match(page, /<dd>Meyers; Beale \(no longer in use\)<\/dd>/)
})
