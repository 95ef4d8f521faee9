import { hl7 } from '../../../standards/ihe/hl7v3/data-types.ts'
import type { PatientAnswerMessage } from '../../../standards/ihe/hl7v3/patient-answer.ts'
import type { QueryByParameter } from '../../../standards/ihe/hl7v3/patient-query.ts'
import { type QueryContinuation, readQueryContinuation } from '../../../standards/ihe/hl7v3/query-continuation.ts'
import { continuationKey, problemMessage } from '../discovery/query-state.ts'
import { patientAnswer } from '../discovery/write.ts'
import { transaction } from './transaction.ts'

/** The next part of an ITI-47 answer. ITI TF-2 3.47.4.3 */
export const continueQuery = transaction<QueryContinuation>({
  name: 'ITI-47',
  path: '/SOAP/iti47',
  action: 'urn:hl7-org:v3:QUQI_IN000003UV01_Continue',
  responseAction: 'urn:hl7-org:v3:PRPA_IN201306UV02',
  body: { namespace: hl7, local: 'QUQI_IN000003UV01' },
  read: readQueryContinuation,
  audit: ({ queryId }) => ({ queryId: `${queryId.extension ?? ''}@${queryId.root}`, patients: [] }),
  async run(context, request) {
    const { continuations } = context.gateway
    const key = continuationKey(context, request.queryId)
    const waiting = continuations.find(key)
    if (!waiting)
      return patientAnswer(context, noSuchQuery, request.transmission, emptyQuery(request), {
        word: 'unknown-query',
        ok: false,
      })
    const from = request.startResultNumber ? request.startResultNumber - 1 : waiting.given
    const matches = waiting.matches.slice(
      from,
      from + (request.quantity ?? waiting.query.initialQuantity ?? waiting.matches.length),
    )
    const given = from + matches.length
    const total = waiting.matches.length
    if (given < total) continuations.keep(key, { ...waiting, given })
    else continuations.drop(key)
    return patientAnswer(
      context,
      {
        acknowledgement: 'AA',
        queryResponse: matches.length ? 'OK' : 'NF',
        details: [],
        matches,
        quantities: { total: matches.length ? total : 0, remaining: Math.max(0, total - given) },
      },
      request.transmission,
      waiting.query,
      { word: 'continued', ok: true },
    )
  },
  renderProblem: (context, request, problem) =>
    patientAnswer(
      context,
      { ...problemMessage(problem), quantities: { total: 0, remaining: 0 } },
      request.transmission,
      emptyQuery(request),
      {
        word: problem.kind,
        ok: false,
      },
    ),
})

const noSuchQuery: PatientAnswerMessage = {
  acknowledgement: 'AE',
  queryResponse: 'AE',
  details: [
    {
      type: 'E',
      text: 'No query with this id waits to be continued',
      location: '/QUQI_IN000003UV01/controlActProcess/queryContinuation/queryId',
    },
  ],
  matches: [],
  quantities: { total: 0, remaining: 0 },
}

/** The answer must hold a query; of one that is not known any more, only the id can be said. */
const emptyQuery = ({ queryId }: QueryContinuation): QueryByParameter => ({
  queryId,
  initialQuantity: undefined,
  minimumDegreeMatch: undefined,
  gender: undefined,
  birthTime: undefined,
  ids: [],
  names: [],
  addresses: [],
  scopingOrganizations: [],
})
