import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all, anAllergy, aProblem, byTemplate, convert, first, words } from '../../../../test/builders/gp-bundle.ts'

const problemStatuses = new Set(['55561003', '73425007', '413322009'])
const problemTypes = new Set([
  '55607006',
  '404684003',
  '64572001',
  '282291009',
  '248536006',
  '373930000',
  '409586006',
  '418799008',
])

test('an active problem is an active concern with its onset at the precision it was recorded', () => {
  const [concern] = byTemplate(convert(aProblem()).section('Problems'), '4.3')
  assert.ok(concern)
  assert.equal(first(concern, 'statusCode').attributes?.code, 'active')
  const [observation] = byTemplate(concern, '4.4')
  assert.equal(first(observation ?? assert.fail(), 'effectiveTime', 'low').attributes?.value, '198512')
  assert.equal(all(first(observation ?? assert.fail(), 'effectiveTime'), 'high').length, 0)
})

test('an inactive problem is never shown as active, ended or not', () => {
  const document = convert(aProblem({ clinicalStatus: 'inactive', abatementDateTime: '2020-12-02' }))
  const [concern] = byTemplate(document.section('Problems'), '4.3')
  assert.equal(first(concern ?? assert.fail(), 'statusCode').attributes?.code, 'completed')
  assert.doesNotMatch(words(document.section('Problems')), /\bActive/)
  for (const status of byTemplate(concern ?? assert.fail(), '4.6'))
    assert.equal(first(status, 'value').attributes?.code, '73425007')
  const undated = convert(aProblem({ clinicalStatus: 'inactive' }))
  assert.equal(
    first(byTemplate(undated.section('Problems'), '4.4')[0] ?? assert.fail(), 'effectiveTime', 'high').attributes
      ?.nullFlavor,
    'UNK',
  )
})

test('a problem without a status is said to have none', () => {
  const document = convert(aProblem({ clinicalStatus: undefined }))
  assert.equal(
    first(byTemplate(document.section('Problems'), '4.3')[0] ?? assert.fail(), 'statusCode').attributes?.nullFlavor,
    'UNK',
  )
  assert.match(words(document.section('Problems')), /Problems whose status is not recorded/)
})

test('status and type come from the value sets that C-CDA binds them to', () => {
  for (const clinicalStatus of ['active', 'recurrence', 'inactive', 'remission', 'resolved']) {
    const section = convert(aProblem({ clinicalStatus })).section('Problems')
    for (const status of byTemplate(section, '4.6'))
      assert.ok(problemStatuses.has(first(status, 'value').attributes?.code ?? ''), clinicalStatus)
    for (const observation of byTemplate(section, '4.4'))
      assert.ok(problemTypes.has(first(observation, 'code').attributes?.code ?? ''))
  }
})

test('significance and what is linked to a problem reach the reader, and the links are ids of other entries', () => {
  const extension = [
    {
      url: 'https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-ProblemSignificance-1',
      valueCode: 'major',
    },
    {
      url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ActualProblem-1',
      valueReference: { reference: 'AllergyIntolerance/a' },
    },
    {
      url: 'https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-RelatedClinicalContent-1',
      valueReference: { reference: 'Observation/gone' },
    },
  ]
  const document = convert(aProblem({ extension }), anAllergy())
  const text = words(document.section('Problems'))
  assert.match(text, /Major/)
  assert.match(text, /The problem itself: Allergy to peanut/)
  assert.match(text, /Observation\/gone \(not in this record\)/)
  const [link] = byTemplate(document.section('Problems'), '4.122')
  assert.equal(first(link ?? assert.fail(), 'id').attributes?.extension, 'AllergyIntolerance/a')
})

test('what was entered in error is no inactive problem, and a status nobody knows is neither active nor inactive', () => {
  const wrong = convert(aProblem({ verificationStatus: 'entered-in-error' }))
  assert.match(words(wrong.section('Problems')), /not problems of the patient/)
  assert.doesNotMatch(words(wrong.section('Problems')), /Inactive|Active/)
  const unheard = convert(aProblem({ clinicalStatus: 'unheard-of' }))
  assert.match(words(unheard.section('Problems')), /status is not recorded[^]*Recorded as “unheard-of”/)
  assert.match(words(convert(aProblem({ clinicalStatus: 'recurrence' })).section('Problems')), /Active \(recurrence\)/)
})

test('a differential diagnosis is told to be one', () => {
  const document = convert(aProblem({ verificationStatus: 'differential' }))
  assert.match(words(document.section('Problems')), /Verification: differential/)
})

test('a problem that began some time in two years did not end with them', () => {
  const document = convert(aProblem({ onsetDateTime: undefined, onsetPeriod: { start: '2001', end: '2003' } }))
  for (const template of ['4.3', '4.4'])
    for (const one of byTemplate(document.section('Problems'), template))
      assert.equal(all(first(one, 'effectiveTime'), 'high').length, 0)
  assert.match(words(document.section('Problems')), /Began by: 2003/)
})

test('a diagnosis of one encounter is told to be one', () => {
  const category = [{ coding: [{ code: 'encounter-diagnosis', display: 'Encounter Diagnosis' }] }]
  assert.match(words(convert(aProblem({ category })).section('Problems')), /Category: Encounter Diagnosis/)
})

test('the code of a problem that was entered in error is read, and no software finds it in the entry', () => {
  const document = convert(aProblem({ verificationStatus: 'entered-in-error' }))
  const [observation] = byTemplate(document.section('Problems'), '4.4')
  assert.deepEqual(first(observation ?? assert.fail(), 'value').attributes, { 'xsi:type': 'CD', nullFlavor: 'NI' })
  assert.match(words(document.section('Problems')), /Hypertensive disorder/)
})
