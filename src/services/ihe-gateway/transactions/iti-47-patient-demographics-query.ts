import { hl7 } from '../../../standards/ihe/hl7v3/data-types.ts'
import type { PatientAnswerMessage } from '../../../standards/ihe/hl7v3/patient-answer.ts'
import { type PatientQueryMessage, readPatientQuery } from '../../../standards/ihe/hl7v3/patient-query.ts'
import { discover } from '../discovery/discover.ts'
import type { Finding } from '../discovery/finding.ts'
import { continuationKey, problemMessage, queryAudit } from '../discovery/query-state.ts'
import { patientAnswer } from '../discovery/write.ts'
import { type Context, transaction } from './transaction.ts'

/** ITI-47 Patient Demographics Query HL7 V3, with the Continuation Option. ITI TF-2 3.47 */
export const patientDemographicsQuery = transaction<PatientQueryMessage>({
  name: 'ITI-47',
  path: '/SOAP/iti47',
  action: 'urn:hl7-org:v3:PRPA_IN201305UV02',
  responseAction: 'urn:hl7-org:v3:PRPA_IN201306UV02',
  body: { namespace: hl7, local: 'PRPA_IN201305UV02' },
  read: readPatientQuery,
  audit: queryAudit,
  async run(context, message) {
    const finding = await discover(context, message)
    return patientAnswer(context, answerOf(context, message, finding), message.transmission, message.query, {
      word: finding.word,
      ok: finding.trouble === undefined,
    })
  },
  renderProblem: (context, message, problem) =>
    patientAnswer(
      context,
      { ...problemMessage(problem), quantities: { total: 0, remaining: 0 } },
      message.transmission,
      message.query,
      {
        word: problem.kind,
        ok: false,
      },
    ),
})

function answerOf(context: Context, { query }: PatientQueryMessage, finding: Finding): PatientAnswerMessage {
  const { details, trouble } = finding
  const none = { total: 0, remaining: 0 }
  if (trouble) return { acknowledgement: 'AE', queryResponse: 'AE', details, matches: [], quantities: none }
  const matches = finding.matches.filter(({ degree }) => degree >= (query.minimumDegreeMatch ?? 0))
  if (matches.length === 0) return { acknowledgement: 'AA', queryResponse: 'NF', details, matches, quantities: none }
  const now = matches.slice(0, query.initialQuantity ?? matches.length)
  const remaining = matches.length - now.length
  if (remaining > 0)
    context.gateway.continuations.keep(continuationKey(context, query.queryId), { query, matches, given: now.length })
  return {
    acknowledgement: 'AA',
    queryResponse: 'OK',
    details,
    matches: now,
    quantities: { total: matches.length, remaining },
  }
}
