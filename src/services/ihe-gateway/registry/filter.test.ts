import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nhsNumber, settings } from '../../../../test/builders/gateway.ts'
import { Problem } from '../../../kernel/problem.ts'
import type { AdhocQuery } from '../../../standards/ihe/ebxml/adhoc-query.ts'
import type { DocumentEntry } from '../../../standards/ihe/ebxml/document-entry.ts'
import { nhsNumberCx } from '../identifiers.ts'
import { entryOf } from './entry.ts'
import { filterEntries } from './filter.ts'

const cx = nhsNumberCx(nhsNumber(1))
const entry = (over: Partial<DocumentEntry> = {}): DocumentEntry => ({
  ...entryOf(
    {
      uniqueId: '2.25.1',
      entryUuid: 'urn:uuid:00000000-0000-4000-8000-000000000001',
      offer: 'delayed',
      community: 'urn:oid:1.2',
      organisation: 'RR8',
      nhsNumber: nhsNumber(1),
      offeredAt: new Date('2026-03-01T12:00:00Z'),
      status: 'approved',
    },
    cx,
    cx,
    settings,
  ),
  author: { person: '^Jones^Ann^^^Dr', institution: 'General practice' },
  serviceStartTime: '20200101',
  serviceStopTime: '20260228',
  ...over,
})
const onDemand = entry({ uniqueId: '2.25.2', content: { type: 'on-demand' } })
const passes = (parameters: Record<string, string[][]>, entries = [entry()]) => {
  const query: AdhocQuery = {
    id: '',
    home: undefined,
    returnType: 'LeafClass',
    parameters: new Map(Object.entries(parameters)),
  }
  return filterEntries(entries, query).map(({ uniqueId }) => uniqueId)
}
const both = ['urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1', 'urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248']

test('each parameter of FindDocuments lets the entry pass that has its value, and no other', () => {
  const cases: [string, string[], string[]][] = [
    [
      '$XDSDocumentEntryStatus',
      ['urn:oasis:names:tc:ebxml-regrep:StatusType:Approved'],
      ['urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated'],
    ],
    ['$XDSDocumentEntryClassCode', ['x^^y', '34133-9^^2.16.840.1.113883.6.1'], ['34133-9^^1.2.3']],
    ['$XDSDocumentEntryTypeCode', ['34133-9^^2.16.840.1.113883.6.1'], ['11506-3^^2.16.840.1.113883.6.1']],
    [
      '$XDSDocumentEntryPracticeSettingCode',
      ['408443003^^2.16.840.1.113883.6.96'],
      ['394814009^^2.16.840.1.113883.6.96'],
    ],
    [
      '$XDSDocumentEntryHealthcareFacilityTypeCode',
      ['264358009^^2.16.840.1.113883.6.96'],
      ['22232009^^2.16.840.1.113883.6.96'],
    ],
    ['$XDSDocumentEntryConfidentialityCode', ['N^^2.16.840.1.113883.5.25'], ['R^^2.16.840.1.113883.5.25']],
    [
      '$XDSDocumentEntryFormatCode',
      ['urn:hl7-org:sdwg:ccda-structuredBody:2.1^^2.16.840.1.113883.6.1'],
      ['urn:ihe:pcc:xphr:2007^^1.3.6.1.4.1.19376.1.2.3'],
    ],
    ['$XDSDocumentEntryAuthorPerson', ['%Jones^A__^%'], ['%Smith%']],
    ['$XDSDocumentEntryCreationTimeFrom', ['20260301120000'], ['20260301120001']],
    ['$XDSDocumentEntryCreationTimeTo', ['202603011201'], ['20260301120000']],
    ['$XDSDocumentEntryServiceStartTimeFrom', ['2020'], ['2021']],
    ['$XDSDocumentEntryServiceStartTimeTo', ['20200102'], ['20200101']],
    ['$XDSDocumentEntryServiceStopTimeFrom', ['20260228'], ['20260301']],
    ['$XDSDocumentEntryServiceStopTimeTo', ['20260301'], ['2026']],
  ]
  for (const [name, right, wrong] of cases) {
    assert.deepEqual(passes({ [name]: [right] }), ['2.25.1'], name)
    assert.deepEqual(passes({ [name]: [wrong] }), [], name)
    // Slots of one name mean AND.
    if (!/Time/.test(name)) assert.deepEqual(passes({ [name]: [right, wrong] }), [], name)
  }
  assert.deepEqual(passes({ $XDSDocumentEntryEventCodeList: [['T-32000^^SNM3']] }), [])
})

test('on-demand entries are for those who ask for the type, and their creation time keeps nobody out', () => {
  assert.deepEqual(passes({}, [entry(), onDemand]), ['2.25.1'])
  assert.deepEqual(passes({ $XDSDocumentEntryType: [both] }, [entry(), onDemand]), ['2.25.1', '2.25.2'])
  assert.deepEqual(
    passes({ $XDSDocumentEntryType: [[both[1]!]], $XDSDocumentEntryCreationTimeFrom: [['2099']] }, [entry(), onDemand]),
    ['2.25.2'],
  )
})

test('a service time that is not known keeps nobody out, and an unknown parameter is ignored', () => {
  const { serviceStartTime: _start, serviceStopTime: _stop, ...rest } = entry()
  assert.deepEqual(passes({ $XDSDocumentEntryServiceStartTimeFrom: [['2099']], $Nonsense: [['x']] }, [rest]), [
    '2.25.1',
  ])
})

test('a time is one value, and a time', () => {
  for (const values of [['2020', '2021'], ['yesterday'], []])
    assert.throws(() => passes({ $XDSDocumentEntryCreationTimeFrom: [values] }), Problem)
})
