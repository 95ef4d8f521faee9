import type { Call } from '../../../kernel/ports.ts'
import type { InstanceIdentifier } from '../../../standards/ihe/hl7v3/data-types.ts'
import type { NhsNumber } from '../../../standards/nhs/nhs-number.ts'

/** Which NHS number an EHR's own patient identifier stands for, learnt when the EHR gave both or we found the patient. */
export type IdentifierMapping = {
  find(call: Call, community: string, id: InstanceIdentifier): Promise<NhsNumber | undefined>
  /** A later word replaces an earlier one: identifiers are merged and corrected in the EHR. */
  keep(call: Call, community: string, id: InstanceIdentifier, nhsNumber: NhsNumber): Promise<void>
  /** Every identifier of the community for the patient. */
  of(call: Call, community: string, nhsNumber: NhsNumber): Promise<InstanceIdentifier[]>
}
