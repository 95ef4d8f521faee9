import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Made,
  anObservation,
  aProblem,
  byTemplate,
  convert,
  first,
  snomed,
  words,
} from '../../../../test/builders/gp-bundle.ts'

const list = (
  id: string,
  code: string,
  title: string,
  holds: (string | { display: string })[],
  more: Made = {},
): Made => ({
  resourceType: 'List',
  id,
  title,
  code: snomed(code, ''),
  entry: holds.map((one) => ({ item: typeof one === 'string' ? { reference: one } : one })),
  ...more,
})
const encounter: Made = {
  resourceType: 'Encounter',
  id: 'e',
  status: 'finished',
  type: [{ text: 'GP Surgery' }],
  period: { start: '2019-03-28T10:30:00+00:00' },
  participant: [{ type: [{ coding: [{ code: 'PPRF' }] }], individual: { reference: 'Practitioner/d' } }],
}
const comment = (id: string, text: string) =>
  anObservation({ id, code: snomed('37331000000100', 'Comment note'), comment: text })
const whole = () =>
  convert(
    encounter,
    aProblem(),
    list('con', '325851000000107', 'GP Surgery', ['List/top'], { encounter: { reference: 'Encounter/e' } }),
    list(
      'top',
      '25851000000105',
      'Chest',
      ['List/history', 'List/exam', { display: 'Test request items are not supported by the provider system' }],
      {
        extension: [
          {
            url: 'https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-RelatedProblemHeader-1',
            extension: [{ url: 'target', valueReference: { reference: 'Condition/c' } }],
          },
        ],
      },
    ),
    list('history', '24781000000107', 'History', ['Observation/h1', 'Observation/h2', 'Observation/gone']),
    list('exam', '24781000000107', 'Examination', ['Observation/w']),
    comment('h2', 'second\nwith a line'),
    comment('h1', 'first'),
    anObservation({ id: 'w', valueQuantity: { value: 80, unit: 'kg' }, comment: 'fully dressed' }),
  )

test('a consultation is told with its topics, headings and items in the order of the record', () => {
  const text = words(whole().section('Consultation notes'))
  const order = [
    'GP Surgery, 28 Mar 2019 10:30, Dr Pat Clarson',
    'Chest. Problem: Hypertensive disorder',
    'History',
    'first',
    'second\nwith a line',
    'Observation/gone (not in this record)',
    'Examination',
    'Body weight: 80 kg',
    'fully dressed',
    'Test request items are not supported',
  ]
  let from = 0
  for (const wanted of order) {
    const at = text.indexOf(wanted, from)
    assert.notEqual(at, -1, `${wanted} after ${text.slice(0, from)}`)
    from = at + wanted.length
  }
})

test('comments are told in the notes, coded findings in their own section too', () => {
  const { ledger } = whole()
  const section = (key: string) => ledger.find((line) => line.resource === key)
  assert.deepEqual(
    ['h1', 'h2', 'w'].map((id) => {
      const line = section(`Observation/${id}`)
      return line?.became === 'entry' ? line.section : ''
    }),
    ['notes', 'notes', 'vital-signs'],
  )
  for (const id of ['con', 'top', 'history', 'exam']) assert.equal(section(`List/${id}`)?.became, 'supporting')
})

test('the encounter has its type, time and the one who was seen', () => {
  const [activity] = byTemplate(whole().section('Encounters'), '4.49')
  assert.equal(words(first(activity ?? assert.fail(), 'originalText')), 'GP Surgery')
  assert.equal(first(activity ?? assert.fail(), 'effectiveTime', 'low').attributes?.value, '20190328103000+0000')
  assert.match(words(first(activity ?? assert.fail(), 'performer')), /Clarson/)
})
