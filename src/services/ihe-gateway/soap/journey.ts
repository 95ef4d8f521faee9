import type { SoapFault } from '../../../standards/ihe/soap/fault.ts'
import type { SourcedXml } from '../../../standards/xml/read.ts'
import type { Answer, AnyTransaction } from '../transactions/transaction.ts'
import type { Authenticated } from '../xua/authenticate.ts'

/** Everything learnt on the way of one request; audit tells as much as there is. */
export type Journey = {
  readonly at: Date
  readonly path: string
  readonly address: string | undefined
  /** Where it came as far as being read. */
  message?: SourcedXml
  messageId?: string
  transaction?: AnyTransaction
  authenticated?: Authenticated
  parsed?: { readonly request: unknown }
  answer?: Answer
  fault?: SoapFault
}
