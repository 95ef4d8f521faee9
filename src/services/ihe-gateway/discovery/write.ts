import type { Xml } from '../../../standards/ihe/tree.ts'
import {
  type AnswerFrame,
  type PatientAnswerMessage,
  writePatientAnswer,
} from '../../../standards/ihe/hl7v3/patient-answer.ts'
import type { QueryByParameter, Transmission } from '../../../standards/ihe/hl7v3/patient-query.ts'
import { oidOf, writeCx } from '../identifiers.ts'
import { ts } from '../times.ts'
import type { Answer, Context, Outcome } from '../transactions/transaction.ts'

/** How an answer of HL7 V3 is framed: fresh id, the gateway's device and community. */
export function frameOf({ gateway, now }: Context, transmission: Transmission, query: QueryByParameter): AnswerFrame {
  const { deviceId, homeCommunityId } = gateway.settings
  return {
    id: { root: gateway.ids() },
    creationTime: ts(now),
    device: deviceId,
    home: oidOf(homeCommunityId),
    transmission,
    query,
  }
}

export function patientAnswer(
  context: Context,
  message: PatientAnswerMessage,
  transmission: Transmission,
  query: QueryByParameter,
  outcome: Outcome,
): Answer {
  const body: Xml = writePatientAnswer(message, frameOf(context, transmission, query))
  return { body, outcome, patients: message.matches.map(({ id }) => writeCx(id)) }
}
