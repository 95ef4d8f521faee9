import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gpRecord, type Quirk, quirkNames } from '../../simulators/people/gp-record.ts'
import type { Person } from '../../simulators/people/person.ts'
import { population } from '../../simulators/people/population.ts'
import { random } from '../../simulators/people/random.ts'
import { compare } from '../conformance/ccda-readback/compare.ts'
import { convert } from '../conformance/ccda-readback/convert.ts'
import { mangle } from '../conformance/ccda-readback/mangle.ts'
import { readBundle } from '../conformance/ccda-readback/read-bundle.ts'
import { readDocument } from '../conformance/ccda-readback/read-document.ts'

const people = population('conversion', 10)
const [full] = people as [Person]

test('a made record and its document say the same, whatever the quirks of the system it comes from', () => {
  for (const [at, person] of people.entries()) {
    const quirks = quirkNames.filter((quirk) => quirk !== 'patient-missing' && random(`${at} ${quirk}`).chance(0.3))
    const json = JSON.stringify(gpRecord(person, { quirks }))
    const { xml, unaccounted } = convert(json)
    assert.deepEqual(compare(readBundle(json), readDocument(xml)), [], `${person.id} with ${quirks}`)
    assert.deepEqual(unaccounted, [])
  }
})

test('each quirk alone leaves nothing out of the document', () => {
  const person: Person | undefined = population('conversion', 120).find(
    ({ history }) => history.allergies.length > 0 && history.reports.length > 0 && history.consultations.length < 9,
  )
  assert.ok(person)
  for (const quirk of quirkNames) {
    const record: string = JSON.stringify(gpRecord(person, { quirks: { only: [quirk] } }))
    assert.deepEqual(compare(readBundle(record), readDocument(convert(record).xml)), [], quirk)
  }
})

test('a record that is damaged anywhere still becomes a document that accounts for every resource', () => {
  for (let round = 0; round < 12; round++) {
    const source = random(`damage ${round}`)
    const quirks = quirkNames.filter(() => source.chance(0.15))
    const record = mangle(gpRecord(source.pick(people), { quirks }), source, source.whole(1, 50))
    const { xml, unaccounted, anchors } = convert(JSON.stringify(record), record)
    assert.deepEqual(unaccounted, [], `round ${round}`)
    const document = readDocument(xml)
    assert.ok(document.sections.size > 5, `round ${round}`)
    assert.deepEqual(
      anchors.filter((id) => !document.hasAnchor(id)),
      [],
      `round ${round}`,
    )
  }
})

const json = JSON.stringify(gpRecord(full, { quirks: 'none' }))
const { xml } = convert(json)
const source = readBundle(json)

/** Each is a fault a converter could have, done to a good document. */
const faults: Record<string, (xml: string) => string> = {
  'a value': (text) => text.replace(/(<value xsi:type="PQ" value=")[^"]+/, '$112345'),
  'a unit': (text) => text.replace(/(<value xsi:type="PQ" value="[^"]+" unit=")mmol\/L/, '$1mmol/dL'),
  'a code': (text) => text.replaceAll('code="44054006"', 'code="44054007"'),
  'a time': (text) => text.replaceAll(/(<effectiveTime>\s*<low value=")\d{8}/g, '$119010101'),
  'a precision': (text) => text.replaceAll(/(<effectiveTime value="\d{8})\d{4,}([+-]\d{4})?/g, '$1'),
  'a status of a medication': (text) =>
    text.replace(
      /(<substanceAdministration.*?<statusCode code=")(\w+)/s,
      (_, before: string, status: string) => before + (status === 'active' ? 'completed' : 'active'),
    ),
  'a range': (text) => text.replace(/(<observationRange>.*?<(?:low|high)[^>]* value=")[^"]+/s, '$199'),
  'an interpretation': (text) =>
    text.replace(
      /<interpretationCode code="(\w)"/,
      (_, code: string) => `<interpretationCode code="${code === 'N' ? 'H' : 'N'}"`,
    ),
  'a dosage': (text) => text.replaceAll('to be taken', 'taken'),
  'a dose that was computed': (text) =>
    text.replace(/(?:<doseQuantity[^>]*\/>\s*)?<consumable>/, '<doseQuantity value="625" unit="mg"/><consumable>'),
  'an entry': (text) => text.replace(/<entry[^>]*>\s*<substanceAdministration.*?<\/entry>/s, ''),
  'a medication told twice': (text) => text.replace(/(<entry[^>]*>\s*<substanceAdministration.*?<\/entry>)/s, '$1$1'),
  'the words of a note': (text) => text.replaceAll('Home readings raised', 'Home readings'),
  'the NHS number': (text) => text.replaceAll(full.nhsNumber, '9990000000'),
  'the birth date': (text) => text.replace(/<birthTime value="\d+/, '<birthTime value="19010101'),
  'an id': (text) => text.replaceAll(/extension="Condition\/[^"]+"/g, 'extension="x"'),
}

test('the comparison would notice each fault that a converter could have', () => {
  assert.deepEqual(compare(source, readDocument(xml)), [])
  for (const [name, spoil] of Object.entries(faults)) {
    const spoilt = spoil(xml)
    assert.notEqual(spoilt, xml, `${name}: nothing was spoilt`)
    assert.notDeepEqual(compare(source, readDocument(spoilt)), [], name)
  }
})

test('what is not for the patient, confidential or missing says so in the document', () => {
  const marked = JSON.stringify(gpRecord(full, { quirks: { only: ['not-for-patient'] } }))
  const read = readBundle(marked)
  const document = convert(marked).xml
  assert.ok(read.notForPatient > 5)
  assert.deepEqual(compare(read, readDocument(document)), [])
  assert.notDeepEqual(compare(read, readDocument(document.replaceAll(/not to be disclosed/gi, 'to be disclosed'))), [])
  for (const person of population(1, 16).filter(({ special }) => special && warned.has(special))) {
    const incomplete = JSON.stringify(gpRecord(person))
    const { words } = readBundle(incomplete)
    const { narrative } = readDocument(convert(incomplete).xml)
    const told = words.filter((text) => /confidentiality|transfer|awaiting review|has been disabled/.test(text))
    assert.ok(told.length > 0, person.special)
    for (const text of told) assert.ok(narrative.includes(text), `${person.special}: ${text}`)
  }
})
const warned = new Set(['confidential', 'in-transit', 'awaiting-filing', 'areas-disabled'])

test('an ended allergy that looked active, and one that became a denial, would be noticed', () => {
  const person = population(1, 200).find(({ history }) => history.allergies.some(({ ended }) => ended)) as Person
  const record = JSON.stringify(gpRecord(person, { quirks: [] satisfies Quirk[] }))
  const document = convert(record).xml
  assert.deepEqual(compare(readBundle(record), readDocument(document)), [])
  const concern = /(<templateId root="2\.16\.840\.1\.113883\.10\.20\.22\.4\.30".*?<statusCode code=")completed/gs
  const active = document.replace(concern, '$1active')
  assert.notEqual(active, document)
  assert.ok(
    compare(readBundle(record), readDocument(active)).some(
      ({ what, field }) => what === 'allergy' && field === 'status',
    ),
  )
  const denied = document.replaceAll(
    /(<observation classCode="OBS" moodCode="EVN")(>\s*<templateId root="2\.16\.840\.1\.113883\.10\.20\.22\.4\.7")/g,
    '$1 negationInd="true"$2',
  )
  assert.ok(compare(readBundle(record), readDocument(denied)).some(({ what }) => what === 'allergy'))
})
