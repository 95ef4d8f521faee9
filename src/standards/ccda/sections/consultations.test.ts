import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Made,
  aMedication,
  all,
  anAllergy,
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

test('what was not given, not done, ended, refuted or entered in error is not mentioned as if it were so', () => {
  const record = convert(
    list('con', '325851000000107', 'GP Surgery', [
      'Immunization/i',
      'Procedure/x',
      'AllergyIntolerance/ended',
      'AllergyIntolerance/wrong',
      'Observation/wrong',
      'Observation/told',
    ]),
    { resourceType: 'Immunization', id: 'i', notGiven: 'true', vaccineCode: { text: 'Influenza vaccine' } },
    { resourceType: 'Procedure', id: 'x', notDone: true, code: { text: 'Cervical smear' } },
    anAllergy({ id: 'ended', clinicalStatus: 'resolved', code: { text: 'Allergy to nuts' } }),
    anAllergy({ id: 'wrong', verificationStatus: 'refuted', code: { text: 'Allergy to milk' } }),
    anObservation({ id: 'wrong', status: 'entered-in-error', valueQuantity: { value: 800, unit: 'kg' } }),
    { ...comment('told', 'of somebody else'), status: 'entered-in-error' },
  )
  const text = words(record.section('Consultation notes'))
  assert.match(text, /Influenza vaccine \[not given\]/)
  assert.match(text, /Cervical smear \[not done\]/)
  assert.match(text, /Allergy to nuts \[ended\]/)
  assert.match(text, /Allergy to milk \[refuted\]/)
  assert.match(text, /Body weight \[entered in error\]/)
  assert.match(text, /Entered in error: not to be taken as true of the patient\. of somebody else/)
})

test('what groups a consultation may be secret, removed or marked as much as what it groups', () => {
  const secret = { meta: { security: [{ code: 'NOPAT' }] } }
  const { value, section } = convert(list('con', '325851000000107', 'GP Surgery', ['List/top']), {
    ...list('top', '25851000000105', 'Chest', [], secret),
    entry: [{ deleted: true, flag: { text: 'Changed' }, item: { display: 'Not said after all' } }],
  })
  assert.match(words(section('Consultation notes')), /Not to be disclosed to the patient: Chest/)
  assert.match(words(section('Consultation notes')), /Removed from the list:\nChanged:\nNot said after all/)
  assert.equal(first(value, 'confidentialityCode').attributes?.code, 'R')
})

test('the time of a comment is told where it is another than that of its consultation', () => {
  const { section } = convert(
    { ...encounter, period: { start: '2019-03-11' } },
    list('con', '325851000000107', 'GP Surgery', ['Observation/o'], { encounter: { reference: 'Encounter/e' } }),
    { ...comment('o', 'words'), effectiveDateTime: '2019-03-01' },
  )
  assert.match(words(section('Consultation notes')), /words \(1 Mar 2019/)
})

test('what a consultation names many times is told once and mentioned after', () => {
  const held = Array.from({ length: 50 }, () => 'Observation/o')
  const long = 'words '.repeat(100)
  const { section } = convert(list('con', '325851000000107', 'GP Surgery', held), comment('o', long))
  const text = words(section('Consultation notes'))
  assert.equal(text.split(long.trim()).length, 2)
  assert.equal(text.split('Comment note: words').length, 50)
})

test('a medication, its authorisation and its issue are not three medications', () => {
  const { section } = convert(
    list('con', '325851000000107', 'GP Surgery', [
      'MedicationStatement/s',
      'MedicationRequest/plan',
      'MedicationRequest/r1',
    ]),
    ...aMedication(),
  )
  assert.match(
    words(section('Consultation notes')),
    /^[^\n]*Amoxicillin.*\nAuthorisation of Amoxicillin.*\nIssue of Amoxicillin/m,
  )
})

test('who referred a patient or spoke for them did not see them, and who did both is told as both', () => {
  const part = (code: string, name: string) => ({ type: [{ coding: [{ code }] }], individual: { display: name } })
  const document = convert({
    ...encounter,
    participant: [
      part('REF', 'Dr Sender'),
      part('TRANS', 'Aunt Mary'),
      { type: [{ coding: [{ code: 'PPRF' }] }, { coding: [{ code: 'REC' }] }], individual: { display: 'Dr Seer' } },
    ],
  })
  const [activity] = byTemplate(document.section('Encounters'), '4.49')
  assert.deepEqual(
    all(activity ?? assert.fail(), 'performer').map((one) => words(first(one, 'name'))),
    ['Dr Seer'],
  )
  assert.match(words(first(activity ?? assert.fail(), 'author')), /Dr Seer/)
  assert.match(words(document.section('Encounters')), /Referrer: Dr Sender\nTranslator: Aunt Mary/)
})
