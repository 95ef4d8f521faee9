import { Problem } from '../../../kernel/problem.ts'
import type { AuditedTransaction } from '../../../standards/ihe/atna/audit-message.ts'
import type { Community } from '../settings.ts'
import type { Asking } from '../sources/port.ts'

/** What a community may do, asked for every request, also where the answer lies in a cache. */
export function permit(community: Community, transaction: AuditedTransaction, { purposeOfUse }: Asking): void {
  if (!community.transactions.includes(transaction))
    throw new Problem('forbidden', `The community may not use ${transaction}`)
  if (!community.purposes.includes(purposeOfUse.code))
    throw new Problem(
      'forbidden',
      purposeOfUse.code ? 'The purpose of use is not permitted' : 'A purpose of use is required',
    )
}
