import { hl7 } from '../../../standards/ihe/hl7v3/data-types.ts'
import {
  type QueryContinuation,
  readQueryContinuation,
  writeAcceptAcknowledgement,
} from '../../../standards/ihe/hl7v3/query-continuation.ts'
import { continuationKey } from '../discovery/query-state.ts'
import { ts } from '../times.ts'
import { type Answer, type Context, transaction } from './transaction.ts'

/** No more of an ITI-47 answer is wanted. ITI TF-2 3.47.4.4 */
export const cancelQuery = transaction<QueryContinuation>({
  name: 'ITI-47',
  path: '/SOAP/iti47',
  action: 'urn:hl7-org:v3:QUQI_IN000003UV01_Cancel',
  responseAction: 'urn:hl7-org:v3:MCCI_IN000002UV01',
  body: { namespace: hl7, local: 'QUQI_IN000003UV01' },
  read: readQueryContinuation,
  audit: ({ queryId }) => ({ queryId: `${queryId.extension ?? ''}@${queryId.root}`, patients: [] }),
  async run(context, request) {
    const there = context.gateway.continuations.drop(continuationKey(context, request.queryId))
    return there
      ? acknowledge(context, request, 'cancelled')
      : acknowledge(context, request, 'unknown-query', 'No query with this id waits to be continued')
  },
  renderProblem: (context, request, problem) => acknowledge(context, request, problem.kind, problem.message),
})

function acknowledge(context: Context, request: QueryContinuation, word: string, error?: string): Answer {
  const { gateway, now } = context
  const frame = {
    id: { root: gateway.ids() },
    creationTime: ts(now),
    device: gateway.settings.deviceId,
    transmission: request.transmission,
  }
  return {
    body: writeAcceptAcknowledgement(
      error === undefined ? 'CA' : 'CE',
      error === undefined ? [] : [{ type: 'E', text: error }],
      frame,
    ),
    outcome: { word, ok: error === undefined },
    patients: [],
  }
}
