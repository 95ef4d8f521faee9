import {
  aGateway,
  aPatient,
  aRecord,
  fakeSources,
  found,
  home,
  localRoot,
  nhsNumber,
  settings,
  type TestGateway,
} from '../builders/gateway.ts'
import * as soap from '../builders/soap.ts'
import type { PatientAnswer, RecordAnswer } from '../../src/services/ihe-gateway/sources/port.ts'
import type { HttpResponse } from '../../src/platform/http/port.ts'

/** Every answer there is, success and error, of all four transactions: name, and how it comes about. */
export type Case = { readonly name: string; answer(): Promise<HttpResponse> }

const practice = 'A20047' as never
const number = nhsNumber(1)
const patients: Record<string, PatientAnswer> = {
  found: found({ otherNames: [{ family: 'Opal', given: ['Amber'], prefix: [], suffix: [] }] }),
  'found with nothing but a name': found({
    addresses: [],
    telecoms: [],
    name: { family: 'Quartz', given: [], prefix: [], suffix: [] },
  }),
  none: { outcome: 'none' },
  'too many': { outcome: 'too-many' },
  'more needed': { outcome: 'more-needed', wanted: ['family', 'birthDate'] },
  deceased: {
    outcome: 'deceased',
    demographics: aPatient({ deceased: { at: '2025-12-24T10:00:00Z', status: 'formal' } }),
    practice,
  },
  restricted: { outcome: 'restricted', demographics: aPatient({ restricted: true, addresses: [], telecoms: [] }) },
  'no practice': { outcome: 'no-practice', demographics: aPatient() },
  'invalid number': { outcome: 'invalid-number' },
  invalidated: { outcome: 'invalidated' },
  'demographics mismatch': { outcome: 'demographics-mismatch', differs: ['birthDate'] },
  unavailable: { outcome: 'unavailable', upstream: 'pds', reason: 'timeout', detail: '' },
  busy: { outcome: 'unavailable', upstream: 'pds', reason: 'busy', detail: '' },
  'access denied': { outcome: 'unavailable', upstream: 'token', reason: 'access-denied', detail: '' },
  superseded: {
    outcome: 'superseded',
    asked: number,
    nhsNumber: nhsNumber(2),
    current: found({ nhsNumber: nhsNumber(2) }) as never,
  },
}
const records: Record<string, RecordAnswer> = {
  record: aRecord(),
  'incomplete record': {
    ...(aRecord() as Extract<RecordAnswer, { outcome: 'record' }>),
    warnings: [
      { warning: 'area-not-given', area: 'diaryEntries', text: 'includeDiaryEntries is an unrecognised parameter' },
      { warning: 'confidential-items', list: '886921000000105', text: 'Items excluded' },
    ],
  },
  'no consent': { outcome: 'no-consent' },
  'no organisation consent': { outcome: 'no-organisation-consent' },
  'no relationship': { outcome: 'no-relationship' },
  'patient not at practice': { outcome: 'patient-not-at-practice' },
  'no record': { outcome: 'no-record' },
  'practice disabled': { outcome: 'practice-disabled', practice },
  'demographics mismatch': { outcome: 'demographics-mismatch', differs: ['name'] },
  'invalid number': { outcome: 'invalid-number' },
  timeout: { outcome: 'unavailable', upstream: 'gp-connect', reason: 'timeout', detail: '' },
  busy: { outcome: 'unavailable', upstream: 'gp-connect', reason: 'busy', detail: '' },
}
const demographics = soap.gender('F') + soap.birthTime('19700228') + soap.name('Amber', 'Quartz')
const post = (gateway: TestGateway, path: string, action: string, body: string, over: Partial<soap.Message> = {}) =>
  gateway.send(path, soap.envelope({ action, body, now: gateway.clock.now, ...over }))
const discovery = [
  ['/SOAP/iti47', soap.actions.iti47],
  ['/SOAP/iti55', soap.actions.iti55],
] as const

function* patientCases(): Generator<Case> {
  for (const [path, action] of discovery)
    for (const [outcome, answer] of Object.entries(patients))
      for (const [asked, parameters] of [
        ['number', soap.nhsId(number)],
        ['demographics', demographics],
        [
          'all',
          soap.gender('F') +
            soap.birthTime('19700228') +
            soap.nhsId(number) +
            soap.livingSubjectId(localRoot, 'E42') +
            soap.name('Amber', 'Quartz') +
            soap.scope(localRoot) +
            soap.address('RO1 1CK'),
        ],
      ] as const)
        yield {
          name: `${path.slice(6)} ${outcome}, asked by ${asked}`,
          answer: () => post(aGateway({ sources: fakeSources(answer) }), path, action, soap.patientQuery(parameters)),
        }
  const wrong: Record<string, string> = {
    'unknown scoping organisation': demographics + soap.scope('1.2.3.4.5.6'),
    'number with a wrong check digit': soap.nhsId('9999999990'),
    'no parameters': '',
    'two genders': soap.gender('F') + soap.gender('M'),
    'gender nobody knows': soap.gender('X Y'),
    'birth time that is none': soap.birthTime('yesterday'),
    'SQL and script in the name': soap.name("Robert'); DROP TABLE patient;--", '&lt;script&gt;alert(1)&lt;/script&gt;'),
    'parameter of another world': '<surprise xmlns="urn:other"/>',
    'local identifier nobody knows': soap.livingSubjectId(localRoot, 'nobody'),
  }
  for (const [path, action] of discovery) {
    for (const [what, parameters] of Object.entries(wrong))
      yield {
        name: `${path.slice(6)} ${what}`,
        answer: () =>
          post(aGateway({ sources: fakeSources({ outcome: 'none' }) }), path, action, soap.patientQuery(parameters)),
      }
    yield {
      name: `${path.slice(6)} sources break`,
      answer: () =>
        post(
          aGateway({
            sources: fakeSources(() => {
              throw new Error('broken')
            }),
          }),
          path,
          action,
          soap.patientQuery(demographics),
        ),
    }
    yield {
      name: `${path.slice(6)} not permitted to the community`,
      answer: () =>
        post(
          aGateway({ settings: { communities: [{ ...settings.communities[0]!, transactions: [] }] } }),
          path,
          action,
          soap.patientQuery(demographics),
        ),
    }
    yield {
      name: `${path.slice(6)} degree of match too high`,
      answer: () =>
        post(
          aGateway({ sources: fakeSources({ ...found(), score: 0.5 } as PatientAnswer) }),
          path,
          action,
          soap.patientQuery(
            demographics,
            '<matchCriterionList><minimumDegreeMatch><value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="INT" value="90"/><semanticsText>x</semanticsText></minimumDegreeMatch></matchCriterionList>',
          ),
        ),
    }
    yield {
      name: `${path.slice(6)} deferred priority and quantity of nothing`,
      answer: () => post(aGateway(), path, action, soap.patientQuery(demographics, '<initialQuantity value="0"/>')),
    }
  }
}

/** Two names find two people; one is given at first. */
const twoPeople = () =>
  aGateway({
    sources: fakeSources((query) =>
      found({ nhsNumber: nhsNumber(query.by === 'demographics' && query.demographics.family === 'Opal' ? 2 : 1) }),
    ),
  })
const twoNames = soap.patientQuery(
  soap.birthTime('19700228') + soap.name('Amber', 'Quartz') + soap.name('Amber', 'Opal'),
  '<initialQuantity value="1"/>',
)

function* continuationCases(): Generator<Case> {
  const steps: [string, string, string][] = [
    ['continued', soap.actions.continue, soap.continuation('waitContinuedQueryResponse', 1)],
    ['continued from the start', soap.actions.continue, soap.continuation('waitContinuedQueryResponse', 5, 1)],
    ['continued beyond the end', soap.actions.continue, soap.continuation('waitContinuedQueryResponse', 5, 9)],
    ['cancelled', soap.actions.cancel, soap.continuation('aborted', 0)],
  ]
  yield { name: 'iti47 first part', answer: () => post(twoPeople(), '/SOAP/iti47', soap.actions.iti47, twoNames) }
  for (const [name, action, body] of steps) {
    yield {
      name: `iti47 ${name}`,
      async answer() {
        const gateway = twoPeople()
        await post(gateway, '/SOAP/iti47', soap.actions.iti47, twoNames)
        return post(gateway, '/SOAP/iti47', action, body)
      },
    }
    yield {
      name: `iti47 ${name}, of a query nobody asked`,
      answer: () => post(aGateway(), '/SOAP/iti47', action, body),
    }
  }
}

function* queryCases(): Generator<Case> {
  const ask = (gateway: TestGateway, body: string) => post(gateway, '/SOAP/iti38', soap.actions.iti38, body)
  for (const [outcome, answer] of Object.entries(patients))
    yield {
      name: `iti38 ${outcome}`,
      answer: () => ask(aGateway({ sources: fakeSources(answer) }), soap.findDocuments(number)),
    }
  const bodies: Record<string, string> = {
    'object references': soap.findDocuments(number, soap.bothTypes, 'ObjectRef'),
    'stable only': soap.findDocuments(number, ''),
    'nothing passes': soap.findDocuments(number, soap.slot('$XDSDocumentEntryClassCode', "('none^^of.these')")),
    'no patient': soap.adhocQuery(soap.findDocumentsId, soap.approved),
    'no status': soap.adhocQuery(soap.findDocumentsId, soap.patientSlot(number)),
    'two times': soap.findDocuments(number, soap.slot('$XDSDocumentEntryCreationTimeFrom', '2020', '2021')),
    'bad value': soap.findDocuments(number, soap.slot('$XDSDocumentEntryClassCode', "('unclosed")),
    'another community': soap.adhocQuery(
      soap.findDocumentsId,
      soap.patientSlot(number) + soap.approved,
      'LeafClass',
      'urn:oid:1.2.3',
    ),
    'no home community': soap.adhocQuery(soap.getDocumentsId, soap.slot('$XDSDocumentEntryUniqueId', "('2.25.1')")),
    'documents nobody has': soap.adhocQuery(
      soap.getDocumentsId,
      soap.slot('$XDSDocumentEntryUniqueId', "('2.25.1')"),
      'LeafClass',
      home,
    ),
    'unknown query': soap.adhocQuery('urn:uuid:00000000-0000-4000-8000-000000000000', '', 'LeafClass', home),
    'an unknown identifier': soap.adhocQuery(soap.findDocumentsId, soap.patientSlot('E42', localRoot) + soap.approved),
    'a wrong check digit': soap.findDocuments('9999999990'),
    folders: soap.adhocQuery(
      'urn:uuid:958f3006-baad-4929-a4de-ff1114824431',
      soap.slot('$XDSFolderPatientId', `'${number}^^^&2.16.840.1.113883.2.1.4.1&ISO'`) +
        soap.slot('$XDSFolderStatus', "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"),
    ),
  }
  for (const [name, body] of Object.entries(bodies))
    yield { name: `iti38 ${name}`, answer: () => ask(aGateway(), body) }
  yield {
    name: 'iti38 in MTOM',
    answer: () => {
      const gateway = aGateway()
      return gateway.send(
        '/SOAP/iti38',
        soap.mtom(
          soap.envelope({ action: soap.actions.iti38, body: soap.findDocuments(number), now: gateway.clock.now }),
        ),
        soap.mtomType,
      )
    },
  }
  yield {
    name: 'iti38 after the document was fixed',
    async answer() {
      const gateway = aGateway()
      const listed = soap.uniqueIds(String((await ask(gateway, soap.findDocuments(number))).body))
      await post(gateway, '/SOAP/iti39', soap.actions.iti39, soap.retrieve([{ id: listed.stable[0]! }]))
      return ask(gateway, soap.findDocuments(number))
    },
  }
}

function* asynchronousCases(): Generator<Case> {
  const replyTo = 'https://ehr.example/answers'
  const bodies = {
    iti38: ['/SOAP/iti38', soap.actions.iti38, soap.findDocuments(number)],
    iti39: ['/SOAP/iti39', soap.actions.iti39, soap.retrieve([{ id: '2.25.1' }])],
    iti47: ['/SOAP/iti47', soap.actions.iti47, soap.patientQuery(demographics)],
    iti55: ['/SOAP/iti55', soap.actions.iti55, soap.patientQuery(demographics)],
  } as const
  for (const [name, [path, action, body]] of Object.entries(bodies))
    yield {
      name: `${name} asynchronous`,
      async answer() {
        const gateway = aGateway({ settings: { replyTo: [replyTo] } })
        await post(gateway, path, action, body, { replyTo })
        while (gateway.delivered.length === 0) await new Promise((resolve) => setImmediate(resolve))
        const [{ contentType, body: delivered }] = gateway.delivered as [TestGateway['delivered'][number]]
        return { status: 200, headers: { 'content-type': contentType }, body: delivered }
      },
    }
}

function* retrieveCases(): Generator<Case> {
  const listed = async (gateway: TestGateway) =>
    soap.uniqueIds(String((await post(gateway, '/SOAP/iti38', soap.actions.iti38, soap.findDocuments(number))).body))
  const packed = (gateway: TestGateway, body: string) =>
    gateway.send(
      '/SOAP/iti39',
      soap.mtom(soap.envelope({ action: soap.actions.iti39, body, now: gateway.clock.now })),
      soap.mtomType,
    )
  for (const [outcome, record] of Object.entries(records))
    for (const way of ['stable', 'onDemand'] as const)
      for (const encoding of ['MTOM', 'simple'] as const)
        yield {
          name: `iti39 ${outcome}, ${way}, ${encoding}`,
          async answer() {
            const gateway = aGateway({ sources: fakeSources(found(), record) })
            const body = soap.retrieve([{ id: (await listed(gateway))[way][0]! }])
            return encoding === 'MTOM' ? packed(gateway, body) : post(gateway, '/SOAP/iti39', soap.actions.iti39, body)
          },
        }
  const wrong = {
    'no home': { id: '2.25.1', home: null },
    'another community': { id: '2.25.1', home: 'urn:oid:1.2.3' },
    'another repository': { id: '2.25.1', repository: '1.2.3' },
    'no such document': { id: '2.25.1' },
  }
  for (const [name, one] of Object.entries(wrong))
    yield { name: `iti39 ${name}`, answer: () => packed(aGateway(), soap.retrieve([one])) }
  yield {
    name: 'iti39 both documents and one that is not there',
    async answer() {
      const gateway = aGateway()
      const { stable, onDemand } = await listed(gateway)
      return packed(gateway, soap.retrieve([{ id: stable[0]! }, { id: '2.25.1' }, { id: onDemand[0]! }]))
    },
  }
}

function* faultCases(): Generator<Case> {
  const body = soap.findDocuments(number)
  const good = () => {
    const gateway = aGateway()
    return { gateway, text: soap.envelope({ action: soap.actions.iti38, body, now: gateway.clock.now }) }
  }
  const changed: Record<string, (text: string) => string> = {
    'not XML': () => 'hello',
    empty: () => '',
    unclosed: (text) => text.slice(0, -20),
    'a document type': (text) => `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${text}`,
    'SOAP 1.1': (text) =>
      text.replaceAll('http://www.w3.org/2003/05/soap-envelope', 'http://schemas.xmlsoap.org/soap/envelope/'),
    'no Action': (text) => text.replace(/<a:Action.*?<\/a:Action>/, ''),
    'no MessageID': (text) => text.replace(/<a:MessageID.*?<\/a:MessageID>/, ''),
    'another Action': (text) => text.replace('CrossGatewayQuery', 'CrossGatewayRetrieve'),
    'another body': (text) => text.replaceAll('AdhocQueryRequest', 'AdhocQueryResponse'),
    'a foreign header to be understood': (text) =>
      text.replace('<a:To>', '<x:y xmlns:x="urn:x" s:mustUnderstand="1"/><a:To>'),
    'no security': (text) => text.replace(/<w:Security.*<\/w:Security>/s, ''),
    'an unsigned assertion': (text) => text.replace(/<ds:Signature.*<\/ds:Signature>/s, ''),
    'a changed assertion': (text) => text.replace('ajones', 'asmith'),
    'an answer elsewhere': (text) =>
      text.replace('http://www.w3.org/2005/08/addressing/anonymous', 'https://evil.example/'),
    'two bodies': (text) => text.replace('</s:Body>', '</s:Body><s:Body/>'),
  }
  for (const [name, change] of Object.entries(changed))
    yield {
      name: `fault ${name}`,
      answer: () => {
        const { gateway, text } = good()
        return gateway.send('/SOAP/iti38', change(text))
      },
    }
  for (const type of [
    'text/xml',
    'application/json',
    '',
    'multipart/related',
    'multipart/related; boundary=x; type="application/xop+xml"',
  ])
    yield {
      name: `fault content type ${type || 'none'}`,
      answer: () => {
        const { gateway, text } = good()
        return gateway.send('/SOAP/iti38', text, type)
      },
    }
  yield {
    name: 'fault MTOM unclosed',
    answer: () => {
      const { gateway, text } = good()
      return gateway.send('/SOAP/iti38', soap.mtom(text).replace('--b1--', ''), soap.mtomType)
    },
  }
  yield {
    name: 'fault MTOM wrong start',
    answer: () => {
      const { gateway, text } = good()
      return gateway.send('/SOAP/iti38', soap.mtom(text), soap.mtomType.replace('root@ehr', 'other@ehr'))
    },
  }
  yield { name: 'fault too large', answer: () => aGateway().send('/SOAP/iti38', Buffer.alloc(1_000_001, 32)) }
}

export const cases: readonly Case[] = [
  ...patientCases(),
  ...continuationCases(),
  ...queryCases(),
  ...asynchronousCases(),
  ...retrieveCases(),
  ...faultCases(),
]

/** An answer as the judge reads it: bare XML, or an HTTP message where it is a MIME package. */
export function asFile({ headers = {}, body = '' }: HttpResponse): { extension: string; bytes: Buffer } {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(String(body))
  const type = headers['content-type'] ?? ''
  if (!type.startsWith('multipart/')) return { extension: 'xml', bytes }
  return {
    extension: 'http',
    bytes: Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nMIME-Version: 1.0\r\nContent-Type: ${type}\r\n\r\n`), bytes]),
  }
}
