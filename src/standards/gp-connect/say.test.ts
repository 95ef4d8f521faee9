import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  aMedication,
  all,
  anAllergy,
  anObservation,
  aProblem,
  byTemplate,
  convert,
  doctor,
  first,
  gpBundle,
  type Made,
  snomed,
  words,
} from '../../../test/builders/gp-bundle.ts'
import { convertToCcda } from '../ccda/convert.ts'
import { expand } from '../xml/template.ts'

const narrative = (...resources: Made[]): string =>
  all(convert(...resources).value, 'text')
    .map(words)
    .join('\n')

test('an element that GP Connect does not use is told in words, under its own name', () => {
  for (const [resource, wanted] of [
    [anObservation({ note: [{ text: 'written as later versions write it' }] }), /Note: written as later versions/],
    [anObservation({ basedOn: [{ display: 'Blood test asked for' }] }), /Based on: Blood test asked for/],
    [anAllergy({ onsetAge: { value: 12, unit: 'months' } }), /Onset age: 12 months/],
    [anAllergy({ reaction: [{ certainty: 'likely' }] }), /Reaction: Certainty: likely/],
    [
      aProblem({ onsetRange: { low: { value: 30, unit: 'years' }, high: { value: 40, unit: 'years' } } }),
      /Onset range: .*30/,
    ],
    [
      { resourceType: 'ProcedureRequest', id: 'x', intent: 'plan', status: 'active', occurrence: '2026-05-02' },
      /Occurrence: 2026-05-02/,
    ],
    [
      {
        resourceType: 'DocumentReference',
        id: 'x',
        status: 'current',
        docStatus: 'preliminary',
        relatesTo: [{ code: 'replaces' }],
      },
      /Doc status: preliminary\n.*replaces/,
    ],
    [{ resourceType: 'Encounter', id: 'x', status: 'finished', class: { display: 'Home visit' } }, /Home visit/],
  ] as const)
    assert.match(narrative(resource), wanted)
})

test('an extension that nobody knows is told by the last word of its address', () => {
  const extension = [
    { url: 'https://example.org/StructureDefinition/Extension-CareConnect-Certainty-1', valueString: 'doubtful' },
  ]
  assert.match(narrative(aProblem({ extension })), /Certainty: doubtful/)
  assert.match(
    narrative(
      aProblem({ _onsetDateTime: { extension: [{ url: 'http://x/data-absent-reason', valueCode: 'masked' }] } }),
    ),
    /Onset date time: Data-absent-reason: masked/,
  )
})

test('an element that GP Connect does not use is told wherever it stands, and even without a name', () => {
  for (const unused of ['weather', ''])
    for (const at of [0, 1, 2, 3, 4, 5]) {
      // The elements in many an order, so that each of them is expected after another one.
      const entries = Object.entries(anObservation({ id: `o${at}`, comment: 'a comment', issued: '2020-01-01' }))
      const turned = [...entries.slice(at), ...entries.slice(0, at)]
      const made = Object.fromEntries([...turned.slice(0, at), [unused, 'was fine'], ...turned.slice(at)])
      assert.match(narrative(made as Made), /was fine/)
    }
})

test('a modifier extension stands before all else of its item, and the reader is told that it is not understood', () => {
  const modifierExtension = [{ url: 'https://example.org/not-for-this-patient', valueBoolean: true }]
  for (const resource of [
    aProblem({ modifierExtension }),
    anAllergy({ modifierExtension }),
    anObservation({ modifierExtension }),
  ]) {
    const conversion = convert(resource)
    assert.match(all(conversion.value, 'text').map(words).join('\n'), /changes its meaning .*Not-for-this-patient: Yes/)
    assert.ok(conversion.issues.some((one) => one.severity === 'error' && /changes its meaning/.test(one.text)))
  }
  assert.match(narrative(...aMedication({ plan: { modifierExtension } })), /changes its meaning/)
})

test('a narrative that says more than its resource is told without its markup', () => {
  const text = {
    status: 'additional',
    div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Seen &amp; <b>agreed</b></p></div>',
  }
  assert.match(narrative(aProblem({ text })), /In words: Seen & agreed/)
})

test('whoever else performed, prescribed or asserted is told by their own name, not that of their employer', () => {
  const nurse = { ...doctor, id: 'n', name: [{ family: 'Okafor', given: ['Ada'] }] }
  const role = {
    resourceType: 'PractitionerRole',
    id: 'nr',
    practitioner: { reference: 'Practitioner/n' },
    organization: { reference: 'Organization/o' },
  }
  const other = { reference: 'Practitioner/n' }
  assert.match(
    narrative(nurse, role, anObservation({ performer: [{ reference: 'Practitioner/d' }, other] })),
    /Also by: Ada Okafor/,
  )
  assert.match(narrative(nurse, role, anAllergy({ asserter: other })), /Asserted by: Ada Okafor/)
  assert.match(
    narrative(nurse, role, ...aMedication({ plan: { requester: { agent: other } } })),
    /Requested by: Ada Okafor/,
  )
})

test('the patient who died, a number or telephone no longer theirs, and a record no longer in use are told apart', () => {
  const bundle = gpBundle(anObservation()) as { entry: { resource: Made }[] }
  bundle.entry[0] = {
    resource: {
      ...bundle.entry[0]?.resource,
      active: false,
      deceasedDateTime: '2024-02-03',
      identifier: [
        { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9690937286' },
        { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018', use: 'old' },
      ],
      telecom: [
        { system: 'phone', value: '01234', use: 'home' },
        { system: 'phone', value: '05678', use: 'old' },
      ],
    },
  }
  const { value } = convertToCcda(bundle, new Date('2025-01-01'))
  const document = expand(value)
  const told = all(document, 'text').map(words).join('\n')
  assert.match(told, /Died\n3 Feb 2024/)
  assert.match(told, /inactive/)
  assert.match(told, /Former identifier\n9990000018/)
  assert.match(told, /Former telephone or address\n05678/)
  const role = first(document, 'recordTarget', 'patientRole')
  assert.equal(
    all(role, 'id').some((id) => id.attributes?.extension === '9990000018'),
    false,
  )
  assert.equal(
    all(role, 'telecom').some((one) => one.attributes?.value === 'tel:05678'),
    false,
  )
})

test('a plan that is not to be carried out says so, in its row and in its entry', () => {
  const plan = {
    resourceType: 'ProcedureRequest',
    id: 'x',
    intent: 'order',
    status: 'active',
    doNotPerform: true,
    code: snomed('5880005', 'Physical examination procedure'),
  }
  const document = convert(plan)
  assert.match(words(document.section('Plan of treatment')), /Not to be done/)
  assert.equal(byTemplate(document.section('Plan of treatment'), '4.39')[0]?.attributes?.negationInd, 'true')
})

test('a narrative of tags that never end is read in one pass', () => {
  const text = { status: 'additional', div: `<div>${'<'.repeat(300_000)}` }
  assert.match(narrative(aProblem({ text })), /In words: <<</)
})

test('an author who is not in the record is told to be missing, once', () => {
  const performer = [{ reference: 'Practitioner/gone' }]
  const { issues } = convert(anObservation({ performer }), anObservation({ id: 'second', performer }))
  assert.deepEqual(issues, [
    {
      severity: 'warning',
      text: 'Somebody or something that the record names is not in it',
      resource: 'Practitioner/gone',
    },
  ])
})

test('bytes that a record holds are said to be there, by name and in the issues, and are no wall of letters', () => {
  const data = 'JVBERi0xLjQK'.repeat(100)
  for (const resource of [
    { resourceType: 'Binary', id: 'b', contentType: 'application/pdf', content: data },
    { resourceType: 'Media', id: 'm', content: { contentType: 'image/png', data: data.slice(0, 24) } },
    { resourceType: 'DiagnosticReport', id: 'r', status: 'final', presentedForm: [{ title: 'Letter', data }] },
    {
      resourceType: 'DocumentReference',
      id: 'd',
      status: 'current',
      content: [{ attachment: { contentType: 'application/pdf', data } }],
    },
    anObservation({ id: 'o', extension: [{ url: 'https://example.org/Extension-Scan-1', valueBase64Binary: data }] }),
  ]) {
    const document = convert(resource)
    const text = narrative(resource)
    assert.match(text, /Held in the record, \d+ characters in base64, and not included in this document/)
    assert.equal(text.includes('JVBERi0xLjQK'), false)
    const issue = document.issues.find((one) => /Contents that the record holds are not included/.test(one.text))
    assert.equal(issue?.resource, `${resource.resourceType}/${resource.id}`)
  }
})

test('a long text without bytes in it stays complete', () => {
  const long = 'one two three '.repeat(200).trim()
  assert.ok(narrative(anObservation({ interpretationNote: long })).includes(long))
})

test('which of several observations of one name a questionnaire holds is told', () => {
  const text = narrative(
    anObservation({ id: 'one', code: snomed('37331000000100', 'Comment note'), comment: 'Placed on register' }),
    anObservation({
      id: 'two',
      code: snomed('75367002', 'Blood pressure'),
      status: 'entered-in-error',
      component: [{ code: { text: 'Systolic' }, valueQuantity: { value: 120, unit: 'mmHg', comparator: '>' } }],
    }),
    {
      resourceType: 'QuestionnaireResponse',
      id: 'q',
      status: 'completed',
      item: [{ answer: ['one', 'two'].map((id) => ({ valueReference: { reference: `Observation/${id}` } })) }],
    },
  )
  assert.match(text, /Value reference: Comment note: Placed on register \(1 Feb 2005\)/)
  assert.match(text, /Value reference: Blood pressure \[entered in error\]: Systolic: > 120 mmHg \(1 Feb 2005\)/)
})

test('what was not done is negated in its entry and told first, whatever its type, and a status nobody knows is none', () => {
  const document = convert(
    { resourceType: 'Communication', id: 'x', status: 'completed', notDone: true },
    { resourceType: 'Flag', id: 'y', status: 'inactive', period: { start: '2010', end: '2011' } },
  )
  const section = document.section('Other entries of the record')
  const [communication, flag] = all(section, 'act')
  assert.equal(communication?.attributes?.negationInd, 'true')
  assert.match(words(section), /Recorded as not done/)
  assert.equal(flag?.attributes?.negationInd, undefined)
  assert.equal(first(flag ?? assert.fail(), 'statusCode').attributes?.nullFlavor, 'UNK')
  assert.equal(first(flag ?? assert.fail(), 'effectiveTime', 'high').attributes?.value, '2011')
})

test('a prescription, a referral and what a document is about are named as people name them', () => {
  const text = narrative(
    { resourceType: 'Medication', id: 'm', code: snomed('1', 'Amoxicillin') },
    {
      resourceType: 'MedicationRequest',
      id: 'before',
      intent: 'plan',
      status: 'stopped',
      medicationReference: { reference: 'Medication/m' },
      authoredOn: '2019-02-01',
    },
    {
      resourceType: 'MedicationRequest',
      id: 'after',
      intent: 'plan',
      status: 'active',
      medicationReference: { reference: 'Medication/m' },
      priorPrescription: { reference: 'MedicationRequest/before' },
    },
    { resourceType: 'ReferralRequest', id: 'r', status: 'active', intent: 'order', reasonCode: [{ text: 'Lump' }] },
    {
      resourceType: 'DocumentReference',
      id: 'x',
      status: 'current',
      context: {
        related: [{ ref: { reference: 'ReferralRequest/r' } }, { ref: { reference: 'ReferralRequest/gone' } }],
      },
    },
  )
  assert.match(text, /Follows prescription: Amoxicillin \(1 Feb 2019\)/)
  const context = { reference: 'Encounter/e' }
  assert.match(
    narrative(
      { resourceType: 'Encounter', id: 'e', type: [{ text: 'GP Surgery' }], period: { start: '2019-03-28' } },
      { resourceType: 'QuestionnaireResponse', id: 'q', status: 'completed', context },
    ),
    /Context: GP Surgery \(28 Mar 2019\)/,
  )
  assert.match(text, /Related to: Lump\nRelated to: ReferralRequest\/gone/)
})
