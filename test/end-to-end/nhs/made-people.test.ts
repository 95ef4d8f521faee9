import assert from 'node:assert/strict'
import { test } from 'node:test'
import { madeCommunity, madeHospital, madeWorld } from '../../../simulators/nhs/made-world.ts'
import { population } from '../../../simulators/people/population.ts'
import type { Areas, Asking } from '../../../src/services/ihe-gateway/sources/port.ts'
import { parseOdsCode } from '../../../src/standards/nhs/ods-code.ts'
import { aCall, aGateway, anAsking } from '../../builders/nhs-gateway.ts'

const everything: Areas = {
  allergies: { resolved: true },
  medication: { prescriptionIssues: true },
  consultations: {},
  problems: {},
  immunisations: { notGiven: true },
  uncategorisedData: {},
  investigations: {},
  referrals: {},
  diaryEntries: {},
}
const odsCode = parseOdsCode(madeHospital.odsCode)
assert.ok(odsCode)
const asking: Asking = anAsking({ organisation: { name: madeHospital.name, odsCode }, community: madeCommunity })

test('each made person is met as what they are, from the practice system that keeps their record', async (t) => {
  const people = population(1, 20)
  const { sources, nhs } = await aGateway(t, madeWorld({ seed: 1, people: 20 }), { simulator: { slowMs: 50 } })
  const met = await Promise.all(
    people.map(async ({ special, nhsNumber }) => {
      const found = await sources.findPatient(aCall(), asking, { by: 'nhs-number', nhsNumber })
      const current = found.outcome === 'superseded' ? found.current : found
      if (current.outcome !== 'found') return [special ?? 'ordinary', found.outcome]
      const record = await sources.structuredRecord(aCall(), asking, current.patient, everything)
      const warnings = record.outcome === 'record' ? [...new Set(record.warnings.map(({ warning }) => warning))] : []
      return [special ?? 'ordinary', found.outcome, record.outcome, ...warnings]
    }),
  )
  assert.deepEqual(met.slice(0, 16), [
    ['ordinary', 'found', 'record'],
    ['restricted', 'restricted'],
    ['superseded', 'superseded', 'record'],
    ['invalidated', 'invalidated'],
    ['deceased', 'deceased'],
    ['no-gp', 'no-practice'],
    ['ended-gp', 'no-practice'],
    ['dissent', 'found', 'no-consent'],
    ['slow', 'found', 'record'],
    ['failing', 'found', 'unavailable'],
    ['confidential', 'found', 'record', 'confidential-items'],
    ['in-transit', 'found', 'record', 'data-in-transit'],
    ['awaiting-filing', 'found', 'record', 'data-awaiting-filing'],
    ['areas-disabled', 'found', 'record', 'area-not-given'],
    ['empty-record', 'found', 'record'],
    ['mismatch', 'found', 'demographics-mismatch'],
  ])
  assert.deepEqual(new Set(met.slice(16).map((each) => each.join(' '))), new Set(['ordinary found record']))
  assert.deepEqual([...new Set(nhs.seen.flatMap(({ wrong }) => wrong ?? []))].toSorted(), [
    'INTERNAL_SERVER_ERROR',
    'INVALIDATED_RESOURCE',
    'NO_PATIENT_CONSENT',
  ])
})

test('a made person is found by name, birth date and postcode', async (t) => {
  const [person] = population(1, 1)
  assert.ok(person)
  const { sources } = await aGateway(t, madeWorld({ seed: 1, people: 200 }))
  const answer = await sources.findPatient(aCall(), asking, {
    by: 'demographics',
    demographics: { family: person.family, birthDate: person.birthDate, postcode: person.address.postcode },
  })
  assert.ok(answer.outcome === 'found')
  assert.equal(answer.patient.demographics.nhsNumber, person.nhsNumber)
  assert.equal(answer.patient.practice, person.practice.odsCode)
})
