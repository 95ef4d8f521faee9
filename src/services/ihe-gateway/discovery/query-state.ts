import type { Problem } from '../../../kernel/problem.ts'
import type { InstanceIdentifier } from '../../../standards/ihe/hl7v3/data-types.ts'
import type { PatientAnswerMessage } from '../../../standards/ihe/hl7v3/patient-answer.ts'
import type { PatientQueryMessage } from '../../../standards/ihe/hl7v3/patient-query.ts'
import { writeCx } from '../identifiers.ts'
import type { Context, RequestAudit } from '../transactions/transaction.ts'

/** A query is its community's own: nobody else can ask how it goes on. */
export const continuationKey = (
  { call, community }: Pick<Context, 'call' | 'community'>,
  queryId: InstanceIdentifier,
) => JSON.stringify([call.tenant, community.id, queryId.root, queryId.extension])

/** ParticipantObjectID of the query is its queryId; the patients asked for by id are in the audit too. */
export const queryAudit = ({ query }: PatientQueryMessage): RequestAudit => ({
  queryId: `${query.queryId.extension ?? ''}@${query.queryId.root}`,
  patients: query.ids.flat().map(writeCx),
})

/** HL7 V3 says trouble in the acknowledgement and in queryAck. */
export const problemMessage = (problem: Problem): PatientAnswerMessage => ({
  acknowledgement: 'AE',
  queryResponse: 'AE',
  details: [{ type: 'E', text: problem.message, ...(problem.at && { location: problem.at }) }],
  matches: [],
})
