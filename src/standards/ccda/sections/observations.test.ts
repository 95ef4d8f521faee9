import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  all,
  anObservation,
  areaList,
  byTemplate,
  convert,
  first,
  snomed,
  words,
} from '../../../../test/builders/gp-bundle.ts'

const mmHg = (value: number) => ({ value, unit: 'mm[Hg]' })

test('a weight is a vital sign under its LOINC code, the SNOMED CT code beside it, the number as recorded', () => {
  const document = convert(anObservation({ valueQuantity: { value: 76.2, unit: 'kilogram' } }))
  const [sign] = byTemplate(document.section('Vital signs'), '4.27')
  assert.equal(first(sign ?? assert.fail(), 'code').attributes?.code, '29463-7')
  assert.equal(first(sign ?? assert.fail(), 'code', 'translation').attributes?.code, '27113001')
  assert.deepEqual(first(sign ?? assert.fail(), 'value').attributes, { 'xsi:type': 'PQ', value: '76.2', unit: 'kg' })
})

test('a blood pressure is two vital signs of one measurement', () => {
  const document = convert(
    anObservation({
      code: snomed('75367002', 'Blood pressure'),
      component: [
        { code: snomed('72313002', 'Systolic arterial pressure'), valueQuantity: mmHg(120) },
        { code: snomed('1091811000000102', 'Diastolic arterial pressure'), valueQuantity: mmHg(80) },
      ],
    }),
  )
  const [organizer, ...others] = byTemplate(document.section('Vital signs'), '4.26')
  assert.equal(others.length, 0)
  assert.deepEqual(
    byTemplate(organizer ?? assert.fail(), '4.27').map((sign) => [
      first(sign, 'code').attributes?.code,
      first(sign, 'value').attributes?.value,
    ]),
    [
      ['8480-6', '120'],
      ['8462-4', '80'],
    ],
  )
})

test('an average over a day is not taken for a plain reading', () => {
  const document = convert(
    anObservation({ code: snomed('314449000', 'Average 24 hour systolic blood pressure'), valueQuantity: mmHg(134) }),
  )
  assert.equal(
    first(byTemplate(document.section('Vital signs'), '4.27')[0] ?? assert.fail(), 'code').attributes?.code,
    '314449000',
  )
})

test('a vital sign without a number, or with a unit nobody knows, is a finding and still read', () => {
  for (const more of [
    {},
    { valueQuantity: { value: 12, unit: 'stone and a bit' } },
    { valueString: 'about 12 stone' },
  ]) {
    const document = convert(anObservation(more))
    assert.equal(byTemplate(document.value, '4.27').length, 0)
    assert.equal(document.ledger.find((line) => line.resource === 'Observation/ob')?.became, 'entry')
    assert.match(words(document.section('Other entries of the record')), /Body weight/)
  }
})

test('smoking status has the code of the value set where the record uses one of its codes', () => {
  const document = convert(anObservation({ code: snomed('8517006', 'Ex-smoker') }))
  const [status] = byTemplate(document.section('Social history'), '4.78')
  assert.equal(first(status ?? assert.fail(), 'value').attributes?.code, '8517006')
  assert.equal(first(status ?? assert.fail(), 'effectiveTime').attributes?.value, '20050201')
})

test('alcohol by the week is a social history observation with its value', () => {
  const document = convert(
    anObservation({
      code: snomed('1082641000000106', 'Alcohol units consumed per week'),
      valueQuantity: { value: 10, unit: 'units/week' },
    }),
  )
  const [observation] = byTemplate(document.section('Social history'), '4.38')
  assert.deepEqual(first(observation ?? assert.fail(), 'value').attributes, {
    'xsi:type': 'PQ',
    value: '10',
    unit: '/wk',
  })
})

test("family history is the family's, never a problem of the patient", () => {
  const document = convert(anObservation({ code: snomed('160377001', 'Family history of asthma') }))
  assert.equal(byTemplate(document.section('Family history'), '4.45').length, 1)
  assert.equal(byTemplate(document.value, '4.4').length, 0)
})

test('a finding that fits no section is read with its code, its time and its comment', () => {
  const document = convert(anObservation({ code: snomed('49727002', 'Cough'), comment: 'worse at night\nfor 3 weeks' }))
  const section = document.section('Other entries of the record')
  assert.match(words(section), /Cough\n/)
  assert.match(words(section), /worse at night\nfor 3 weeks/)
  assert.equal(first(section, 'observation', 'code').attributes?.code, '49727002')
  const id = first(section, 'observation', 'text', 'reference').attributes?.value?.slice(1)
  assert.ok(all(section, 'tr').some((row) => row.attributes?.ID === id))
})

test('an observation listed under immunisations is told there', () => {
  const document = convert(
    areaList('immunisations', ['Observation/ob']),
    anObservation({ code: snomed('183936003', 'Contraindication to live immunisation') }),
  )
  assert.match(words(document.section('Immunizations')), /Contraindication to live immunisation/)
})

test('a measurement entered in error is no vital sign, and its row and entry say so', () => {
  const document = convert(anObservation({ status: 'entered-in-error', valueQuantity: { value: 76, unit: 'kg' } }))
  assert.equal(byTemplate(document.value, '4.27').length, 0)
  assert.equal(
    first(document.section('Other entries of the record'), 'observation', 'statusCode').attributes?.code,
    'nullified',
  )
  assert.match(words(document.section('Other entries of the record')), /Status: entered-in-error/)
})

test('a code that CDA cannot write stays in words', () => {
  const code = {
    coding: [
      { system: 'https://fhir.hl7.org.uk/Id/emis-drug-codes', code: 'CO2 27587NEMIS', display: 'Cough mixture' },
    ],
  }
  const made = first(convert(anObservation({ code })).section('Other entries of the record'), 'observation', 'code')
  assert.match(words(first(made, 'translation', 'originalText')), /EMIS drug codes CO2 27587NEMIS Cough mixture/)
})

test('a name shown beside a reference to somebody of another name is told with it', () => {
  const performer = (display: string) => [{ reference: 'Practitioner/d', display }]
  const other = convert(anObservation({ code: snomed('49727002', 'Cough'), performer: performer('Dr Dave') }))
  assert.match(words(other.section('Other entries of the record')), /Dr Pat Clarson \(recorded as Dr Dave\)/)
  const same = convert(
    anObservation({ code: snomed('49727002', 'Cough'), performer: performer('CLARSON, Pat (Pharmacist)') }),
  )
  assert.doesNotMatch(words(same.section('Other entries of the record')), /recorded as/)
})

test('a procedure that has no result for a reason is not said to have been done', () => {
  const document = convert(
    anObservation({
      code: snomed('1', 'Depression screening (procedure)'),
      dataAbsentReason: { text: 'Not performed' },
    }),
  )
  assert.equal(
    all(document.value, 'title').some((title) => words(title) === 'Procedures'),
    false,
  )
  const section = document.section('Other entries of the record')
  assert.match(words(section), /No value \(Not performed\)/)
  assert.equal(first(section, 'entry', 'observation', 'value').attributes?.nullFlavor, 'UNK')
})

test('family history with an answer has the answer in its entry too', () => {
  const document = convert(anObservation({ code: snomed('160303001', 'FH: Diabetes mellitus'), valueBoolean: false }))
  assert.equal(first(document.section('Family history'), 'entry', 'observation', 'value').attributes?.value, 'false')
})

test('both pressures are of the arm they were taken on, and what each of them means is told', () => {
  const document = convert(
    anObservation({
      code: snomed('75367002', 'Blood pressure'),
      bodySite: snomed('368208006', 'Left upper arm'),
      component: [
        {
          code: snomed('72313002', 'Systolic'),
          valueQuantity: mmHg(190),
          interpretation: { text: 'Very high' },
        },
        { code: snomed('1091811000000102', 'Diastolic'), valueQuantity: mmHg(80) },
      ],
    }),
  )
  const section = document.section('Vital signs')
  assert.match(words(section), /Very high/)
  assert.deepEqual(
    byTemplate(section, '4.27').map((sign) => first(sign, 'targetSiteCode').attributes?.code),
    ['368208006', '368208006'],
  )
})

test('what an observation replaces is told, and so is a second value', () => {
  const text = words(
    convert(
      anObservation({
        valueQuantity: { value: 5, unit: 'x' },
        valueString: 'or rather six',
        related: [{ type: 'replaces', target: { reference: 'Observation/old' } }],
      }),
      anObservation({ id: 'old', code: snomed('2', 'The earlier one') }),
    ).section('Other entries of the record'),
  )
  assert.match(text, /Replaces: The earlier one/)
  assert.match(text, /Also recorded as its value: or rather six/)
})

test('a weight in a unit of pressure is a mistake of the record, and no weight', () => {
  const document = convert(anObservation({ valueQuantity: mmHg(70) }))
  assert.equal(byTemplate(document.section('Vital signs'), '4.27').length, 0)
  assert.match(words(document.section('Other entries of the record')), /Body weight\n70 mm\[Hg\]/)
})

test('a question about smoking that nobody answered is no answer in its entry', () => {
  const document = convert(
    anObservation({ code: snomed('77176002', 'Smoker'), dataAbsentReason: { text: 'Asked but unknown' } }),
  )
  const section = document.section('Social history')
  assert.equal(byTemplate(section, '4.78').length, 0)
  assert.equal(first(section, 'observation', 'value').attributes?.nullFlavor, 'UNK')
})

test('two codes of one system that mean two things are both read', () => {
  const valueCodeableConcept = {
    coding: [snomed('10828004', 'Positive'), snomed('260385009', 'Negative')].flatMap((one) => one.coding as object[]),
  }
  const document = convert(
    anObservation({ code: snomed('1', 'Test'), valueCodeableConcept }),
    anObservation({
      id: 'two',
      code: {
        coding: [
          { system: 'http://snomed.info/sct', code: '1', display: 'One' },
          { system: 'http://snomed.info/sct', code: '2', display: 'Two' },
          { system: 'http://read.info/readv2', code: '2', display: 'Read' },
        ],
        text: 'One',
      },
    }),
  )
  assert.match(words(document.section('Other entries of the record')), /Positive \(also coded as Negative\)/)
  assert.match(words(document.section('Other entries of the record')), /One \(also coded as Two\)/)
})

test('a specimen that is a name alone or not in the record is told, and so is what an observation is derived from', () => {
  const document = convert(
    anObservation({ id: 'a', specimen: { display: 'Left ear swab' } }),
    anObservation({ id: 'b', specimen: { reference: 'Specimen/gone' } }),
    anObservation({ id: 'c', related: [{ type: 'derived-from', target: { reference: 'Observation/d' } }] }),
    anObservation({ id: 'd', code: snomed('1', 'First reading'), valueString: 'ten' }),
    { resourceType: 'DiagnosticReport', id: 'r', status: 'final', specimen: [{ display: 'Urine' }] },
  )
  assert.match(words(document.section('Results')), /Specimen: Urine/)
  assert.match(words(document.section('Other entries of the record')), /Specimen: Left ear swab/)
  assert.match(words(document.section('Other entries of the record')), /Specimen: Specimen\/gone/)
  assert.match(
    words(document.section('Other entries of the record')),
    /Derived from: First reading: ten \(1 Feb 2005\)/,
  )
})

test('the bytes of a value are said to be there', () => {
  const valueAttachment = { contentType: 'image/png', title: 'Trace', data: 'QUJD'.repeat(20) }
  const document = convert(anObservation({ valueAttachment }))
  assert.match(
    words(document.section('Other entries of the record')),
    /Trace, image\/png, held in the record, 80 characters in base64, and not included/,
  )
  assert.doesNotMatch(words(document.value), /QUJDQUJD/)
  assert.ok(document.issues.some((issue) => /Contents that the record holds/.test(issue.text)))
})

test('a value of nothing is none', () => {
  assert.doesNotMatch(words(convert(anObservation({ valueString: '' })).section('Other entries of the record')), /""/)
})
