import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Made,
  all,
  aMedication,
  byTemplate,
  convert,
  first,
  snomed,
  words,
} from '../../../../test/builders/gp-bundle.ts'
import { serialise } from '../../xml/serialise.ts'
import { numberWords } from '../entries/value.ts'

const activities = (document: ReturnType<typeof convert>) => byTemplate(document.section('Medications'), '4.16')

test('a statement, its plan and its orders are one medication with its issues under it', () => {
  const document = convert(...aMedication({ orders: ['r1', 'r2', 'r3'] }))
  const made = activities(document)
  assert.equal(made.length, 1)
  const ids = all(made[0] ?? assert.fail(), 'id').map((id) => id.attributes?.extension)
  assert.ok(ids.includes('MedicationStatement/s'))
  assert.ok(ids.includes('MedicationRequest/plan'))
  assert.deepEqual(
    byTemplate(made[0] ?? assert.fail(), '4.17').map((order) => first(order, 'id').attributes?.extension),
    ['MedicationStatement/s authorisation', ...['r1', 'r2', 'r3'].map((id) => `MedicationRequest/${id}`)],
  )
  for (const key of ['MedicationStatement/s', 'MedicationRequest/plan', 'MedicationRequest/r1', 'MedicationRequest/r3'])
    assert.equal(document.ledger.find((line) => line.resource === key)?.became, 'entry')
  assert.equal(document.ledger.find((line) => line.resource === 'Medication/m')?.became, 'supporting')
})

test('the dosage is the words of the record, and no dose is worked out of them', () => {
  const document = convert(...aMedication())
  assert.match(words(document.section('Medications')), /take 5ml three times a day/)
  assert.equal(first(activities(document)[0] ?? assert.fail(), 'doseQuantity').attributes?.nullFlavor, 'UNK')
  const xml = serialise(document.value)
  for (const computed of ['625', '1875', '375']) assert.equal(xml.includes(computed), false)
})

test('a stopped medication is past, and an active one is current', () => {
  const stopped = convert(...aMedication({ statement: { status: 'stopped' } }))
  assert.equal(first(activities(stopped)[0] ?? assert.fail(), 'statusCode').attributes?.code, 'aborted')
  assert.match(words(stopped.section('Medications')), /Past medications/)
  assert.doesNotMatch(words(stopped.section('Medications')), /Current medications/)
  assert.equal(
    first(activities(convert(...aMedication()))[0] ?? assert.fail(), 'statusCode').attributes?.code,
    'active',
  )
})

test('a medication whose Medication is missing is kept without a name, and the reader is told', () => {
  const document = convert(...aMedication().filter((resource) => resource.resourceType !== 'Medication'))
  assert.equal(activities(document).length, 1)
  assert.match(words(document.section('Medications')), /Medication without a name/)
  assert.ok(
    document.issues.some(
      (issue) => issue.severity === 'error' && issue.text === 'A medication whose name is not in the record',
    ),
  )
})

test('a plan without a statement and an order without a plan are medications of their own', () => {
  const [medication, , plan, order] = aMedication()
  assert.equal(activities(convert(medication ?? {}, plan ?? {}, order ?? {})).length, 1)
  const alone = convert(medication ?? {}, order ?? {})
  assert.equal(activities(alone).length, 1)
  assert.ok(alone.issues.some((issue) => issue.resource === 'MedicationRequest/r1'))
})

test('prescription type, agency, last issue and reason for the status reach the reader', () => {
  const url = (name: string) => `https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-${name}-1`
  const document = convert(
    ...aMedication({
      statement: {
        extension: [
          { url: url('MedicationStatementLastIssueDate'), valueDateTime: '2019-04' },
          { url: url('PrescribingAgency'), valueCodeableConcept: { text: 'Hospital' } },
        ],
      },
      plan: {
        extension: [
          { url: url('PrescriptionType'), valueCodeableConcept: { coding: [{ code: 'repeat', display: 'Repeat' }] } },
          {
            url: url('MedicationRepeatInformation'),
            extension: [
              { url: 'numberOfRepeatPrescriptionsAllowed', valuePositiveInt: 12 },
              { url: 'numberOfRepeatPrescriptionsIssued', valuePositiveInt: 3 },
            ],
          },
          {
            url: url('MedicationStatusReason'),
            extension: [
              { url: 'statusReason', valueCodeableConcept: { text: 'Expired' } },
              { url: 'statusChangeDate', valueDateTime: '2019-05-10' },
            ],
          },
        ],
      },
    }),
  )
  const text = words(document.section('Medications'))
  for (const wanted of [
    'Prescription type: Repeat',
    'Issues allowed: 12',
    'Issues made: 3',
    'Reason for status: Expired',
    'Status changed: 10 May 2019',
    'Prescribed by: Hospital',
    'Last issued: Apr 2019',
  ])
    assert.ok(text.includes(wanted), wanted)
})

test('a medication whose status nobody knows is not lost among the past ones, and a mistaken one is in no list of medications', () => {
  for (const status of [undefined, 'unheard-of'])
    assert.match(
      words(convert(...aMedication({ statement: { status } })).section('Medications')),
      /status is not known/,
    )
  const wrong = words(convert(...aMedication({ statement: { status: 'entered-in-error' } })).section('Medications'))
  assert.match(wrong, /not medications of the patient/)
  assert.doesNotMatch(wrong, /Current medications|Past medications/)
})

test('what the authorisation says beside its statement reaches the reader', () => {
  const text = words(
    convert(
      ...aMedication({
        statement: { taken: 'n' },
        plan: {
          status: 'stopped',
          meta: { security: [{ code: 'NOPAT' }] },
          priority: 'urgent',
          dispenseRequest: { numberOfRepeatsAllowed: 6 },
          dosageInstruction: [
            {
              text: 'one',
              maxDosePerPeriod: { numerator: { value: 8, unit: 'tablet' } },
              doseRange: { high: { value: 2, unit: 'tablet' } },
            },
          ],
        },
        order: { note: [{ text: 'x' }], reasonCode: [{ text: 'Cough' }] },
      }),
    ).section('Medications'),
  )
  for (const wanted of [
    'Recorded as not taken by the patient',
    'Not to be disclosed to the patient',
    'Its authorisation is stopped.',
    'Priority: urgent',
    'Repeats allowed: 6',
    'Max dose per period: Numerator: 8 tablet',
    'Dose range: High: 2 tablet',
    'Reason: Cough',
  ])
    assert.ok(text.includes(wanted), `${wanted} in ${text}`)
})

test('other words of the authorisation for the same dose are named as such, not a second dose', () => {
  const text = words(
    convert(...aMedication({ plan: { dosageInstruction: [{ text: 'take 5 ml tds' }] } })).section('Medications'),
  )
  assert.match(text, /take 5ml three times a day\nAuthorised as: take 5 ml tds/)
})

test('an authorisation of another product than the statement names is told, and warned about', () => {
  const document = convert(
    ...aMedication({
      plan: { medicationReference: undefined, medicationCodeableConcept: { text: 'Amoxicillin 500mg capsules' } },
    }),
  )
  assert.match(words(document.section('Medications')), /Authorised product: Amoxicillin 500mg capsules/)
  assert.ok(document.issues.some((one) => /another product than its authorisation/.test(one.text)))
})

test('the time an authorisation holds for is told beside the one moment its statement gives', () => {
  const document = convert(
    ...aMedication({ statement: { effectivePeriod: undefined, effectiveDateTime: '2019-04-01' } }),
  )
  assert.match(words(document.section('Medications')), /Authorised for: From 28 Mar 2019/)
})

test('how much and how often an authorisation lets be issued is an entry, with the digits of the record', () => {
  const repeats = {
    url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-MedicationRepeatInformation-1',
    extension: [{ url: 'numberOfRepeatPrescriptionsAllowed', valuePositiveInt: 6 }],
  }
  const [made] = activities(convert(...aMedication({ orders: [], plan: { extension: [repeats] } })))
  const [order] = byTemplate(made ?? assert.fail(), '4.17')
  assert.equal(first(order ?? assert.fail(), 'repeatNumber').attributes?.value, '6')
  const amount = first(order ?? assert.fail(), 'quantity')
  assert.equal(amount.attributes?.value ?? first(amount, 'translation').attributes?.value, '100')
  assert.equal(first(order ?? assert.fail(), 'effectiveTime', 'low').attributes?.value, '20190328')
})

test('repeats beyond the first supply stay in words: as a number of all supplies they would be another number', () => {
  const plan = { dispenseRequest: { numberOfRepeatsAllowed: 6, quantity: { value: 28, unit: 'tablet' } } }
  const [made] = activities(convert(...aMedication({ orders: [], plan })))
  assert.equal(all(made ?? assert.fail(), 'repeatNumber').length, 0)
})

test('an item recorded at an encounter of the record refers to the entry of that encounter', () => {
  const encounter = { resourceType: 'Encounter', id: 'e', status: 'finished', type: [{ text: 'Surgery' }] }
  const at = (id: string) =>
    convert(...aMedication({ statement: { context: { reference: `Encounter/${id}` } } }), encounter)
  const linked = (document: ReturnType<typeof convert>) =>
    byTemplate(document.section('Medications'), '4.122').map((one) => first(one, 'id').attributes?.extension)
  assert.deepEqual(linked(at('e')), ['Encounter/e'])
  const ids = all(at('e').section('Encounters'), 'encounter').map((one) => first(one, 'id').attributes?.extension)
  assert.deepEqual(ids, ['Encounter/e'])
  assert.deepEqual(linked(at('elsewhere')), [])
})

test('a medication that is recorded as not taken is negated in its entry', () => {
  const [activity] = activities(convert(...aMedication({ statement: { taken: 'n' } })))
  assert.equal(activity?.attributes?.negationInd, 'true')
  assert.equal(activities(convert(...aMedication()))[0]?.attributes?.negationInd, undefined)
})

test('what is proposed, intended or in draft is no current medication', () => {
  const request = (more: Made): Made => ({
    resourceType: 'MedicationRequest',
    id: 'x',
    medicationCodeableConcept: snomed('387207008', 'Ibuprofen'),
    ...more,
  })
  for (const resource of [
    request({ status: 'active', intent: 'proposal' }),
    request({ status: 'draft', intent: 'plan' }),
    ...aMedication({ statement: { status: 'intended' } }).slice(0, 2),
  ]) {
    const document = convert(resource)
    if (resource.resourceType === 'Medication') continue
    assert.equal(activities(document)[0]?.attributes?.moodCode, 'INT')
    assert.match(words(document.section('Medications')), /not known to be taken/)
    assert.doesNotMatch(words(document.section('Medications')), /Current medications/)
  }
  assert.match(
    words(convert(request({ status: 'active', intent: 'proposal' })).section('Medications')),
    /A proposal, and no prescription/,
  )
})

test('a cancelled medication has an end in its entry, known or not', () => {
  const [, , plan] = aMedication({ plan: { status: 'cancelled' } })
  const [activity] = activities(convert(plan ?? {}))
  assert.equal(first(activity ?? assert.fail(), 'effectiveTime', 'high').attributes?.nullFlavor, 'UNK')
})

test('whose issues these are is told where two medications have one name', () => {
  const titles = (document: ReturnType<typeof convert>) =>
    all(document.section('Medications'), 'caption').map((caption) => words(caption).trim())
  const stopped = aMedication({
    statement: { id: 'old', status: 'stopped', basedOn: [{ reference: 'MedicationRequest/before' }] },
  })
  const [, statement, plan, order] = stopped
  const both = convert(
    ...aMedication(),
    statement ?? {},
    { ...plan, id: 'before', status: 'stopped' },
    { ...order, id: 'r0', basedOn: [{ reference: 'MedicationRequest/before' }] },
  )
  assert.deepEqual(titles(both).slice(2), [
    'Issues of Amoxicillin 125mg/5ml oral suspension (From 28 Mar 2019, active)',
    'Issues of Amoxicillin 125mg/5ml oral suspension (From 28 Mar 2019, stopped)',
  ])
  assert.equal(titles(convert(...aMedication()))[1], 'Issues of Amoxicillin 125mg/5ml oral suspension')
})

test('a quantity written with an exponent is read as people write numbers, and kept as it was written', () => {
  for (const [written, read] of [
    ['3E+1', '30'],
    ['2.50e2', '250'],
    ['1.25E+1', '12.5'],
    ['5E-2', '0.05'],
    ['-12.5E-1', '-1.25'],
    ['1E+99', undefined],
    ['28', undefined],
  ])
    assert.equal(numberWords(written ?? ''), read === undefined ? written : `${read} (written as ${written})`)
  const quantity = { value: (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON('3E+1'), unit: 'tablet' }
  const document = convert(
    ...aMedication({ plan: { dispenseRequest: { quantity, expectedSupplyDuration: quantity } } }),
  )
  assert.match(words(document.section('Medications')), /^30 \(written as 3E\+1\) tablet$/m)
  assert.match(words(document.section('Medications')), /Expected to last: 30 \(written as 3E\+1\) tablet/)
  assert.match(serialise(document.value), /3E\+1/)
})

test('a medication that is active under an authorisation that is not says so before all else', () => {
  const section = words(convert(...aMedication({ plan: { status: 'stopped' } })).section('Medications'))
  assert.match(section, /Active\nIts authorisation is stopped\./)
  assert.doesNotMatch(words(convert(...aMedication()).section('Medications')), /Its authorisation is/)
})
