import { type Xml, xml } from '../tree.ts'
import {
  type EntityName,
  hl7,
  type InstanceIdentifier,
  type PostalAddress,
  writeAddress,
  writeIdentifier,
  writeName,
} from './data-types.ts'
import { type QueryByParameter, type Transmission, writeQueryByParameter } from './patient-query.ts'

/** PRPA_IN201306UV02, of ITI-47 (TF-2 3.47.4.2.2) and ITI-55 (TF-2 3.55.4.2.2), before it is written. */
export type PatientAnswerMessage = {
  readonly acknowledgement: 'AA' | 'AE'
  readonly queryResponse: 'OK' | 'NF' | 'AE' | 'QE'
  readonly details: readonly AcknowledgementDetail[]
  readonly matches: readonly PatientMatch[]
  /** ITI-47 wants all three; in ITI-55 they must not be there. */
  readonly quantities?: { readonly total: number; readonly remaining: number }
  /** ITI-55 case 3: what the query should say as well. */
  readonly requested?: readonly RequestedAttribute[]
  /** ITI-55 case 5: why there is no answer. */
  readonly trouble?: 'ResponderBusy' | 'AnswerNotAvailable' | 'InternalError'
}
export type AcknowledgementDetail = {
  readonly type: 'E' | 'W' | 'I'
  /** HL7 table 0357, e.g. 204: unknown key identifier. */
  readonly code?: string
  readonly text: string
  readonly location?: string
}
export type RequestedAttribute =
  | 'LivingSubjectAdministrativeGenderRequested'
  | 'PatientAddressRequested'
  | 'PatientTelecomRequested'
  | 'MothersMaidenNameRequested'
export type PatientMatch = {
  readonly id: InstanceIdentifier
  readonly otherIds: readonly InstanceIdentifier[]
  readonly names: readonly EntityName[]
  readonly gender?: string
  /** TS */
  readonly birthTime?: string
  readonly deceased?: { readonly time?: string }
  readonly addresses: readonly PostalAddress[]
  /** URLs: `tel:`, `mailto:`. */
  readonly telecoms: readonly { readonly value: string; readonly use?: 'HP' | 'WP' | 'MC' }[]
  /** Withheld in part: the patient's location must not be disclosed. */
  readonly restricted: boolean
  readonly provider: { readonly id: InstanceIdentifier; readonly name: string }
  /** 0 to 100 */
  readonly degree: number
}

/** What the answer needs beside itself. OIDs without `urn:oid:`. */
export type AnswerFrame = {
  readonly id: InstanceIdentifier
  /** TS */
  readonly creationTime: string
  readonly device: string
  readonly home: string
  readonly transmission: Transmission
  readonly query: QueryByParameter
}

export function writePatientAnswer(answer: PatientAnswerMessage, frame: AnswerFrame): Xml {
  const { quantities, requested, trouble } = answer
  const current = answer.matches.length
  return xml(
    'PRPA_IN201306UV02',
    { xmlns: hl7, 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', ITSVersion: 'XML_1.0' },
    transmissionWrapper('PRPA_IN201306UV02', frame),
    acknowledgement(answer.acknowledgement, frame.transmission.id, answer.details),
    xml(
      'controlActProcess',
      { classCode: 'CACT', moodCode: 'EVN' },
      xml('code', { code: 'PRPA_TE201306UV02', codeSystem: '2.16.840.1.113883.1.6' }),
      answer.matches.map((match) => subject(match, frame.home)),
      requested?.length || trouble ? reasonOf(requested ?? [], trouble) : undefined,
      xml(
        'queryAck',
        {},
        writeIdentifier('queryId', frame.query.queryId),
        xml('statusCode', {
          code: quantities && quantities.remaining > 0 ? 'waitContinuedQueryResponse' : 'deliveredResponse',
        }),
        xml('queryResponseCode', { code: answer.queryResponse }),
        quantities && [
          xml('resultTotalQuantity', { value: String(quantities.total) }),
          xml('resultCurrentQuantity', { value: String(current) }),
          xml('resultRemainingQuantity', { value: String(quantities.remaining) }),
        ],
      ),
      writeQueryByParameter(frame.query),
    ),
  )
}

/** Everything up to the acknowledgement, the same in every HL7 V3 answer. ITI TF-2 Appendix O.1 */
export function transmissionWrapper(interaction: string, frame: Omit<AnswerFrame, 'query' | 'home'>): Xml[] {
  const device = (role: 'receiver' | 'sender', typeCode: string, root: string) =>
    xml(role, { typeCode }, xml('device', { classCode: 'DEV', determinerCode: 'INSTANCE' }, xml('id', { root })))
  return [
    writeIdentifier('id', frame.id),
    xml('creationTime', { value: frame.creationTime }),
    xml('interactionId', { root: '2.16.840.1.113883.1.6', extension: interaction }),
    xml('processingCode', { code: frame.transmission.processingCode }),
    xml('processingModeCode', { code: 'T' }),
    xml('acceptAckCode', { code: 'NE' }),
    device('receiver', 'RCV', frame.transmission.sender),
    device('sender', 'SND', frame.device),
  ]
}

export function acknowledgement(
  type: 'AA' | 'AE' | 'CA' | 'CE',
  target: InstanceIdentifier,
  details: readonly AcknowledgementDetail[],
): Xml {
  return xml(
    'acknowledgement',
    {},
    xml('typeCode', { code: type }),
    xml('targetMessage', {}, writeIdentifier('id', target)),
    details.map((detail) =>
      xml(
        'acknowledgementDetail',
        { typeCode: detail.type },
        detail.code && xml('code', { code: detail.code, codeSystem: '2.16.840.1.113883.12.357' }),
        xml('text', {}, detail.text),
        detail.location && xml('location', {}, detail.location),
      ),
    ),
  )
}

function subject(match: PatientMatch, home: string): Xml {
  return xml(
    'subject',
    { typeCode: 'SUBJ' },
    xml(
      'registrationEvent',
      { classCode: 'REG', moodCode: 'EVN' },
      xml('id', { nullFlavor: 'NA' }),
      xml('statusCode', { code: 'active' }),
      xml('subject1', { typeCode: 'SBJ' }, patient(match)),
      xml(
        'custodian',
        { typeCode: 'CST' },
        xml(
          'assignedEntity',
          { classCode: 'ASSIGNED' },
          xml('id', { root: home }),
          xml('code', { code: 'NotHealthDataLocator', codeSystem: '1.3.6.1.4.1.19376.1.2.27.2' }),
        ),
      ),
    ),
  )
}

function patient(match: PatientMatch): Xml {
  const { deceased } = match
  return xml(
    'patient',
    { classCode: 'PAT' },
    writeIdentifier('id', match.id),
    xml('statusCode', { code: 'active' }),
    match.restricted ? xml('confidentialityCode', { code: 'R', codeSystem: '2.16.840.1.113883.5.25' }) : undefined,
    xml(
      'patientPerson',
      { classCode: 'PSN', determinerCode: 'INSTANCE' },
      match.names.map((name) => writeName('name', name)),
      match.telecoms.map(({ value, use }) => xml('telecom', { value, use })),
      match.gender && xml('administrativeGenderCode', { code: match.gender, codeSystem: '2.16.840.1.113883.5.1' }),
      match.birthTime && xml('birthTime', { value: match.birthTime }),
      deceased && xml('deceasedInd', { value: 'true' }),
      deceased?.time && xml('deceasedTime', { value: deceased.time }),
      match.addresses.map((address) => writeAddress('addr', address)),
      match.otherIds.map((id) =>
        xml(
          'asOtherIDs',
          { classCode: 'PAT' },
          writeIdentifier('id', id),
          xml('scopingOrganization', { classCode: 'ORG', determinerCode: 'INSTANCE' }, xml('id', { root: id.root })),
        ),
      ),
    ),
    xml(
      'providerOrganization',
      { classCode: 'ORG', determinerCode: 'INSTANCE' },
      writeIdentifier('id', match.provider.id),
      xml('name', {}, match.provider.name),
      // Required by the schema; the gateway knows no telephone number of the practice.
      xml('contactParty', { classCode: 'CON', nullFlavor: 'NI' }),
    ),
    xml(
      'subjectOf1',
      {},
      xml(
        'queryMatchObservation',
        { classCode: 'COND', moodCode: 'EVN' },
        xml('code', { code: 'IHE_PDQ' }),
        xml('value', { 'xsi:type': 'INT', value: String(match.degree) }),
      ),
    ),
  )
}

function reasonOf(requested: readonly RequestedAttribute[], trouble: PatientAnswerMessage['trouble']): Xml {
  return xml(
    'reasonOf',
    { typeCode: 'RSON' },
    xml(
      'detectedIssueEvent',
      { classCode: 'ALRT', moodCode: 'EVN' },
      xml('code', { code: 'ActAdministrativeDetectedIssueCode', codeSystem: '2.16.840.1.113883.5.4' }),
      trouble &&
        xml(
          'mitigatedBy',
          { typeCode: 'MITGT' },
          xml(
            'detectedIssueManagement',
            { classCode: 'ACT', moodCode: 'EVN' },
            xml('code', { code: trouble, codeSystem: '1.3.6.1.4.1.19376.1.2.27.3' }),
          ),
        ),
      requested.map((code) =>
        xml(
          'triggerFor',
          { typeCode: 'TRIG' },
          xml(
            'actOrderRequired',
            { classCode: 'ACT', moodCode: 'RQO' },
            xml('code', { code, codeSystem: '1.3.6.1.4.1.19376.1.2.27.1' }),
          ),
        ),
      ),
    ),
  )
}
