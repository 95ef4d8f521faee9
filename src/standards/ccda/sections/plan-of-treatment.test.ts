import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Made, byTemplate, convert, first, snomed, words } from '../../../../test/builders/gp-bundle.ts'

const diary: Made = {
  resourceType: 'ProcedureRequest',
  id: 'pr',
  status: 'active',
  intent: 'plan',
  code: snomed('86198006', 'Influenza vaccination'),
  subject: { reference: 'Patient/p' },
  occurrenceDateTime: '2045-04-10',
  requester: { agent: { reference: 'Practitioner/d' } },
  note: [{ text: 'Recall Status: Outstanding.' }],
}
const referral: Made = {
  resourceType: 'ReferralRequest',
  id: 'rr',
  status: 'unknown',
  intent: 'order',
  priority: 'urgent',
  subject: { reference: 'Patient/p' },
  identifier: [{ system: 'https://fhir.nhs.uk/Id/ubr-number', value: '000049652429' }],
  reasonCode: [snomed('183521007', 'Referral to neurology service')],
  recipient: [{ reference: 'HealthcareService/hs' }],
  requester: { agent: { reference: 'Practitioner/d' } },
  authoredOn: '2022-07-04',
}

test('a diary entry is a planned act at its day', () => {
  const [act] = byTemplate(convert(diary).section('Plan of treatment'), '4.39')
  assert.equal(act?.attributes?.moodCode, 'INT')
  assert.equal(first(act ?? assert.fail(), 'effectiveTime').attributes?.value, '20450410')
})

test('a referral whose status nobody knows is not said to be active', () => {
  const document = convert(referral, { resourceType: 'HealthcareService', id: 'hs', name: 'Neurology' })
  const act = first(document.section('Plan of treatment'), 'act')
  assert.equal(first(act, 'statusCode').attributes?.nullFlavor, 'UNK')
  assert.equal(first(act, 'priorityCode').attributes?.code, 'UR')
  assert.match(words(document.section('Plan of treatment')), /Neurology/)
  assert.match(words(document.section('Plan of treatment')), /Unique booking reference: 000049652429/)
  assert.equal(document.ledger.find((line) => line.resource === 'HealthcareService/hs')?.became, 'supporting')
})

test('a cancelled referral is cancelled', () => {
  assert.equal(
    first(convert({ ...referral, status: 'cancelled' }).section('Plan of treatment'), 'act', 'statusCode').attributes
      ?.code,
    'cancelled',
  )
})

test('a referral that is only proposed is told to be', () => {
  const { section } = convert({ resourceType: 'ReferralRequest', id: 'x', status: 'active', intent: 'proposal' })
  assert.match(words(section('Plan of treatment')), /Intent: proposal/)
})
