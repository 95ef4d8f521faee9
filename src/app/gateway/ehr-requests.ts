import { nhsNumberCx } from '../../services/ihe-gateway/identifiers.ts'
import { ts } from '../../services/ihe-gateway/times.ts'
import { availabilityStatus, objectType, query, rim, storedQuery, xdsb } from '../../standards/ihe/ebxml/names.ts'
import { hl7 } from '../../standards/ihe/hl7v3/data-types.ts'
import { addressing, anonymous, saml2, soap12, wsse } from '../../standards/ihe/soap/namespaces.ts'
import { writeAssertion } from '../../standards/ihe/saml/write.ts'
import { type Xml, xml } from '../../standards/ihe/tree.ts'
import { nhsNumberOid } from '../../standards/nhs/nhs-number.ts'
import { serialise } from '../../standards/xml/serialise.ts'
import type { LocalIssuer } from './local-issuer.ts'
import { type LocalConsumer, local } from './local-settings.ts'

/** The requests an EHR sends, from the EHR's side: to try a gateway with. */
export type EhrTools = {
  readonly issuer: LocalIssuer
  readonly consumer: LocalConsumer
  readonly now: Date
  readonly ids: () => string
}
export type EhrRequest = { readonly path: string; readonly text: string }
export type DocumentName = {
  readonly home: string
  readonly repositoryUniqueId: string
  readonly documentUniqueId: string
}

/** Whom an assertion of this machine's issuer lets ask: a made doctor of the simulated hospital. */
export function localAssertion({ issuer, consumer, now, ids }: EhrTools): string {
  return writeAssertion(
    {
      id: `_${ids()}`,
      issuer: issuer.issuer,
      subject: 'dr.example',
      audience: local.audience,
      issuedAt: new Date(now.getTime() - 1000),
      notOnOrAfter: new Date(now.getTime() + 3_600_000),
      name: 'Dr Erin Example',
      organisation: consumer.name,
      organisationId: consumer.odsCode,
      homeCommunityId: consumer.communities[0] ?? '',
      role: { code: '158965000', system: '2.16.840.1.113883.6.96', display: 'Medical practitioner' },
      purposeOfUse: { code: 'TREATMENT', system: '2.16.840.1.113883.3.18.7.1', display: 'Treatment' },
    },
    issuer.privateKey,
  )
}

/** `iti47` and `iti55`: who is this NHS number? */
export function discoveryRequest(tools: EhrTools, transaction: 'iti47' | 'iti55', nhsNumber: string): EhrRequest {
  const device = (role: string, typeCode: string, root: string) =>
    xml(role, { typeCode }, xml('device', { classCode: 'DEV', determinerCode: 'INSTANCE' }, xml('id', { root })))
  const body = xml(
    'PRPA_IN201305UV02',
    { xmlns: hl7, ITSVersion: 'XML_1.0' },
    xml('id', { root: tools.ids() }),
    xml('creationTime', { value: ts(tools.now) }),
    xml('interactionId', { root: '2.16.840.1.113883.1.6', extension: 'PRPA_IN201305UV02' }),
    xml('processingCode', { code: 'P' }),
    xml('processingModeCode', { code: 'T' }),
    xml('acceptAckCode', { code: 'AL' }),
    device('receiver', 'RCV', local.deviceId),
    device('sender', 'SND', local.patientIdRoot),
    xml(
      'controlActProcess',
      { classCode: 'CACT', moodCode: 'EVN' },
      xml('code', { code: 'PRPA_TE201305UV02', codeSystem: '2.16.840.1.113883.1.6' }),
      xml(
        'queryByParameter',
        {},
        xml('queryId', { root: tools.ids() }),
        xml('statusCode', { code: 'new' }),
        xml('responseModalityCode', { code: 'R' }),
        xml('responsePriorityCode', { code: 'I' }),
        xml(
          'parameterList',
          {},
          xml(
            'livingSubjectId',
            {},
            xml('value', { root: nhsNumberOid, extension: nhsNumber }),
            xml('semanticsText', {}, 'LivingSubject.id'),
          ),
        ),
      ),
    ),
  )
  const action = `urn:hl7-org:v3:PRPA_IN201305UV02${transaction === 'iti55' ? ':CrossGatewayPatientDiscovery' : ''}`
  return { path: `/SOAP/${transaction}`, text: envelope(tools, action, body) }
}

/** `iti38`: which documents are there, of either kind? */
export function queryRequest(tools: EhrTools, nhsNumber: string): EhrRequest {
  const slot = (name: string, ...values: string[]) =>
    xml(
      'Slot',
      { name },
      xml(
        'ValueList',
        {},
        values.map((value) => xml('Value', {}, value)),
      ),
    )
  const body = xml(
    'query:AdhocQueryRequest',
    { 'xmlns:query': query },
    xml('query:ResponseOption', { returnComposedObjects: 'true', returnType: 'LeafClass' }),
    xml(
      'AdhocQuery',
      { xmlns: rim, id: storedQuery.findDocuments },
      slot('$XDSDocumentEntryPatientId', `'${nhsNumberCx(nhsNumber)}'`),
      slot('$XDSDocumentEntryStatus', `('${availabilityStatus.approved}')`),
      slot('$XDSDocumentEntryType', `('${objectType.stable}','${objectType.onDemand}')`),
    ),
  )
  return { path: '/SOAP/iti38', text: envelope(tools, 'urn:ihe:iti:2007:CrossGatewayQuery', body) }
}

/** `iti39`: this document. */
export function retrieveRequest(tools: EhrTools, document: DocumentName): EhrRequest {
  const body = xml(
    'RetrieveDocumentSetRequest',
    { xmlns: xdsb },
    xml(
      'DocumentRequest',
      {},
      xml('HomeCommunityId', {}, document.home),
      xml('RepositoryUniqueId', {}, document.repositoryUniqueId),
      xml('DocumentUniqueId', {}, document.documentUniqueId),
    ),
  )
  return { path: '/SOAP/iti39', text: envelope(tools, 'urn:ihe:iti:2007:CrossGatewayRetrieve', body) }
}

function envelope(tools: EhrTools, action: string, body: Xml): string {
  const mustUnderstand = { 'env:mustUnderstand': '1' }
  const assertion = localAssertion(tools)
  const text = serialise(
    xml(
      'env:Envelope',
      { 'xmlns:env': soap12, 'xmlns:wsa': addressing },
      xml(
        'env:Header',
        {},
        xml('wsa:Action', mustUnderstand, action),
        xml('wsa:MessageID', {}, `urn:uuid:${tools.ids()}`),
        xml('wsa:ReplyTo', {}, xml('wsa:Address', {}, anonymous)),
        xml('wsa:To', {}, 'urn:weft:gateway'),
        xml(
          'wsse:Security',
          { 'xmlns:wsse': wsse, ...mustUnderstand },
          xml('saml2:Assertion', { 'xmlns:saml2': saml2 }),
        ),
      ),
      xml('env:Body', {}, body),
    ),
  )
  // What was signed goes in as it stands.
  return text.replace(`<saml2:Assertion xmlns:saml2="${saml2}"/>`, () => assertion)
}
