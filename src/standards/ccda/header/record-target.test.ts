import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all, first, gpBundle, type Made, words } from '../../../../test/builders/gp-bundle.ts'
import { expand } from '../../xml/template.ts'
import { convertToCcda } from '../convert.ts'
import { htmlPage } from '../html/page.ts'

function ofPatient(more: Made) {
  const bundle = gpBundle() as { entry: { resource: Made }[] }
  bundle.entry[0] = { resource: { ...bundle.entry[0]?.resource, ...more } }
  return convertToCcda(bundle, new Date('2025-01-01')).value
}
const roleOf = (more: Made) => first(expand(ofPatient(more)), 'recordTarget', 'patientRole')

test('a name, an address and a number keep the time they are in use, and an address what it is for', () => {
  const role = roleOf({
    name: [{ family: 'Meyers', given: ['Y'], period: { start: '1990-05', end: '2001-02-03' } }],
    address: [{ use: 'home', type: 'postal', line: ['1 Road'], city: 'Leeds', period: { start: '2010' } }],
    telecom: [{ value: '0113', period: { end: '2020-01-01' } }, { value: '0114' }],
  })
  const ends = (name: string, period: string) =>
    all(first(role, name), period).flatMap((one) =>
      ['low', 'high'].map((end) => all(one, end)[0]?.attributes?.value ?? ''),
    )
  assert.deepEqual(ends('name', 'validTime'), ['199005', '20010203'])
  assert.deepEqual(ends('addr', 'useablePeriod'), ['2010', ''])
  assert.deepEqual(ends('telecom', 'useablePeriod'), ['', '20200101'])
  assert.equal(first(role, 'addr').attributes?.use, 'HP PST')
})

test('a page shows the address in use before one that was left, and no name as left that is in use', () => {
  const page = htmlPage(
    ofPatient({
      name: [{ family: 'Meyers', period: { start: '1990' } }],
      address: [
        { line: ['1 Old Road'], city: 'Leeds', period: { end: '2001' } },
        { line: ['2 New Road'], city: 'Leeds' },
      ],
    }),
  )
  assert.match(page, /<dd>2 New Road, Leeds/)
  assert.match(page, /<dd>Meyers<\/dd>/)
})

test('what CDA has no place for of a contact is told in words', () => {
  const contact = [{ name: { text: 'Ann Meyers' }, gender: 'female', period: { start: '2019' } }]
  const text = all(expand(ofPatient({ contact })), 'text')
    .map(words)
    .join('\n')
  assert.match(text, /Contact Ann Meyers: Gender\n?.*female/)
  assert.match(text, /Contact Ann Meyers: Period: Start\n?.*2019/)
})
