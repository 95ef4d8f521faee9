import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gpRecord } from '../../simulators/people/gp-record.ts'
import { population } from '../../simulators/people/population.ts'
import { readBundle } from '../conformance/ccda-readback/read-bundle.ts'
import { readDocument } from '../conformance/ccda-readback/read-document.ts'
import { sameTime } from '../conformance/ccda-readback/times.ts'

test('times agree when moment and precision do', () => {
  assert.ok(sameTime('2024-02-01T14:38:00+00:00', '20240201143800+0000'))
  assert.ok(sameTime('2024-07-01T10:20:00+01:00', '20240701092000+0000'))
  assert.ok(sameTime('2024-02-01T14:38:05.183+00:00', '20240201143805.183+0000'))
  assert.ok(sameTime('1985-12', '198512'))
  assert.ok(sameTime('2019', '2019'))
  assert.ok(sameTime(undefined, undefined))
  assert.ok(sameTime('2019-13-45', undefined))
  assert.ok(!sameTime('1985-12', '19851201'))
  assert.ok(!sameTime('1985-12-01', '198512'))
  assert.ok(!sameTime('1985-12-01', undefined))
  assert.ok(!sameTime('2019-02-30', '20190302'))
  assert.ok(!sameTime('2024-07-01T10:20:00+01:00', '20240701102000+0000'))
})

test('the reader of records finds what the person has', () => {
  for (const person of population(1, 30)) {
    if (person.special) continue
    const { history } = person
    const read = readBundle(JSON.stringify(gpRecord(person, { quirks: 'none' })))
    assert.equal(read.allergies.length, history.allergies.length + (history.noKnownAllergy ? 1 : 0))
    assert.equal(
      read.allergies.filter(({ ended }) => ended).length,
      history.allergies.filter(({ ended }) => ended).length,
    )
    assert.equal(read.medications.length, history.medications.length)
    assert.equal(read.problems.length, history.problems.length)
    assert.equal(read.immunizations.length, history.vaccinations.length)
    const values =
      history.measurements.length +
      2 * history.bloodPressures.length +
      history.reports.flatMap((each) => each.results).length
    assert.equal(read.results.length, values)
  }
})

test('the reader of records keeps the digits of a number', () => {
  const observation =
    '{"resourceType":"Observation","id":"a","status":"final","code":{"text":"x"},"valueQuantity":{"value":7.0,"unit":"mmol/L"}}'
  const [result] = readBundle(`{"resourceType":"Bundle","entry":[{"resource":${observation}}]}`).results
  assert.equal(result?.quantity?.value, '7.0')
})

test('the reader of documents follows references into the narrative, translations and ranges', () => {
  const { results, narrative } =
    readDocument(`<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><component><structuredBody><component><section>
    <code code="30954-2"/><title>Results</title><text><table><tbody><tr ID="r1"><td ID="n1">Serum  sodium</td><td>139 mmol/L</td></tr></tbody></table></text>
    <entry><organizer><component><observation><templateId root="2.16.840.1.113883.10.20.22.4.2"/>
      <code code="1000661000000107" codeSystem="2.16.840.1.113883.6.96"><originalText><reference value="#n1"/></originalText><translation code="44I5.00" codeSystem="2.16.840.1.113883.2.1.6.2"/></code>
      <text><reference value="#r1"/></text><statusCode code="completed"/><effectiveTime value="20240102"/>
      <value xsi:type="PQ" value="139" unit="mmol/L"/>
      <referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="133" unit="mmol/L"/><high value="146" unit="mmol/L"/></value></observationRange></referenceRange>
    </observation></component></organizer></entry></section></component></structuredBody></component></ClinicalDocument>`)
  const [sodium] = results
  assert.equal(sodium?.code.text, 'Serum sodium')
  assert.deepEqual(
    sodium?.code.codes.map(({ code }) => code),
    ['1000661000000107', '44I5.00'],
  )
  assert.deepEqual(sodium?.value, { kind: 'quantity', value: '139', unit: 'mmol/L' })
  assert.deepEqual(sodium?.ranges[0]?.value, { kind: 'range', low: '133', high: '146', unit: 'mmol/L' })
  assert.equal(sodium?.row, 'Serum sodium 139 mmol/L')
  assert.equal(narrative, 'Results Serum sodium 139 mmol/L')
})
