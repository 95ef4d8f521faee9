import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  aGateway,
  aPatient,
  aRecord,
  assertion,
  fakeSources,
  found,
  localRoot,
  nhsNumber,
  settings,
  type TestGateway,
} from '../../../test/builders/gateway.ts'
import type { RecordAnswer } from './sources/port.ts'
import * as soap from '../../../test/builders/soap.ts'
import { readXml } from '../../standards/xml/read.ts'
import { until } from '../../../test/harness/until.ts'

const number = nhsNumber(1)
const post = async (
  gateway: TestGateway,
  path: string,
  action: string,
  body: string,
  over: Partial<soap.Message> = {},
) => {
  const { status, body: answer } = await gateway.send(
    path,
    soap.envelope({ action, body, now: gateway.clock.now, ...over }),
  )
  return { status, text: String(answer) }
}
const find = (gateway: TestGateway, body = soap.findDocuments(number), over = {}) =>
  post(gateway, '/SOAP/iti38', soap.actions.iti38, body, over)
const fetch = (gateway: TestGateway, ...ids: string[]) =>
  post(gateway, '/SOAP/iti39', soap.actions.iti39, soap.retrieve(ids.map((id) => ({ id }))))
const document = (text: string) => Buffer.from(/<ihe:Document>([^<]+)</.exec(text)![1]!, 'base64')

test('an answer relates to its question, with the response action to be understood', async () => {
  const { status, text } = await find(aGateway(), undefined, {
    messageId: 'urn:uuid:0fbfdced-6c01-4d09-a110-2201afedaa02',
  })
  assert.equal(status, 200)
  assert.match(text, /<wsa:Action env:mustUnderstand="1">urn:ihe:iti:2007:CrossGatewayQueryResponse</)
  assert.match(text, /<wsa:RelatesTo>urn:uuid:0fbfdced-6c01-4d09-a110-2201afedaa02</)
})

test('a consumer that names no types sees the stable document, one that asks for both sees both', async () => {
  const gateway = aGateway()
  assert.deepEqual(soap.uniqueIds((await find(gateway, soap.findDocuments(number, ''))).text).onDemand, [])
  const { stable, onDemand } = soap.uniqueIds((await find(gateway)).text)
  assert.equal(stable.length, 1)
  assert.equal(onDemand.length, 1)
})

test('a delayed document has no size until it is retrieved, and then its real size and hash for good', async () => {
  const gateway = aGateway()
  const before = (await find(gateway)).text
  const id = soap.uniqueIds(before).stable[0]!
  assert.match(before, /da39a3ee5e6b4b0d3255bfef95601890afd80709/)
  const bytes = document((await fetch(gateway, id)).text)
  const after = (await find(gateway)).text
  assert.match(after, new RegExp(createHash('sha1').update(bytes).digest('hex')))
  assert.match(after, new RegExp(`<rim:Slot name="size"><rim:ValueList><rim:Value>${bytes.length}<`))
  assert.deepEqual(soap.uniqueIds(after).stable, [id])
  gateway.clock.now = new Date(gateway.clock.now.getTime() + 60_000)
  assert.deepEqual(document((await fetch(gateway, id)).text), bytes)
})

test('a fixed document that is no longer kept is built again with the same bytes, or not given at all', async () => {
  let content = 'as it was'
  const gateway = aGateway({ cache: false, content: () => content })
  const id = soap.uniqueIds((await find(gateway)).text).stable[0]!
  const bytes = document((await fetch(gateway, id)).text)
  gateway.clock.now = new Date(gateway.clock.now.getTime() + 60_000)
  assert.deepEqual(document((await fetch(gateway, id)).text), bytes)
  content = 'as it is now'
  assert.match((await fetch(gateway, id)).text, /XDSDocumentUniqueIdError/)
  const next = soap.uniqueIds((await find(gateway)).text).stable[0]!
  assert.notEqual(next, id)
  assert.match(document((await fetch(gateway, next)).text).toString(), /as it is now/)
})

test('an on-demand entry gives a document with an id of its own', async () => {
  const gateway = aGateway()
  const id = soap.uniqueIds((await find(gateway)).text).onDemand[0]!
  const { text } = await fetch(gateway, id)
  const fresh = /<ihe:NewDocumentUniqueId>([^<]+)</.exec(text)?.[1]
  assert.ok(fresh && fresh !== id)
  assert.doesNotMatch(text, /NewRepositoryUniqueId/)
})

test('an incomplete record is given, and said to be incomplete, also from the cache', async () => {
  const record = aRecord() as Extract<RecordAnswer, { outcome: 'record' }>
  const warnings = [{ warning: 'confidential-items', list: '886921000000105', text: '' }] as const
  const sources = fakeSources(found(), { ...record, warnings })
  const gateway = aGateway({ sources })
  const id = soap.uniqueIds((await find(gateway)).text).stable[0]!
  for (let times = 0; times < 2; times++)
    assert.match(
      (await fetch(gateway, id)).text,
      /:Success">.*severity="[^"]*:Warning"|:Success".*The record is incomplete: Items are left out/,
    )
  assert.equal(sources.asked.records, 1)
})

test('fifty who ask for one document at once cause one question to the practice', async () => {
  const sources = fakeSources()
  const gateway = aGateway({ sources })
  const id = soap.uniqueIds((await find(gateway)).text).stable[0]!
  const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(gateway, id)))
  const bytes = new Set(answers.map(({ text }) => document(text).toString()))
  assert.equal(bytes.size, 1)
  assert.equal(sources.asked.records, 1)
})

test('after its lifetime a delayed document is deprecated, and another one offered', async () => {
  const gateway = aGateway()
  const first = soap.uniqueIds((await find(gateway)).text).stable
  gateway.clock.now = new Date(gateway.clock.now.getTime() + 14_401_000)
  const second = soap.uniqueIds((await find(gateway)).text).stable
  assert.notDeepEqual(first, second)
  const deprecated = soap.findDocuments(number, soap.bothTypes).replace('StatusType:Approved', 'StatusType:Deprecated')
  assert.deepEqual(soap.uniqueIds((await find(gateway, deprecated)).text).stable, first)
})

test('a document that was offered to one community is unknown to another', async () => {
  const other = { ...settings.communities[0]!, id: 'urn:oid:1.2.3.4', patientIdRoots: [] }
  const gateway = aGateway({
    settings: {
      communities: [...settings.communities, other],
      xua: {
        ...settings.xua,
        issuers: [{ ...settings.xua.issuers[0]!, communities: [settings.communities[0]!.id, other.id] }],
      },
    },
  })
  const id = soap.uniqueIds((await find(gateway)).text).stable[0]!
  const answer = await post(gateway, '/SOAP/iti39', soap.actions.iti39, soap.retrieve([{ id }]), {
    security: assertion(gateway.clock.now, { homeCommunityId: 'urn:oid:1.2.3.4' }),
  })
  assert.match(answer.text, /XDSDocumentUniqueIdError/)
})

test('documents of two patients in one retrieve are refused', async () => {
  const gateway = aGateway({
    sources: fakeSources((query) =>
      found({ nhsNumber: (query.by === 'nhs-number' ? query.nhsNumber : number) as never }),
    ),
  })
  const one = soap.uniqueIds((await find(gateway)).text).stable[0]!
  const two = soap.uniqueIds((await find(gateway, soap.findDocuments(nhsNumber(2)))).text).stable[0]!
  assert.match((await fetch(gateway, one, two)).text, /XDSResultNotSinglePatient/)
})

test('GetDocuments gives the entry of an id, where the community is named', async () => {
  const gateway = aGateway()
  const [id] = soap.uniqueIds((await find(gateway)).text).stable
  const body = soap.adhocQuery(
    soap.getDocumentsId,
    soap.slot('$XDSDocumentEntryUniqueId', `('${id}')`),
    'LeafClass',
    settings.homeCommunityId,
  )
  assert.deepEqual(soap.uniqueIds((await find(gateway, body)).text).stable, [id])
})

test('an identifier of the EHR’s is remembered when the patient is found, and stands for the patient from then on', async () => {
  const sources = fakeSources()
  const gateway = aGateway({ sources })
  const parameters = soap.birthTime('19700228') + soap.livingSubjectId(localRoot, 'E42') + soap.name('Amber', 'Quartz')
  await post(gateway, '/SOAP/iti55', soap.actions.iti55, soap.patientQuery(parameters))
  const answer = await post(
    gateway,
    '/SOAP/iti47',
    soap.actions.iti47,
    soap.patientQuery(soap.livingSubjectId(localRoot, 'E42')),
  )
  assert.deepEqual(sources.asked.patient.at(-1), { by: 'nhs-number', nhsNumber: number })
  assert.match(answer.text, /<asOtherIDs classCode="PAT"><id root="1.2.840.114350.1.13.999.7" extension="E42"\/>/)
  const documents = await find(
    gateway,
    soap.adhocQuery(soap.findDocumentsId, soap.patientSlot('E42', localRoot) + soap.approved),
  )
  assert.match(documents.text, /value="E42\^\^\^&amp;1.2.840.114350.1.13.999.7&amp;ISO"/)
})

test('what the query says of the patient reaches the sources', async () => {
  const sources = fakeSources()
  const parameters =
    soap.gender('F') + soap.birthTime('197002') + soap.name('Amber', 'Quartz') + soap.address('RO1 1CK')
  await post(aGateway({ sources }), '/SOAP/iti47', soap.actions.iti47, soap.patientQuery(parameters))
  assert.deepEqual(sources.asked.patient, [
    {
      by: 'demographics',
      demographics: {
        family: 'Quartz',
        given: ['Amber'],
        gender: 'female',
        birthDate: { from: '1970-02-01', to: '1970-02-28' },
        postcode: 'RO1 1CK',
      },
    },
  ])
})

test('two NHS numbers that must both be the patient’s are nobody’s, and nobody is asked', async () => {
  const sources = fakeSources()
  const { text } = await post(
    aGateway({ sources }),
    '/SOAP/iti55',
    soap.actions.iti55,
    soap.patientQuery(soap.nhsId(number) + soap.nhsId(nhsNumber(2))),
  )
  assert.match(text, /queryResponseCode code="NF"/)
  assert.deepEqual(sources.asked.patient, [])
})

test('an assertion comes once; where it may come until it expires, a message still comes once', async () => {
  const gateway = aGateway()
  const security = assertion(gateway.clock.now)
  assert.equal((await find(gateway, undefined, { security })).status, 200)
  assert.match((await find(gateway, undefined, { security })).text, /FailedAuthentication.*has been used before/)
  const lenient = aGateway({ settings: { xua: { ...settings.xua, assertionUse: 'until-expiry' } } })
  const messageId = 'urn:uuid:0fbfdced-6c01-4d09-a110-2201afedaa02'
  assert.equal((await find(lenient, undefined, { security, messageId })).status, 200)
  assert.equal((await find(lenient, undefined, { security })).status, 200)
  assert.equal((await find(lenient, undefined, { security, messageId })).status, 400)
})

test('an assertion that is written otherwise comes once all the same', async () => {
  const gateway = aGateway()
  const security = assertion(gateway.clock.now)
  assert.equal((await find(gateway, undefined, { security })).status, 200)
  // All this is canonicalised away: the signature holds.
  for (const again of [
    security.replaceAll(/="([^"']*)"/g, "='$1'"),
    security.replace('ajones', 'a<!-- -->jones'),
    security.replace('<saml2:Assertion', '<saml2:Assertion xmlns:other="urn:other"'),
    security.replace('</ds:Signature>', '<ds:KeyInfo/></ds:Signature>'),
  ])
    assert.match((await find(gateway, undefined, { security: again })).text, /has been used before/)
})

test('an assertion that was verified once is not believed with a word changed, nor after its time', async () => {
  const gateway = aGateway({ settings: { xua: { ...settings.xua, assertionUse: 'until-expiry' } } })
  const security = assertion(gateway.clock.now)
  assert.equal((await find(gateway, undefined, { security })).status, 200)
  assert.equal((await find(gateway, undefined, { security })).status, 200)
  for (const [from, to] of [
    ['ajones', 'asmith'],
    ['TREATMENT', 'RESEARCH'],
  ] as const)
    assert.match((await find(gateway, undefined, { security: security.replace(from, to) })).text, /does not hold/)
  assert.match((await find(gateway, undefined, { security: security + security })).text, /More than one Assertion/)
  gateway.clock.now = new Date(gateway.clock.now.getTime() + 400_000)
  assert.match((await find(gateway, undefined, { security })).text, /expired/)
})

test('an issuer speaks for its own communities only', async () => {
  const gateway = aGateway()
  const answer = await find(gateway, undefined, {
    security: assertion(gateway.clock.now, { homeCommunityId: 'urn:oid:1.2.3' }),
  })
  assert.match(answer.text, /does not speak for the community/)
})

test('a purpose that is not permitted is answered in the transaction’s own way, and the sources are not asked', async () => {
  const sources = fakeSources()
  const gateway = aGateway({ sources })
  const security = assertion(gateway.clock.now, { purposeOfUse: { code: 'MARKETING' } })
  assert.match((await find(gateway, undefined, { security })).text, /XDSRegistryError.*purpose of use is not permitted/)
  assert.deepEqual(sources.asked.patient, [])
})

test('an asynchronous answer goes to an allowed address, on its own, related to the question', async () => {
  const replyTo = 'https://ehr.example/async'
  const gateway = aGateway({ settings: { replyTo: [replyTo] } })
  assert.equal((await find(gateway, undefined, { replyTo, messageId: 'urn:uuid:1' })).status, 202)
  await until('it is delivered', () => gateway.delivered.length > 0)
  const [delivered] = gateway.delivered
  assert.equal(delivered?.address, replyTo)
  assert.match(
    String(delivered?.body),
    /<wsa:RelatesTo>urn:uuid:1<.*<wsa:To env:mustUnderstand="1">https:\/\/ehr.example\/async</,
  )
})

test('every request leaves an audit message: answered, failed, or refused at the door', async () => {
  const gateway = aGateway({
    sources: fakeSources({ outcome: 'restricted', demographics: aPatient({ restricted: true }) }),
  })
  await find(gateway)
  await find(gateway, undefined, { security: '<none/>' })
  await gateway.send('/SOAP/iti38', 'nonsense')
  const [answered, refused, nonsense] = gateway.log.records
  assert.equal(answered?.transaction, 'ITI-38')
  assert.match(
    answered?.auditMessage ?? '',
    /csd-code="110112".*ITI-38.*PurposeOfUse csd-code="TREATMENT".*&lt;ajones@https:\/\/ehr.example\/idp>|&lt;ajones@/,
  )
  assert.match(answered?.auditMessage ?? '', new RegExp(`${number}\\^\\^\\^&amp;2.16.840.1.113883.2.1.4.1&amp;ISO`))
  assert.equal(refused?.transaction, 'authentication')
  assert.match(refused?.auditMessage ?? '', /110114/)
  assert.match(nonsense?.outcome ?? '', /^fault/)
})

test('the audit repeats what was asked as it was written, and never the assertion it came with', async () => {
  const gateway = aGateway()
  await find(gateway)
  await post(gateway, '/SOAP/iti47', soap.actions.iti47, soap.patientQuery(soap.nhsId(number)))
  await gateway.send(
    '/SOAP/iti38',
    soap.mtom(soap.envelope({ action: soap.actions.iti38, body: soap.findDocuments(number), now: gateway.clock.now })),
    soap.mtomType,
  )
  const asked = gateway.log.records.map(({ auditMessage }) =>
    Buffer.from(/<ParticipantObjectQuery>([^<]*)/.exec(auditMessage)?.[1] ?? '', 'base64').toString(),
  )
  const names = asked.map((text) => readXml(text).local)
  assert.deepEqual(names, ['AdhocQueryRequest', 'queryByParameter', 'AdhocQueryRequest'])
  for (const text of asked) {
    assert.match(text, new RegExp(number))
    assert.doesNotMatch(text, /Assertion|Signature|Envelope/)
  }
})

test('the log names no patient, no user and no content', async () => {
  const gateway = aGateway()
  await find(gateway)
  await fetch(gateway, soap.uniqueIds((await find(gateway)).text).stable[0]!)
  await post(
    gateway,
    '/SOAP/iti55',
    soap.actions.iti55,
    soap.patientQuery(soap.nhsId(number) + soap.name('Amber', 'Quartz')),
  )
  await gateway.send('/SOAP/iti38', `<a>${number}</b>`)
  const text = JSON.stringify(gateway.lines)
  assert.deepEqual(
    gateway.log.records.map(({ outcome }) => outcome),
    ['found', 'found', 'retrieved', 'found', 'fault: Sender'],
  )
  assert.equal(gateway.lines.length, 5)
  for (const secret of [number, 'Quartz', 'Amber', 'Jones', 'ajones', 'Envelope', 'Assertion>', 'A record'])
    assert.ok(!text.includes(secret), secret)
})
