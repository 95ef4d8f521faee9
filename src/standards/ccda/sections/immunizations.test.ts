import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Made, all, byTemplate, convert, first, snomed, words } from '../../../../test/builders/gp-bundle.ts'

const anImmunization = (more: Made = {}): Made => ({
  resourceType: 'Immunization',
  id: 'i',
  status: 'completed',
  notGiven: false,
  extension: [
    {
      url: 'https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-VaccinationProcedure-1',
      valueCodeableConcept: snomed('38598009', 'MMR vaccination'),
    },
  ],
  vaccineCode: snomed('13968211000001108', 'M-M-RVAXPRO vaccine'),
  patient: { reference: 'Patient/p' },
  date: '2006-02',
  lotNumber: 'batch001',
  practitioner: [{ role: { coding: [{ code: 'AP' }] }, actor: { reference: 'Practitioner/d' } }],
  ...more,
})

test('what was given has its procedure, product, batch and date as recorded', () => {
  const [activity] = byTemplate(convert(anImmunization()).section('Immunizations'), '4.52')
  assert.ok(activity)
  assert.equal(activity.attributes?.negationInd, 'false')
  assert.equal(first(activity, 'code').attributes?.code, '38598009')
  assert.equal(first(activity, 'effectiveTime').attributes?.value, '200602')
  assert.equal(words(first(activity, 'lotNumberText')), 'batch001')
  assert.equal(first(activity, 'manufacturedMaterial', 'code', 'translation').attributes?.code, '13968211000001108')
  assert.match(words(first(activity, 'performer')), /Clarson/)
})

test('what was not given is never shown as given, and has its reason', () => {
  const document = convert(
    anImmunization({ notGiven: true, explanation: { reasonNotGiven: [snomed('443390004', 'Refused')] } }),
  )
  assert.equal(byTemplate(document.section('Immunizations'), '4.52')[0]?.attributes?.negationInd, 'true')
  const tables = all(document.section('Immunizations'), 'table').map((table) => words(first(table, 'caption')).trim())
  assert.deepEqual(tables, ['Not given'])
  assert.match(words(document.section('Immunizations')), /Not given because: Refused/)
})

test('a vaccine that nobody knows is unknown, under either spelling of it', () => {
  for (const vaccineCode of [
    undefined,
    { coding: [{ system: 'http://hl7.org/fhir/v3/NullFlavor', code: 'UNK', display: 'unknown' }] },
  ]) {
    const [activity] = byTemplate(convert(anImmunization({ vaccineCode })).section('Immunizations'), '4.52')
    assert.equal(first(activity ?? assert.fail(), 'manufacturedMaterial', 'code').attributes?.nullFlavor, 'UNK')
  }
})

test('a vaccine entered in error is in no list of those given', () => {
  const text = words(convert(anImmunization({ status: 'entered-in-error' })).section('Immunizations'))
  assert.match(text, /not immunizations of the patient/)
  assert.doesNotMatch(text, /^Given$/m)
})

test('every reason, whoever else took part, the maker that is a name alone, and whether a dose counts are told', () => {
  const text = words(
    convert(
      anImmunization({
        notGiven: true,
        explanation: { reasonNotGiven: [{ text: 'Declined' }, { text: 'Fever' }] },
        manufacturer: { display: 'Pfizer' },
        practitioner: [{ actor: { display: 'Nurse A' } }, { actor: { display: 'Nurse B' } }],
        vaccinationProtocol: [{ doseSequence: 1, doseStatus: { text: 'Does not count' } }],
      }),
    ).section('Immunizations'),
  )
  for (const wanted of ['Declined', 'Fever', 'Pfizer', 'Nurse A', 'Nurse B', 'Dose status: Does not count'])
    assert.match(text, new RegExp(wanted))
})

test('who ordered a vaccine did not give it, and who wrote it down may be who gave it', () => {
  const other: Made = { resourceType: 'Practitioner', id: 'n', name: [{ family: 'Okafor', given: ['Ada'] }] }
  const role = (...codes: string[]) => ({ role: { coding: codes.map((code) => ({ code })) } })
  const ordered = convert(
    other,
    anImmunization({
      practitioner: [
        { ...role('OP'), actor: { reference: 'Practitioner/d' } },
        { ...role('AP'), actor: { reference: 'Practitioner/n' } },
      ],
    }),
  )
  const performer = (document: ReturnType<typeof convert>) =>
    words(first(byTemplate(document.section('Immunizations'), '4.52')[0] ?? assert.fail(), 'performer'))
  assert.match(performer(ordered), /Okafor/)
  assert.match(words(ordered.section('Immunizations')), /Given by: Ada Okafor[^]*Ordered by: Dr Pat Clarson/)
  const both = convert(
    other,
    anImmunization({ practitioner: [{ ...role('EP', 'AP'), actor: { reference: 'Practitioner/n' } }] }),
  )
  assert.match(performer(both), /Okafor/)
})

test('a vaccine is not given in the words of other versions either', () => {
  for (const more of [{ wasNotGiven: true }, { status: 'not-done' }]) {
    const document = convert(anImmunization({ notGiven: undefined, ...more }))
    assert.equal(byTemplate(document.section('Immunizations'), '4.52')[0]?.attributes?.negationInd, 'true')
    assert.doesNotMatch(words(document.section('Immunizations')), /^Given$/m)
  }
})
