import { Problem } from '../../../kernel/problem.ts'
import type { ParsedElement } from '../../xml/read.ts'
import { childNamed, descend } from '../../xml/select.ts'
import { type Xml, xml } from '../tree.ts'
import { hl7, type InstanceIdentifier, readCode, readIdentifier, readInteger } from './data-types.ts'
import { type AcknowledgementDetail, type AnswerFrame, acknowledgement, transmissionWrapper } from './patient-answer.ts'
import { readTransmission, type Transmission } from './patient-query.ts'

/** QUQI_IN000003UV01: more of an answer, or no more of it. ITI TF-2 3.47.4.3 and 3.47.4.4, Appendix O.2.3 */
export type QueryContinuation = {
  readonly transmission: Transmission
  readonly queryId: InstanceIdentifier
  /** Counts from 1; the next one where the sender does not say. */
  readonly startResultNumber: number | undefined
  readonly quantity: number | undefined
  readonly cancelled: boolean
}

export function readQueryContinuation(message: ParsedElement): QueryContinuation {
  const transmission = readTransmission(message)
  const continuation = descend(message, hl7, 'controlActProcess', 'queryContinuation')
  const queryId = readIdentifier(continuation && childNamed(continuation, hl7, 'queryId'))
  if (!continuation || !queryId)
    throw new Problem('invalid', 'The continuation has no queryId', { at: 'queryContinuation/queryId' })
  const quantity = readInteger(childNamed(continuation, hl7, 'continuationQuantity'))
  return {
    transmission,
    queryId,
    startResultNumber: readInteger(childNamed(continuation, hl7, 'startResultNumber')),
    quantity,
    cancelled: readCode(childNamed(continuation, hl7, 'statusCode')) === 'aborted' || quantity === 0,
  }
}

/** MCCI_IN000002UV01, the accept acknowledgement of a cancelled query. */
export function writeAcceptAcknowledgement(
  type: 'CA' | 'CE',
  details: readonly AcknowledgementDetail[],
  frame: Omit<AnswerFrame, 'query' | 'home'>,
): Xml {
  return xml(
    'MCCI_IN000002UV01',
    { xmlns: hl7, ITSVersion: 'XML_1.0' },
    transmissionWrapper('MCCI_IN000002UV01', frame),
    acknowledgement(type, frame.transmission.id, details),
  )
}
