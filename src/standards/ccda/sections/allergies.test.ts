import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Made,
  all,
  anAllergy,
  aProblem,
  areaList,
  byTemplate,
  convert,
  first,
  snomed,
  warned,
  words,
} from '../../../../test/builders/gp-bundle.ts'

const concerns = (root: ReturnType<typeof convert>) => byTemplate(root.section('Allergies'), '4.30')
const observations = (root: ReturnType<typeof convert>) => byTemplate(root.section('Allergies'), '4.7')

test('an allergy is an active concern about what the record codes, in the words the clinician chose', () => {
  const code = {
    coding: [
      { system: 'http://snomed.info/sct', code: '91935009', display: 'Allergy to peanut' },
      { system: 'http://read.info/readv2', code: 'SN58200' },
    ],
    text: 'Peanut allergy',
  }
  const document = convert(anAllergy({ code }))
  const [concern] = concerns(document)
  assert.ok(concern)
  assert.equal(first(concern, 'statusCode').attributes?.code, 'active')
  const agent = first(concern, 'playingEntity', 'code')
  assert.equal(agent.attributes?.code, '91935009')
  assert.equal(words(first(agent, 'originalText')), 'Peanut allergy')
  assert.deepEqual(
    all(agent, 'translation').map((one) => one.attributes?.code),
    ['SN58200'],
  )
  assert.equal(first(agent, 'translation').attributes?.codeSystem, '2.16.840.1.113883.2.1.6.2')
})

test('an ended allergy, contained in its list, never looks active', () => {
  const ended = anAllergy({
    id: '28',
    clinicalStatus: 'active',
    extension: [
      {
        url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-AllergyIntoleranceEnd-1',
        extension: [
          { url: 'endDate', valueDateTime: '2016-11-01T00:00:00+00:00' },
          { url: 'reasonEnded', valueString: 'Desensitised' },
        ],
      },
    ],
  })
  const document = convert(areaList('endedAllergies', ['#28'], { contained: [ended] }))
  const [concern] = concerns(document)
  assert.ok(concern)
  assert.equal(first(concern, 'statusCode').attributes?.code, 'completed')
  assert.equal(first(concern, 'effectiveTime', 'high').attributes?.value, '20161101000000+0000')
  assert.equal(words(document.section('Allergies')).includes('Active'), false)
  assert.match(words(document.section('Allergies')), /Ended 1 Nov 2016/)
  assert.match(words(document.section('Allergies')), /Desensitised/)
  for (const value of all(concern, 'value')) assert.notEqual(value.attributes?.code, '55561003')
  assert.deepEqual(document.ledger.find((line) => line.resource === 'List/list-endedAllergies#28')?.became, 'entry')
})

test('"no known allergies" is a statement of its own: a negation, not an allergy', () => {
  const [observation] = observations(convert(anAllergy({ code: snomed('716186003', 'No known allergy') })))
  assert.equal(observation?.attributes?.negationInd, 'true')
  const code = first(observation, 'playingEntity', 'code')
  assert.equal(code.attributes?.nullFlavor, 'NA')
  assert.equal(first(code, 'translation').attributes?.code, '716186003')
})

test('an allergy of a degraded code keeps the words it came with', () => {
  const document = convert(
    anAllergy({ code: snomed('196461000000101', 'Transfer-degraded drug allergy', { text: 'DIAZEPAM' }) }),
  )
  assert.match(words(document.section('Allergies')), /DIAZEPAM/)
  assert.equal(words(first(document.section('Allergies'), 'playingEntity', 'originalText')), 'DIAZEPAM')
})

test('an allergy without a name is kept, and shown as one', () => {
  const document = convert(anAllergy({ code: undefined }))
  assert.match(words(document.section('Allergies')), /Allergy without a name/)
  assert.equal(first(document.section('Allergies'), 'playingEntity', 'code').attributes?.nullFlavor, 'UNK')
})

test('a reaction comes with its severity, and criticality with its code', () => {
  const document = convert(
    anAllergy({
      criticality: 'high',
      reaction: [{ manifestation: [snomed('271807003', 'Eruption')], severity: 'severe' }],
    }),
  )
  assert.equal(first(byTemplate(document.value, '4.9')[0] ?? document.value, 'value').attributes?.code, '271807003')
  assert.equal(first(byTemplate(document.value, '4.8')[0] ?? document.value, 'value').attributes?.code, '24484000')
  assert.equal(first(byTemplate(document.value, '4.145')[0] ?? document.value, 'value').attributes?.code, 'CRITH')
})

test('verification says nothing, so an unconfirmed allergy is as active as any', () => {
  assert.equal(first(concerns(convert(anAllergy()))[0] ?? assert.fail(), 'statusCode').attributes?.code, 'active')
})

test('what was entered in error, and what has no status, is not shown as active', () => {
  const wrong = convert(anAllergy({ verificationStatus: 'entered-in-error' }))
  assert.equal(first(concerns(wrong)[0] ?? assert.fail(), 'statusCode').attributes?.code, 'aborted')
  assert.match(words(wrong.section('Allergies')), /^[^]*not allergies of the patient[^]*Entered in error/)
  assert.doesNotMatch(words(wrong.section('Allergies')), /Ended|\bActive\b/)
  const unknown = convert(anAllergy({ clinicalStatus: undefined }))
  assert.doesNotMatch(words(unknown.section('Allergies')), /\bActive\b/)
  assert.equal(byTemplate(unknown.section('Allergies'), '4.28').length, 0)
})

test('each manifestation is a reaction of its own: a second one is not another word for the first', () => {
  const document = convert(
    anAllergy({
      reaction: [
        { manifestation: [snomed('271807003', 'Eruption'), snomed('56018004', 'Wheezing')], severity: 'mild' },
      ],
    }),
  )
  const reactions = byTemplate(document.value, '4.9')
  assert.deepEqual(
    reactions.map((one) => first(one, 'value').attributes?.code),
    ['271807003', '56018004'],
  )
  assert.equal(new Set(reactions.map((one) => first(one, 'id').attributes?.extension)).size, 2)
  assert.deepEqual(
    reactions.map((one) => all(first(one, 'value'), 'translation').length),
    [0, 0],
  )
})

test('an allergy to food that is not said to be an allergy is a propensity, and every category is told', () => {
  const food = convert(anAllergy({ category: ['food'] }))
  assert.equal(first(byTemplate(food.value, '4.7')[0] ?? assert.fail(), 'value').attributes?.code, '418471000')
  const both = convert(anAllergy({ category: ['medication', 'food'] }))
  assert.equal(first(byTemplate(both.value, '4.7')[0] ?? assert.fail(), 'value').attributes?.code, '418038007')
  assert.match(words(both.section('Allergies')), /Medication, food/)
})

test('a refuted allergy is denied, and none known that was entered in error is no denial', () => {
  const refuted = convert(anAllergy({ verificationStatus: 'refuted' }))
  assert.equal(byTemplate(refuted.value, '4.7')[0]?.attributes?.negationInd, 'true')
  const wrong = convert(
    anAllergy({ code: snomed('716186003', 'No known allergy'), verificationStatus: 'entered-in-error' }),
  )
  assert.equal(byTemplate(wrong.value, '4.7')[0]?.attributes?.negationInd, undefined)
})

test('no known allergies beside an allergy is told to be a contradiction', () => {
  const document = convert(anAllergy(), anAllergy({ id: 'n', code: snomed('716186003', 'No known allergy') }))
  assert.match(words(document.section('Allergies')), /no allergies are known, and lists allergies all the same/)
})

test('no known allergies is a denial in words too, where no code of SNOMED CT says so, and nothing longer is one', () => {
  const code = { coding: [{ system: 'http://read.info/readv2', code: '1151.', display: 'No known allergies' }] }
  const none = byTemplate(convert(anAllergy({ code })).value, '4.7')[0] ?? assert.fail()
  assert.equal(none.attributes?.negationInd, 'true')
  assert.equal(first(none, 'playingEntity', 'code').attributes?.nullFlavor, 'NA')
  const longer = convert(anAllergy({ code: { text: 'No known allergies to this but to penicillin' } }))
  assert.equal(byTemplate(longer.value, '4.7')[0]?.attributes?.negationInd, undefined)
})

test('an allergy that began some time in three months did not end with them', () => {
  const document = convert(anAllergy({ onsetPeriod: { start: '2010-01', end: '2010-03' } }))
  const [observation] = observations(document)
  assert.equal(first(observation ?? assert.fail(), 'effectiveTime', 'low').attributes?.value, '201001')
  assert.equal(all(first(observation ?? assert.fail(), 'effectiveTime'), 'high').length, 0)
  assert.match(words(document.section('Allergies')), /Began by: Mar 2010/)
})

test('an active allergy contained in the list of those that have not ended has not ended', () => {
  const contained = [anAllergy({ id: '28' })]
  const document = convert(areaList('allergies', ['#28'], { contained }))
  assert.equal(first(concerns(document)[0] ?? assert.fail(), 'statusCode').attributes?.code, 'active')
  assert.doesNotMatch(words(document.section('Allergies')), /Ended/)
  const elsewhere = convert(aProblem({ contained }))
  assert.equal(first(concerns(elsewhere)[0] ?? assert.fail(), 'statusCode').attributes?.code, 'active')
})

test('beside ended allergies the section says why it shows no others', () => {
  const ended = areaList('endedAllergies', ['#28'], {
    contained: [anAllergy({ id: '28', clinicalStatus: 'resolved' })],
  })
  const text = (...resources: Made[]): string => words(convert(ended, ...resources).section('Allergies'))
  assert.match(text(), /No current allergies are shown. Not asked for/)
  assert.match(
    text(areaList('allergies', [])),
    /No current allergies are shown. Nothing recorded.*not mean that there are/,
  )
  assert.match(text(areaList('allergies', [], warned('confidential-items'))), /No current allergies.*withheld/)
  assert.doesNotMatch(text(areaList('allergies', ['AllergyIntolerance/a']), anAllergy()), /No current allergies/)
})

test('what an allergy that was entered in error is to is read, and no software finds it in the entry', () => {
  const document = convert(anAllergy({ verificationStatus: 'entered-in-error' }))
  const agent = first(concerns(document)[0] ?? assert.fail(), 'playingEntity', 'code')
  assert.deepEqual(agent.attributes, { nullFlavor: 'NI' })
  assert.match(words(document.section('Allergies')), /Allergy to peanut/)
})
