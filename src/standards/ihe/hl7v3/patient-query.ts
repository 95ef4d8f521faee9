import { Problem } from '../../../kernel/problem.ts'
import type { ParsedElement } from '../../xml/read.ts'
import { childNamed, childrenNamed, descend, elements } from '../../xml/select.ts'
import { type Xml, xml } from '../tree.ts'
import {
  type EntityName,
  hl7,
  type InstanceIdentifier,
  isOid,
  type PostalAddress,
  readAddress,
  readCode,
  readIdentifier,
  readInteger,
  readInterval,
  readName,
  type TimeInterval,
  writeAddress,
  writeIdentifier,
  writeInterval,
  writeName,
} from './data-types.ts'

/** PRPA_IN201305UV02, of ITI-47 (TF-2 3.47.4.1.2) and ITI-55 (TF-2 3.55.4.1.2). */
export type PatientQueryMessage = {
  readonly transmission: Transmission
  readonly query: QueryByParameter
  /** Parameters that could not be read. They are answered with an error, and not repeated in the answer. */
  readonly wrong: readonly { readonly location: string; readonly text: string }[]
}
/** The wrapper: enough to address the answer. */
export type Transmission = {
  readonly id: InstanceIdentifier
  /** OID of the sending device. */
  readonly sender: string
  /** In ITI-55 the sender's homeCommunityId, an OID. */
  readonly senderOrganisation: string | undefined
  /** OID of the device asked. */
  readonly receiver: string | undefined
  readonly processingCode: 'P' | 'T' | 'D'
}
export type QueryByParameter = {
  readonly queryId: InstanceIdentifier
  readonly initialQuantity: number | undefined
  readonly minimumDegreeMatch: number | undefined
  readonly gender: string | undefined
  readonly birthTime: TimeInterval | undefined
  /** AND of ORs. */
  readonly ids: readonly (readonly InstanceIdentifier[])[]
  readonly names: readonly EntityName[]
  readonly addresses: readonly PostalAddress[]
  readonly scopingOrganizations: readonly string[]
}

export function readPatientQuery(message: ParsedElement): PatientQueryMessage {
  const transmission = readTransmission(message)
  const query = descend(message, hl7, 'controlActProcess', 'queryByParameter')
  const queryId = readIdentifier(query && childNamed(query, hl7, 'queryId'))
  if (!query || !queryId) throw new Problem('invalid', 'The query has no queryId', { at: 'queryByParameter/queryId' })
  const list = childNamed(query, hl7, 'parameterList')
  const wrong: { location: string; text: string }[] = []
  const complain = (at: string, text: string) =>
    wrong.push({ location: `/PRPA_IN201305UV02/controlActProcess/queryByParameter/${at}`, text })
  /** Every value of every parameter of this name; what cannot be read is complained of. */
  const read = <T>(name: string, reader: (value: ParsedElement) => T | undefined): T[][] =>
    (list ? childrenNamed(list, hl7, name) : []).map((parameter, index) =>
      childrenNamed(parameter, hl7, 'value').flatMap((value) => {
        const result = reader(value)
        if (result === undefined) complain(`parameterList/${name}[${index + 1}]`, `${name} cannot be read`)
        return result === undefined ? [] : [result]
      }),
    )
  for (const element of list ? elements(list) : [])
    if (!(known.has(element.local) && element.namespace === hl7))
      complain('parameterList', 'A parameter of the list is not known')
  if (!list) complain('parameterList', 'The query has no parameterList')
  const priority = readCode(childNamed(query, hl7, 'responsePriorityCode'))
  if (priority && priority !== 'I') complain('responsePriorityCode', 'Only immediate answers are given')
  const initial = childNamed(query, hl7, 'initialQuantity')
  const initialQuantity = readInteger(initial)
  if (initial && (initialQuantity === undefined || initialQuantity < 1))
    complain('initialQuantity', 'initialQuantity is not a positive number')
  const [gender, ...moreGenders] = read('livingSubjectAdministrativeGender', readCode).flat()
  const [birthTime, ...moreBirthTimes] = read('livingSubjectBirthTime', readInterval).flat()
  if (gender !== undefined && !/^(M|F|UN|UNK)$/.test(gender))
    complain('parameterList/livingSubjectAdministrativeGender', 'The gender is none of M, F, UN')
  if (moreGenders.length) complain('parameterList/livingSubjectAdministrativeGender', 'One gender only')
  if (moreBirthTimes.length) complain('parameterList/livingSubjectBirthTime', 'One birth time only')
  const names = read('livingSubjectName', readName).flat()
  const degree = descend(query, hl7, 'matchCriterionList', 'minimumDegreeMatch', 'value')
  return {
    transmission,
    wrong,
    query: {
      queryId,
      initialQuantity: initialQuantity !== undefined && initialQuantity > 0 ? initialQuantity : undefined,
      minimumDegreeMatch: readInteger(degree),
      gender,
      birthTime,
      ids: read('livingSubjectId', (value) => identifierOfPatient(value)),
      names,
      addresses: read('patientAddress', readAddress).flat(),
      scopingOrganizations: read('otherIDsScopingOrganization', (value) => readIdentifier(value)?.root).flat(),
    },
  }
}

/** Also of the messages that continue or cancel a query. */
export function readTransmission(message: ParsedElement): Transmission {
  const device = (role: string) => descend(message, hl7, role, 'device')
  const root = (element: ParsedElement | undefined) => {
    const id = readIdentifier(element && childNamed(element, hl7, 'id'))?.root
    return id && isOid(id) ? id : undefined
  }
  const id = readIdentifier(childNamed(message, hl7, 'id'))
  if (!id) throw new Problem('invalid', 'The message has no id', { at: 'id' })
  const sender = root(device('sender'))
  if (!sender) throw new Problem('invalid', 'The sender’s device has no OID for an id', { at: 'sender/device/id' })
  const from = device('sender')
  const processing = readCode(childNamed(message, hl7, 'processingCode'))
  return {
    id,
    sender,
    senderOrganisation: root(from && descend(from, hl7, 'asAgent', 'representedOrganization')),
    receiver: root(device('receiver')),
    processingCode: processing === 'T' || processing === 'D' ? processing : 'P',
  }
}

/** The query as it was understood, for the answer. */
export function writeQueryByParameter(query: QueryByParameter): Xml {
  const parameter = (name: string, semantics: string, values: Xml[]) =>
    values.length ? xml(name, {}, values, xml('semanticsText', {}, semantics)) : undefined
  const { initialQuantity, minimumDegreeMatch, gender, birthTime } = query
  return xml(
    'queryByParameter',
    {},
    writeIdentifier('queryId', query.queryId),
    xml('statusCode', { code: 'new' }),
    xml('responseModalityCode', { code: 'R' }),
    xml('responsePriorityCode', { code: 'I' }),
    initialQuantity === undefined ? undefined : xml('initialQuantity', { value: String(initialQuantity) }),
    minimumDegreeMatch === undefined
      ? undefined
      : xml(
          'matchCriterionList',
          {},
          xml(
            'minimumDegreeMatch',
            {},
            xml('value', { 'xsi:type': 'INT', value: String(minimumDegreeMatch) }),
            xml('semanticsText', {}, 'MinimumDegreeMatch'),
          ),
        ),
    xml(
      'parameterList',
      {},
      gender &&
        parameter('livingSubjectAdministrativeGender', 'LivingSubject.administrativeGender', [
          xml('value', { code: gender }),
        ]),
      birthTime && parameter('livingSubjectBirthTime', 'LivingSubject.birthTime', [writeInterval('value', birthTime)]),
      query.ids.map((ids) =>
        parameter(
          'livingSubjectId',
          'LivingSubject.id',
          ids.map((id) => writeIdentifier('value', id)),
        ),
      ),
      query.names.map((name) => parameter('livingSubjectName', 'LivingSubject.name', [writeName('value', name)])),
      query.scopingOrganizations.map((root) =>
        parameter('otherIDsScopingOrganization', 'OtherIDs.scopingOrganization.id', [xml('value', { root })]),
      ),
      query.addresses.length
        ? parameter(
            'patientAddress',
            'Patient.addr',
            query.addresses.map((address) => writeAddress('value', address)),
          )
        : undefined,
    ),
  )
}

const known = new Set([
  'id',
  'livingSubjectAdministrativeGender',
  'livingSubjectBirthPlaceAddress',
  'livingSubjectBirthPlaceName',
  'livingSubjectBirthTime',
  'livingSubjectDeceasedTime',
  'livingSubjectId',
  'livingSubjectName',
  'mothersMaidenName',
  'otherIDsScopingOrganization',
  'patientAddress',
  'patientStatusCode',
  'patientTelecom',
  'principalCareProviderId',
  'principalCareProvisionId',
  'realmCode',
  'typeId',
  'templateId',
])

function identifierOfPatient(value: ParsedElement): InstanceIdentifier | undefined {
  const id = readIdentifier(value)
  return id?.extension ? id : undefined
}
