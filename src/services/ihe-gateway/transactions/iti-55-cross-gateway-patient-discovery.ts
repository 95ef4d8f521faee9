import { hl7 } from '../../../standards/ihe/hl7v3/data-types.ts'
import type { PatientAnswerMessage, RequestedAttribute } from '../../../standards/ihe/hl7v3/patient-answer.ts'
import {
  type PatientQueryMessage,
  type QueryByParameter,
  readPatientQuery,
} from '../../../standards/ihe/hl7v3/patient-query.ts'
import { discover } from '../discovery/discover.ts'
import type { Finding } from '../discovery/finding.ts'
import { problemMessage, queryAudit } from '../discovery/query-state.ts'
import { patientAnswer } from '../discovery/write.ts'
import { transaction } from './transaction.ts'

/** ITI-55 Cross Gateway Patient Discovery. ITI TF-2 3.55; the cases are those of 3.55.4.2.3 */
export const crossGatewayPatientDiscovery = transaction<PatientQueryMessage>({
  name: 'ITI-55',
  path: '/SOAP/iti55',
  action: 'urn:hl7-org:v3:PRPA_IN201305UV02:CrossGatewayPatientDiscovery',
  responseAction: 'urn:hl7-org:v3:PRPA_IN201306UV02:CrossGatewayPatientDiscovery',
  body: { namespace: hl7, local: 'PRPA_IN201305UV02' },
  read: readPatientQuery,
  audit: queryAudit,
  async run(context, message) {
    const finding = await discover(context, message)
    return patientAnswer(context, answerOf(message.query, finding), message.transmission, message.query, {
      word: finding.word,
      ok: finding.trouble === undefined || finding.trouble === 'ask-better',
    })
  },
  renderProblem: (context, message, problem) =>
    patientAnswer(
      context,
      { ...problemMessage(problem), trouble: troubles[problem.kind] ?? 'AnswerNotAvailable' },
      message.transmission,
      message.query,
      { word: problem.kind, ok: false },
    ),
})

const troubles: Partial<Record<string, PatientAnswerMessage['trouble']>> = {
  throttled: 'ResponderBusy',
  timeout: 'ResponderBusy',
  internal: 'InternalError',
}

function answerOf(query: QueryByParameter, finding: Finding): PatientAnswerMessage {
  const { details, trouble } = finding
  if (trouble === 'ask-better') {
    const requested = wanted(query, finding.wanted ?? [])
    if (requested.length)
      return {
        acknowledgement: 'AA',
        queryResponse: 'OK',
        details: details.map((one) => ({ ...one, type: 'I' })),
        matches: [],
        requested,
      }
  }
  if (trouble)
    return {
      acknowledgement: 'AE',
      queryResponse: 'AE',
      details,
      matches: [],
      trouble: trouble === 'busy' ? 'ResponderBusy' : 'AnswerNotAvailable',
    }
  const matches = finding.matches.filter(({ degree }) => degree >= (query.minimumDegreeMatch ?? 0))
  return { acknowledgement: 'AA', queryResponse: matches.length ? 'OK' : 'NF', details, matches }
}

/** What the sources want and the query did not say, as far as ITI-55 has a word for it. */
function wanted(query: QueryByParameter, by: readonly string[]): RequestedAttribute[] {
  const postcode = query.addresses.flat().some(([part]) => part === 'postalCode')
  return [
    ...(by.includes('postcode') && !postcode ? (['PatientAddressRequested'] as const) : []),
    ...(by.includes('gender') && !query.gender ? (['LivingSubjectAdministrativeGenderRequested'] as const) : []),
  ]
}
