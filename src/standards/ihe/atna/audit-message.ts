import { Buffer } from 'node:buffer'
import { serialise } from '../../xml/serialise.ts'
import { type Xml, xml } from '../tree.ts'

/** One transaction as audit sees it. ITI TF-2 3.20; DICOM PS3.15 A.5; the tables "Security Audit Considerations" of each transaction. */
export type AuditEvent = {
  readonly transaction: AuditedTransaction | 'authentication'
  readonly at: Date
  readonly outcome: 'success' | 'minor-failure' | 'serious-failure' | 'major-failure'
  /** No clinical content; what a person reading the audit should know. */
  readonly description?: string
  readonly purposeOfUse?: AuditCode
  /** The consumer or initiating gateway. */
  readonly source: { readonly userId: string; readonly address: string | undefined }
  /** The person, from the assertion. */
  readonly user?: { readonly alias?: string; readonly name: string; readonly issuer: string; readonly role?: AuditCode }
  /** This gateway. */
  readonly destination: { readonly userId: string; readonly process: string; readonly address: string }
  readonly auditSource: { readonly id: string; readonly enterpriseSiteId: string }
  /** CX. */
  readonly patients: readonly string[]
  readonly query?: { readonly id: string; readonly payload: Buffer; readonly homeCommunityId?: string }
  readonly documents: readonly {
    readonly uniqueId: string
    readonly repositoryUniqueId: string
    readonly homeCommunityId: string
  }[]
}
export type AuditedTransaction = 'ITI-38' | 'ITI-39' | 'ITI-47' | 'ITI-55'
export type AuditCode = { readonly code: string; readonly system?: string; readonly display?: string }

const outcomes = { success: '0', 'minor-failure': '4', 'serious-failure': '8', 'major-failure': '12' } as const
const titles = {
  'ITI-38': 'Cross Gateway Query',
  'ITI-39': 'Cross Gateway Retrieve',
  'ITI-47': 'Patient Demographics Query',
  'ITI-55': 'Cross Gateway Patient Discovery',
} as const

export function auditMessage(event: AuditEvent): string {
  return serialise(
    xml(
      'AuditMessage',
      {},
      identification(event),
      activeParticipants(event),
      xml(
        'AuditSourceIdentification',
        { AuditEnterpriseSiteID: event.auditSource.enterpriseSiteId, AuditSourceID: event.auditSource.id },
        xml('AuditSourceTypeCode', {
          'csd-code': '4',
          codeSystemName: 'DCM',
          originalText: 'Application Server process or thread',
        }),
      ),
      event.patients.map((id) => participantObject(id, '1', '1', coded('2', 'RFC-3881', 'Patient Number'))),
      event.query && queryObject(event, event.query),
      event.documents.map((document) =>
        participantObject(document.uniqueId, '2', '3', coded('9', 'RFC-3881', 'Report Number'), [
          detail('Repository Unique Id', document.repositoryUniqueId),
          detail('ihe:homeCommunityID', document.homeCommunityId),
        ]),
      ),
    ),
  )
}

function identification(event: AuditEvent): Xml {
  const { transaction, purposeOfUse } = event
  const [action, id, typeCode] =
    transaction === 'authentication'
      ? ['E', code('EventID', '110114', 'DCM', 'User Authentication'), code('EventTypeCode', '110122', 'DCM', 'Login')]
      : [
          transaction === 'ITI-39' ? 'R' : 'E',
          transaction === 'ITI-39'
            ? code('EventID', '110106', 'DCM', 'Export')
            : code('EventID', '110112', 'DCM', 'Query'),
          code('EventTypeCode', transaction, 'IHE Transactions', titles[transaction]),
        ]
  return xml(
    'EventIdentification',
    { EventActionCode: action, EventDateTime: event.at.toISOString(), EventOutcomeIndicator: outcomes[event.outcome] },
    id,
    typeCode,
    event.description === undefined ? undefined : xml('EventOutcomeDescription', {}, event.description),
    purposeOfUse &&
      code('PurposeOfUse', purposeOfUse.code, purposeOfUse.system ?? '', purposeOfUse.display ?? purposeOfUse.code),
  )
}

/** In a query the asker is the source; in a retrieve what flows is the document, so the source is this gateway. */
function activeParticipants(event: AuditEvent): Xml[] {
  const { source, destination, user } = event
  const exporting = event.transaction === 'ITI-39'
  const point = (address: string | undefined) =>
    address === undefined
      ? {}
      : { NetworkAccessPointID: address, NetworkAccessPointTypeCode: isIp(address) ? '2' : '1' }
  return [
    xml(
      'ActiveParticipant',
      { UserID: source.userId || 'unknown', UserIsRequestor: 'true', ...point(source.address) },
      exporting
        ? code('RoleIDCode', '110152', 'DCM', 'Destination Role ID')
        : code('RoleIDCode', '110153', 'DCM', 'Source Role ID'),
    ),
    ...(user
      ? [
          xml(
            'ActiveParticipant',
            {
              UserID: user.name,
              UserName: `${user.alias ?? ''}<${user.name}@${user.issuer}>`,
              UserIsRequestor: 'true',
            },
            user.role &&
              code('RoleIDCode', user.role.code, user.role.system ?? '', user.role.display ?? user.role.code),
          ),
        ]
      : []),
    xml(
      'ActiveParticipant',
      {
        UserID: destination.userId,
        AlternativeUserID: destination.process,
        UserIsRequestor: 'false',
        ...point(destination.address),
      },
      exporting
        ? code('RoleIDCode', '110153', 'DCM', 'Source Role ID')
        : code('RoleIDCode', '110152', 'DCM', 'Destination Role ID'),
    ),
  ]
}

function queryObject(event: AuditEvent, query: NonNullable<AuditEvent['query']>): Xml {
  const { transaction } = event
  const type =
    transaction === 'authentication'
      ? coded('10', 'RFC-3881', 'Search Criteria')
      : coded(transaction, 'IHE Transactions', titles[transaction])
  return participantObject(
    query.id,
    '2',
    '24',
    type,
    query.homeCommunityId === undefined ? [] : [detail('ihe:homeCommunityID', query.homeCommunityId)],
    xml('ParticipantObjectQuery', {}, query.payload.toString('base64')),
  )
}

function participantObject(
  id: string,
  type: string,
  role: string,
  idType: Xml,
  details: Xml[] = [],
  content?: Xml,
): Xml {
  return xml(
    'ParticipantObjectIdentification',
    { ParticipantObjectID: id, ParticipantObjectTypeCode: type, ParticipantObjectTypeCodeRole: role },
    idType,
    content,
    details,
  )
}

const detail = (type: string, value: string) =>
  xml('ParticipantObjectDetail', { type, value: Buffer.from(value).toString('base64') })
const coded = (value: string, system: string, text: string) => code('ParticipantObjectIDTypeCode', value, system, text)
const code = (element: string, value: string, system: string, text: string) =>
  xml(element, { 'csd-code': value, codeSystemName: system, originalText: text })
const isIp = (address: string) => /^[\d.]+$|:/.test(address)
