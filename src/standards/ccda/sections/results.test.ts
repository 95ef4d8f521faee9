import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Made,
  all,
  anObservation,
  byTemplate,
  convert,
  first,
  snomed,
  words,
} from '../../../../test/builders/gp-bundle.ts'

const laboratory = [{ coding: [{ code: 'laboratory', display: 'Laboratory' }] }]
const report = (results: string[], more: Made = {}): Made => ({
  resourceType: 'DiagnosticReport',
  id: 'dr',
  status: 'unknown',
  code: snomed('721981007', 'Diagnostic studies report'),
  subject: { reference: 'Patient/p' },
  issued: '2002-03-30T16:21:00+00:00',
  result: results.map((id) => ({ reference: `Observation/${id}` })),
  ...more,
})
const result = (id: string, more: Made = {}): Made =>
  anObservation({
    id,
    code: snomed('1022541000000102', 'Total white cell count'),
    valueQuantity: { value: 7.6, unit: '10*9/L' },
    category: laboratory,
    ...more,
  })

test('a panel is an organizer of its results, with their values, units, ranges and interpretation', () => {
  const document = convert(
    report(['fbc'], { conclusion: 'ON WARFARIN' }),
    anObservation({
      id: 'fbc',
      code: snomed('1022441000000101', 'FBC'),
      related: [{ type: 'has-member', target: { reference: 'Observation/w' } }],
    }),
    result('w', {
      referenceRange: [{ low: { value: 4, unit: '10*9/L' }, high: { value: 11, unit: '10*9/L' } }],
      interpretation: { coding: [{ system: 'http://hl7.org/fhir/v2/0078', code: 'N', display: 'Normal' }] },
    }),
  )
  const organizers = byTemplate(document.section('Results'), '4.1')
  assert.deepEqual(
    organizers.map((one) => first(one, 'code').attributes?.code),
    ['721981007', '1022441000000101'],
  )
  const [reported, panel] = organizers
  assert.equal(words(first(reported ?? assert.fail(), 'observation', 'value')), 'ON WARFARIN')
  const [cell] = byTemplate(panel ?? assert.fail(), '4.2')
  assert.deepEqual(first(cell ?? assert.fail(), 'value').attributes, { 'xsi:type': 'PQ', value: '7.6', unit: '10*9/L' })
  assert.equal(first(cell ?? assert.fail(), 'interpretationCode').attributes?.code, 'N')
  assert.equal(first(cell ?? assert.fail(), 'observationRange', 'low').attributes?.value, '4')
  assert.equal(first(cell ?? assert.fail(), 'observationRange', 'high').attributes?.value, '11')
  for (const key of ['DiagnosticReport/dr', 'Observation/fbc', 'Observation/w'])
    assert.equal(document.ledger.find((line) => line.resource === key)?.became, 'entry', key)
})

test('a comparator is kept: more than 200 is not 200', () => {
  const document = convert(report(['w']), result('w', { valueQuantity: { value: 200, comparator: '>', unit: 'mg/L' } }))
  const value = first(byTemplate(document.section('Results'), '4.2')[1] ?? assert.fail(), 'value')
  assert.equal(value.attributes?.['xsi:type'], 'IVL_PQ')
  assert.deepEqual(first(value, 'low').attributes, { value: '200', unit: 'mg/L', inclusive: 'false' })
  assert.match(words(document.section('Results')), /> 200 mg\/L/)
})

test('a unit without a code keeps its words beside the number', () => {
  const document = convert(report(['w']), result('w', { valueQuantity: { value: 3, unit: 'Unk <UoM>' } }))
  const value = first(byTemplate(document.section('Results'), '4.2')[1] ?? assert.fail(), 'value')
  assert.equal(value.attributes?.nullFlavor, 'OTH')
  assert.equal(first(value, 'translation').attributes?.value, '3')
  assert.equal(words(first(value, 'originalText')), 'Unk <UoM>')
})

test('a range in words stays in words', () => {
  const document = convert(report(['w']), result('w', { referenceRange: [{ text: 'less than 3.8 to 5' }] }))
  assert.equal(words(first(document.section('Results'), 'observationRange', 'value')), 'less than 3.8 to 5')
})

test('a result that the record names and does not hold is told', () => {
  const document = convert(report(['gone']))
  assert.match(words(document.section('Results')), /Result not in this record: Observation\/gone/)
  assert.ok(document.issues.some((issue) => issue.resource === 'DiagnosticReport/dr'))
})

test('results that no report names are results all the same, and headings in a circle end', () => {
  const heading = (id: string, holds: string) =>
    anObservation({
      id,
      related: [{ type: 'has-member', target: { reference: `Observation/${holds}` } }],
      category: laboratory,
    })
  const document = convert(result('w'), heading('x', 'y'), heading('y', 'x'))
  for (const id of ['w', 'x', 'y'])
    assert.equal(document.ledger.find((line) => line.resource === `Observation/${id}`)?.became, 'entry', id)
  assert.equal(byTemplate(document.section('Results'), '4.1').length, 3)
})

test('statuses are those of the value set, whatever the record says', () => {
  const allowed = new Set(['aborted', 'active', 'cancelled', 'completed', 'held', 'suspended'])
  for (const status of ['final', 'preliminary', 'unknown', 'cancelled', 'entered-in-error', 'nonsense', undefined])
    for (const one of byTemplate(convert(report(['w'], { status }), result('w', { status })).section('Results'), '4.2'))
      assert.ok(allowed.has(first(one, 'statusCode').attributes?.code ?? ''), status)
})

test('a specimen is told with its report', () => {
  const document = convert(report(['w'], { specimen: [{ reference: 'Specimen/s' }] }), result('w'), {
    resourceType: 'Specimen',
    id: 's',
    type: { text: 'SERUM' },
    accessionIdentifier: { value: 'CH1401101K' },
    note: [{ text: 'haemolysed' }],
  })
  assert.match(words(document.section('Results')), /Specimen: SERUM, accession CH1401101K, note haemolysed/)
  assert.equal(all(document.section('Results'), 'specimenPlayingEntity').length, 1)
})

const alone = (more: Made) =>
  convert(anObservation({ category: [{ text: 'Laboratory' }], code: { text: 'Test' }, ...more })).section('Results')

test('a comparator that is none of the four is told, and taken for neither above nor below', () => {
  const section = alone({ valueQuantity: { value: 5, comparator: '~', unit: 'mg/L' } })
  assert.match(words(section), /~ 5 mg\/L/)
  assert.deepEqual(
    all(section, 'value').map((value) => [value.attributes?.['xsi:type'], words(value)]),
    [['ST', '~ 5 mg/L']],
  )
})

test('a unit whose word and code are two units is coded as neither', () => {
  const section = alone({ valueQuantity: { value: 5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'g' } })
  assert.match(words(section), /5 mg \(coded as g\)/)
  assert.equal(all(section, 'value')[0]?.attributes?.unit, undefined)
})

test('a range keeps the units of both its ends, and whom it is for', () => {
  const text = words(
    alone({
      valueQuantity: { value: 5, unit: 'g/L' },
      referenceRange: [
        {
          low: { value: 1, unit: 'mg/L' },
          high: { value: 2, unit: 'g/L' },
          appliesTo: [{ text: 'Pregnant' }],
          age: { low: { value: 18, unit: 'a' } },
        },
      ],
    }),
  )
  assert.match(text, /Pregnant, age From 18 a: 1 mg\/L to 2 g\/L/)
})

test('several interpretations, as later versions have them, are all told', () => {
  assert.match(words(alone({ interpretation: [{ text: 'High' }, { text: 'Rising' }] })), /High, Rising/)
})

test('every row of a report, a heading too, has an entry that points at it', () => {
  const section = convert(
    report(['Observation/h']),
    anObservation({
      id: 'h',
      code: { text: 'Full blood count' },
      related: [{ type: 'has-member', target: { reference: 'Observation/hb' } }],
    }),
    anObservation({ id: 'hb', code: { text: 'Haemoglobin' }, valueQuantity: { value: 142, unit: 'g/L' } }),
  ).section('Results')
  const pointed = new Set(all(section, 'reference').map((one) => one.attributes?.value))
  for (const row of all(section, 'tr').filter((one) => one.attributes?.ID !== undefined))
    assert.ok(pointed.has(`#${row.attributes?.ID}`) || pointed.has(`#${row.attributes?.ID}c`), words(row))
})

test('the status of a result that C-CDA has no code for is told, and a comment of the entry points at it', () => {
  const section = convert(report(['w']), result('w', { status: 'unknown' })).section('Results')
  const comments = byTemplate(section, '4.64').map((one) => first(one, 'reference').attributes?.value)
  const words = all(section, 'content').filter((one) => comments.includes(`#${one.attributes?.ID}`))
  assert.deepEqual(
    words.map((one) => one.children?.join('')),
    ['Status: unknown', 'Status: unknown'],
  )
  assert.equal(byTemplate(alone({ status: 'final', valueString: 'x' }), '4.64').length, 0)
})

test('the value of a result that was entered in error is read, and no software finds it in the entry', () => {
  for (const status of ['entered-in-error', 'final']) {
    const section = convert(report(['w']), result('w', { status, interpretation: { text: 'High' } })).section('Results')
    const entry = byTemplate(section, '4.2')[1] ?? assert.fail()
    assert.match(words(section), /7\.6 10\*9\/L/)
    assert.equal(first(entry, 'value').attributes?.value, status === 'final' ? '7.6' : undefined)
    assert.equal(all(entry, 'interpretationCode').length, status === 'final' ? 1 : 0)
  }
})

test('a value that is about right is no exact number in the entry', () => {
  const url = 'https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-ValueApproximation-1'
  const extension = [{ url, valueBoolean: true }]
  const section = alone({ valueQuantity: { value: 7.6, unit: 'g/L', extension } })
  const value = all(section, 'value')[0] ?? assert.fail()
  assert.deepEqual([value.attributes?.['xsi:type'], words(value)], ['ST', 'About 7.6 g/L'])
})

test('a result of two reports is mentioned in the second, which would look empty', () => {
  const section = words(convert(report(['x']), report(['x'], { id: 'two' }), result('x')).section('Results'))
  assert.equal(section.match(/^Total white cell count$/gm)?.length, 1)
  assert.match(section, /Result told with another report: Total white cell count: 7.6 10\*9\/L/)
})

test('a number that is a bound is no number in an entry that has no bounds', () => {
  const document = convert(result('x', { referenceRange: [{ low: { value: 135, unit: 'mmol/L', comparator: '>' } }] }))
  const low = first(document.section('Results'), 'referenceRange', 'low')
  assert.deepEqual(low.attributes, { nullFlavor: 'OTH' })
  assert.equal(words(low), '> 135 mmol/L')
})
