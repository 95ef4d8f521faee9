import { randomUUID } from 'node:crypto'
import { assertion, home, repository } from './gateway.ts'

export type Message = {
  action: string
  body: string
  now: Date
  messageId?: string
  replyTo?: string
  security?: string
}

export const envelope = ({
  action,
  body,
  now,
  messageId = `urn:uuid:${randomUUID()}`,
  replyTo = 'http://www.w3.org/2005/08/addressing/anonymous',
  security,
}: Message) =>
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>
<a:Action s:mustUnderstand="1">${action}</a:Action><a:MessageID>${messageId}</a:MessageID><a:ReplyTo><a:Address>${replyTo}</a:Address></a:ReplyTo><a:To>https://gateway.example/SOAP</a:To>
<w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" s:mustUnderstand="1">${security ?? assertion(now)}</w:Security>
</s:Header><s:Body>${body}</s:Body></s:Envelope>`

export const actions = {
  iti47: 'urn:hl7-org:v3:PRPA_IN201305UV02',
  continue: 'urn:hl7-org:v3:QUQI_IN000003UV01_Continue',
  cancel: 'urn:hl7-org:v3:QUQI_IN000003UV01_Cancel',
  iti55: 'urn:hl7-org:v3:PRPA_IN201305UV02:CrossGatewayPatientDiscovery',
  iti38: 'urn:ihe:iti:2007:CrossGatewayQuery',
  iti39: 'urn:ihe:iti:2007:CrossGatewayRetrieve',
}

const transmission = (interaction: string) => `<id root="1.2.840.114350.1.13.0.1.7.1.1" extension="35423"/>
<creationTime value="20260301120000"/><interactionId root="2.16.840.1.113883.1.6" extension="${interaction}"/>
<processingCode code="T"/><processingModeCode code="T"/><acceptAckCode code="AL"/>
<receiver typeCode="RCV"><device classCode="DEV" determinerCode="INSTANCE"><id root="1.2.826.0.1.3680043.10.999.3"/></device></receiver>
<sender typeCode="SND"><device classCode="DEV" determinerCode="INSTANCE"><id root="1.2.840.114350.1.13.999.234"/></device></sender>`

export const queryId = '<queryId root="1.2.840.114350.1.13.28.1.18.5.999" extension="18204"/>'
export const patientQuery = (
  parameters: string,
  before = '',
) => `<PRPA_IN201305UV02 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0">${transmission('PRPA_IN201305UV02')}
<controlActProcess classCode="CACT" moodCode="EVN"><code code="PRPA_TE201305UV02" codeSystem="2.16.840.1.113883.1.6"/>
<queryByParameter>${queryId}<statusCode code="new"/><responseModalityCode code="R"/><responsePriorityCode code="I"/>${before}<parameterList>${parameters}</parameterList></queryByParameter>
</controlActProcess></PRPA_IN201305UV02>`

export const continuation = (
  statusCode: string,
  quantity: number,
  start?: number,
) => `<QUQI_IN000003UV01 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0">${transmission('QUQI_IN000003UV01')}
<controlActProcess classCode="CACT" moodCode="EVN"><code code="PRPA_TE000003UV01" codeSystem="2.16.840.1.113883.1.6"/><queryContinuation>${queryId}
${start ? `<startResultNumber value="${start}"/>` : ''}<continuationQuantity value="${quantity}"/><statusCode code="${statusCode}"/></queryContinuation></controlActProcess></QUQI_IN000003UV01>`

export const livingSubjectId = (root: string, extension: string) =>
  `<livingSubjectId><value root="${root}" extension="${extension}"/><semanticsText>LivingSubject.id</semanticsText></livingSubjectId>`
export const nhsId = (number: string) => livingSubjectId('2.16.840.1.113883.2.1.4.1', number)
export const gender = (code: string) =>
  `<livingSubjectAdministrativeGender><value code="${code}"/><semanticsText>LivingSubject.administrativeGender</semanticsText></livingSubjectAdministrativeGender>`
export const birthTime = (value: string) =>
  `<livingSubjectBirthTime><value value="${value}"/><semanticsText>LivingSubject.birthTime</semanticsText></livingSubjectBirthTime>`
export const name = (given: string, family: string) =>
  `<livingSubjectName><value><given>${given}</given><family>${family}</family></value><semanticsText>LivingSubject.name</semanticsText></livingSubjectName>`
export const scope = (root: string) =>
  `<otherIDsScopingOrganization><value root="${root}"/><semanticsText>OtherIDs.scopingOrganization.id</semanticsText></otherIDsScopingOrganization>`
export const address = (postcode: string) =>
  `<patientAddress><value><postalCode>${postcode}</postalCode></value><semanticsText>Patient.addr</semanticsText></patientAddress>`

export const slot = (name: string, ...values: string[]) =>
  `<Slot name="${name}"><ValueList>${values.map((value) => `<Value>${value.replaceAll('&', '&amp;')}</Value>`).join('')}</ValueList></Slot>`
export const adhocQuery = (id: string, slots: string, returnType = 'LeafClass', at: string | undefined = undefined) =>
  `<q:AdhocQueryRequest xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"><q:ResponseOption returnComposedObjects="true" returnType="${returnType}"/>
<AdhocQuery xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0" id="${id}"${at ? ` home="${at}"` : ''}>${slots}</AdhocQuery></q:AdhocQueryRequest>`

export const findDocumentsId = 'urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d'
export const getDocumentsId = 'urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4'
export const bothTypes = slot(
  '$XDSDocumentEntryType',
  "('urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1','urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248')",
)
export const approved = slot('$XDSDocumentEntryStatus', "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')")
export const patientSlot = (number: string, root = '2.16.840.1.113883.2.1.4.1') =>
  slot('$XDSDocumentEntryPatientId', `'${number}^^^&${root}&ISO'`)
export const findDocuments = (number: string, more = bothTypes, returnType = 'LeafClass') =>
  adhocQuery(findDocumentsId, patientSlot(number) + approved + more, returnType)

export const retrieve = (documents: readonly { id: string; repository?: string; home?: string | null }[]) =>
  `<RetrieveDocumentSetRequest xmlns="urn:ihe:iti:xds-b:2007">${documents
    .map(
      (one) =>
        `<DocumentRequest>${one.home === null ? '' : `<HomeCommunityId>${one.home ?? home}</HomeCommunityId>`}<RepositoryUniqueId>${one.repository ?? repository}</RepositoryUniqueId><DocumentUniqueId>${one.id}</DocumentUniqueId></DocumentRequest>`,
    )
    .join('')}</RetrieveDocumentSetRequest>`

export const mtomType =
  'multipart/related; boundary="b1"; type="application/xop+xml"; start="<root@ehr>"; start-info="application/soap+xml"'
export const mtom = (soap: string) =>
  `--b1\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <root@ehr>\r\n\r\n${soap}\r\n--b1--\r\n`

/** uniqueIds of the entries in an answer of ITI-38, stable ones and on-demand ones. */
export function uniqueIds(answer: string): { stable: string[]; onDemand: string[] } {
  const of = (type: string) =>
    answer
      .split('<rim:ExtrinsicObject')
      .slice(1)
      .filter((one) => one.includes(type))
      .map((one) => /2e82c1f6-a085-4c72-9da3-8640a32e42ab" value="([^"]+)"/.exec(one)![1]!)
  return { stable: of('7edca82f-054d'), onDemand: of('34268e47-fdf5') }
}
