import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Made,
  all,
  anAllergy,
  anObservation,
  aProblem,
  areaList,
  at,
  convert,
  first,
  gpBundle,
  patient,
  practice,
  snomed,
  warned,
  words,
} from '../../../test/builders/gp-bundle.ts'
import { damaged } from '../../../test/builders/damage.ts'
import { seededRandom } from '../../../test/builders/random.ts'
import { gpRecord } from '../../../simulators/people/gp-record.ts'
import { population } from '../../../simulators/people/population.ts'
import { readXml } from '../xml/read.ts'
import type { ExpandedElement } from '../xml/element.ts'
import { serialise } from '../xml/serialise.ts'
import { expand } from '../xml/template.ts'
import { convertToCcda } from './convert.ts'
import { unplaced } from './ledger.ts'

const flavor = (document: ReturnType<typeof convert>, title: string) => document.section(title).attributes?.nullFlavor
const section = (document: ReturnType<typeof convert>, title: string) => words(document.section(title))

test('not asked for, nothing recorded, withheld, in transit and no known allergies are five different statements', () => {
  const none = anAllergy({ code: snomed('716186003', 'No known allergy') })
  const cases = [
    convert(aProblem()),
    convert(areaList('allergies', [])),
    convert(areaList('allergies', [], warned('confidential-items'))),
    convert(areaList('allergies', [], warned('data-in-transit'))),
    convert(areaList('allergies', ['AllergyIntolerance/a']), none),
  ]
  const flavors = cases.map((document) => flavor(document, 'Allergies'))
  assert.deepEqual(flavors, ['NASK', 'NI', 'MSK', 'NAV', undefined])
  const texts = cases.map((document) => section(document, 'Allergies'))
  assert.match(texts[0] ?? '', /Not asked for/)
  assert.match(
    texts[1] ?? '',
    /Nothing recorded: the GP record says “Information not available”\. This does not mean that there are none/,
  )
  assert.match(texts[2] ?? '', /withheld as confidential/)
  assert.match(texts[3] ?? '', /in transit/)
  assert.match(texts[4] ?? '', /None known/)
  assert.equal(new Set(texts).size, 5)
})

test('an area that the GP system does not support is told as such, in its section and first of all', () => {
  const document = convert({
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'warning',
        code: 'not-supported',
        details: { coding: [{ code: 'NOT_IMPLEMENTED' }], text: 'includeInvestigations is an unrecognised parameter' },
      },
    ],
  })
  assert.match(
    section(document, 'Results'),
    /Not given by the GP system: includeInvestigations is an unrecognised parameter/,
  )
  assert.match(
    section(document, 'About this document'),
    /Warning \(Investigations\): includeInvestigations is an unrecognised parameter/,
  )
})

test('a warning stands at the top of its section, above what is there, and in the first section of the document', () => {
  const document = convert(
    areaList('problems', ['Condition/c'], {
      ...warned('data-awaiting-filing'),
      note: [{ text: 'Data awaiting filing' }],
    }),
    aProblem(),
  )
  const [top] = first(document.section('Problems'), 'text').children ?? []
  assert.equal(typeof top === 'object' ? words(top).trim() : '', 'Warning: Data awaiting filing')
  const [opening] = all(document.value, 'section')
  assert.match(words(opening ?? assert.fail()), /Warning \(Problems\): Data awaiting filing/)
})

test('an item marked not for the patient says so in its row and first of all', () => {
  const document = convert(aProblem({ meta: { security: [{ code: 'NOPAT' }] } }))
  assert.match(section(document, 'Problems'), /Not to be disclosed to the patient/)
  const [top] = first(document.section('Problems'), 'text').children ?? []
  assert.match(
    typeof top === 'object' ? words(top) : '',
    /Warning: Items of this section are marked as not to be disclosed/,
  )
  assert.equal(first(document.value, 'confidentialityCode').attributes?.code, 'R')
  assert.equal(first(convert(aProblem()).value, 'confidentialityCode').attributes?.code, 'N')
  assert.match(section(document, 'About this document'), /Warning: items below are marked as not to be disclosed/)
})

test('the header names the patient by NHS number, and what the record does not say is said to be unknown', () => {
  const role = first(convert().value, 'recordTarget', 'patientRole')
  assert.deepEqual(first(role, 'id').attributes, {
    root: '2.16.840.1.113883.2.1.4.1',
    extension: '9690937286',
    assigningAuthorityName: 'https://fhir.nhs.uk/Id/nhs-number',
  })
  assert.equal(words(first(role, 'family')), 'Meyers')
  assert.equal(first(role, 'birthTime').attributes?.value, '19460410')
  for (const name of ['raceCode', 'ethnicGroupCode', 'addr', 'telecom'])
    assert.equal(first(role, name).attributes?.nullFlavor, 'UNK', name)
  assert.equal(words(first(role, 'providerOrganization', 'name')), 'Temple Sowerby Medical Practice')
  assert.equal(all(convert().value, 'legalAuthenticator').length, 0)
})

test('a record without a Patient becomes a document that says so; one with two becomes none', () => {
  const nobody = convertToCcda(
    { resourceType: 'Bundle', type: 'collection', entry: [{ resource: practice }, { resource: anAllergy() }] },
    at,
  )
  assert.equal(first(expand(nobody.value), 'recordTarget', 'id').attributes?.nullFlavor, 'UNK')
  assert.ok(nobody.issues.some((issue) => issue.severity === 'error' && /does not say whose it is/.test(issue.text)))
  assert.throws(() => convertToCcda(gpBundle({ ...patient, id: 'other' }), at), /2 Patients/)
})

test('items of another patient are told', () => {
  const document = convert(aProblem({ subject: { reference: 'Patient/stranger' } }))
  assert.match(section(document, 'About this document'), /Items of this record name another patient/)
  assert.match(
    section(document, 'Problems'),
    /Recorded about Patient\/stranger, not about the patient of this document/,
  )
  const elsewhere = convert(anObservation({ subject: { reference: 'Location/tap' } }), aProblem())
  assert.match(section(elsewhere, 'Other entries of the record'), /Recorded about Location\/tap/)
  assert.doesNotMatch(section(elsewhere, 'Problems'), /Recorded about/)
})

test('a language that CDA has no code for is told in words', () => {
  const language = { coding: [{ code: 'q4', display: 'British Sign Language' }] }
  const bundle = {
    ...gpBundle(),
    entry: [{ resource: { ...patient, communication: [{ language, preferred: true }] } }],
  }
  assert.match(words(expand(convertToCcda(bundle, at).value)), /Language \(preferred\)\nBritish Sign Language/)
})

test('a part of which nothing is shown is not said to have nothing recorded where items are withheld or in transit', () => {
  const state = (...codes: string[]) =>
    section(convert(areaList('problems', [], warned(...codes))), 'About this document')
  assert.match(state(), /Problems\nGiven; nothing recorded/)
  assert.match(state('confidential-items'), /Problems\nGiven; nothing shown, and items are withheld/)
  assert.match(state('data-in-transit'), /Problems\nGiven; nothing shown, and the record is still in transit/)
  assert.match(state('data-awaiting-filing'), /Problems\nGiven; nothing shown, and data await filing/)
})

test('a warning that a part of the record gives twice names that part once', () => {
  const note = [{ text: 'Items excluded due to confidentiality. Patient record transfer is not complete.' }]
  const document = convert(areaList('problems', [], { ...warned('confidential-items', 'data-in-transit'), note }))
  assert.match(section(document, 'About this document'), /Warning \(Problems\): Items excluded/)
})

test('no vital sign by its code is not said to be none in the record', () => {
  const reading = anObservation({ comment: 'Value: 76 kg' })
  const document = convert(areaList('uncategorised', ['Observation/ob']), reading)
  assert.match(section(document, 'Vital signs'), /some may be among “Other entries of the record”/)
})

test('a date that is none degrades its entry alone, and is shown as it was recorded', () => {
  const document = convert(aProblem({ onsetDateTime: '2019-02-30' }))
  assert.match(section(document, 'Problems'), /“2019-02-30” \(not a date\)/)
  assert.equal(first(document.section('Problems'), 'observation', 'effectiveTime', 'low').attributes?.nullFlavor, 'UNK')
})

test('numbers keep the digits they were recorded with', () => {
  const bundle = JSON.stringify(gpBundle(anObservation({ valueQuantity: { value: 76.2, unit: 'kg' } }))).replace(
    '76.2',
    '76.2000',
  )
  const parsed = JSON.parse(bundle, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source === '76.2000'
      ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON('76.2000')
      : value,
  ) as Made
  const xml = serialise(convertToCcda(parsed, at).value)
  assert.match(xml, /<value xsi:type="PQ" value="76\.2000" unit="kg"\/>/)
  assert.match(xml, /<td>76\.2000 kg<\/td>/)
})

test('lists that hold each other are told once, and the conversion ends', () => {
  const list = (id: string, code: string, holds: string): Made => ({
    resourceType: 'List',
    id,
    code: snomed(code, ''),
    entry: [{ item: { reference: `List/${holds}` } }],
  })
  const document = convert(
    list('a', '325851000000107', 'b'),
    list('b', '25851000000105', 'a'),
    list('c', '24781000000107', 'c'),
  )
  assert.ok(document.issues.some((issue) => /part of itself/.test(issue.text)))
  for (const line of document.ledger) assert.notEqual(line.became, 'left-out', line.resource)
})

test('a duplicate is left out and told, and another resource under the same id is kept', () => {
  const document = convert(aProblem(), aProblem(), aProblem({ clinicalStatus: 'inactive' }))
  assert.deepEqual(
    document.ledger.filter((line) => line.type === 'Condition').map((line) => line.became),
    ['entry', 'left-out', 'entry'],
  )
})

test('a resource of a type nobody expects is read all the same', () => {
  const document = convert({
    resourceType: 'Communication',
    id: 'x',
    payload: [{ contentString: 'Please ring the surgery' }],
  })
  assert.match(section(document, 'Other entries of the record'), /Please ring the surgery/)
})

test('made records with the quirks of real systems convert whole: each resource accounted for, the text well-formed', () => {
  for (const person of population(3, 40)) {
    const bundle = JSON.parse(JSON.stringify(gpRecord(person))) as Made & { entry: unknown[] }
    const { value, ledger } = convertToCcda(bundle, at)
    assert.ok(ledger.length >= bundle.entry.length)
    for (const line of ledger)
      assert.ok(line.became !== 'left-out' || line.reason !== unplaced, `${person.id} ${line.resource}`)
    assert.equal(readXml(serialise(value)).local, 'ClinicalDocument')
  }
})

test('whatever is broken in a record, the conversion does not throw and loses no resource in silence', () => {
  const random = seededRandom(7)
  for (const person of population(4, 40)) {
    const bundle = damaged(JSON.parse(JSON.stringify(gpRecord(person))), random) as Made & { entry: unknown[] }
    const { value, ledger } = convertToCcda(bundle, at)
    for (const line of ledger)
      assert.ok(line.became !== 'left-out' || line.reason !== unplaced, `${person.id} ${line.resource}`)
    const ids = new Set<string>()
    const references: string[] = []
    const visit = (element: ExpandedElement): void => {
      if (element.attributes?.ID !== undefined) {
        assert.ok(!ids.has(element.attributes.ID), element.attributes.ID)
        ids.add(element.attributes.ID)
      }
      if (element.name === 'reference' && element.attributes?.value?.startsWith('#'))
        references.push(element.attributes.value.slice(1))
      for (const child of element.children ?? []) if (typeof child !== 'string') visit(child)
    }
    visit(expand(value))
    for (const reference of references) assert.ok(ids.has(reference), `${person.id} ${reference}`)
    readXml(serialise(value))
  }
})

test('lists, headings and members that go on without end are converted in their time', () => {
  const chain = Array.from({ length: 3000 }, (_, index) => ({
    resourceType: 'List',
    id: `l${index}`,
    code: snomed(index === 0 ? '325851000000107' : '25851000000105', ''),
    title: `Topic ${index}`,
    entry: [{ item: { reference: `List/l${index + 1}` } }],
  }))
  const circle = Array.from({ length: 12_000 }, (_, index) =>
    anObservation({
      id: `m${index}`,
      related: [{ type: 'has-member', target: { reference: `Observation/m${(index + 1) % 12_000}` } }],
    }),
  )
  const report = { resourceType: 'DiagnosticReport', id: 'd', result: [{ reference: 'Observation/m0' }] }
  const { value, ledger } = convertToCcda(gpBundle(...chain, report, ...circle), at)
  for (const line of ledger) assert.notEqual(line.became, 'left-out', line.resource)
  const text = words(expand(value))
  for (const index of [0, 19, 20, 21, 2999]) assert.ok(text.includes(`Topic ${index}`), String(index))
})

test('a note of a hundred thousand lines arrives whole', () => {
  const document = convert(anAllergy({ note: [{ text: 'line\n'.repeat(100_000) }] }))
  assert.equal(all(document.section('Allergies'), 'br').length, 100_000)
})

test('a warning of a list that nobody knows, or of a consultation, reaches the reader all the same', () => {
  for (const code of ['999', '325851000000107', '25851000000105']) {
    const document = convert(anAllergy(), {
      resourceType: 'List',
      id: 'l',
      code: { coding: [{ code }] },
      ...warned('confidential-items'),
    })
    assert.match(words(document.section('About this document')), /Warning[^\n]*excluded due to confidentiality/)
  }
})

test('a part of the record whose items came without their list is not said to be missing', () => {
  const rows = words(convert(aProblem()).section('About this document'))
  assert.match(rows, /Problems\nNot given as a whole/)
  assert.match(rows, /Medications\nNot asked for/)
})

test('an item that its list removed or marked says so', () => {
  const list = areaList('problems', [], {
    entry: [{ item: { reference: 'Condition/c' }, deleted: true, flag: { text: 'ceased' } }],
  })
  assert.match(
    section(convert(list, aProblem()), 'Problems'),
    /Removed from its list in the record.\nMarked in its list as: ceased./,
  )
})
