import type { SoapFault } from '../../../standards/ihe/soap/fault.ts'
import type { Answer, AnyTransaction } from '../transactions/transaction.ts'
import type { Authenticated } from '../xua/authenticate.ts'

/** Everything learnt on the way of one request; audit tells as much as there is. */
export type Journey = {
  readonly at: Date
  readonly path: string
  readonly address: string | undefined
  /** The message, where it came as far as being text. */
  text?: string
  messageId?: string
  transaction?: AnyTransaction
  authenticated?: Authenticated
  parsed?: { readonly request: unknown }
  answer?: Answer
  fault?: SoapFault
}
