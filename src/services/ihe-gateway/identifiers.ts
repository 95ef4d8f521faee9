import type { InstanceIdentifier } from '../../standards/ihe/hl7v3/data-types.ts'
import { nhsNumberOid } from '../../standards/nhs/nhs-number.ts'

/** `id^^^&oid&ISO`: CX with an ISO assigning authority, ITI TF-3 Table 4.2.3.1.7-2. Undefined where the text is none. */
export function readCx(text: string): Required<InstanceIdentifier> | undefined {
  const found = /^([^^&|~]{1,128})\^\^\^[^^&]*&([0-2](?:\.(?:0|[1-9][0-9]*))+)&ISO(?:\^.*)?$/.exec(text.trim())
  return found ? { extension: found[1]!, root: found[2]! } : undefined
}

export const writeCx = ({ root, extension = '' }: InstanceIdentifier) => `${extension}^^^&${root}&ISO`
export const nhsNumberCx = (nhsNumber: string) => writeCx({ root: nhsNumberOid, extension: nhsNumber })

export const oidOf = (homeCommunityId: string) => homeCommunityId.replace(/^urn:oid:/, '')

/** A UUID as an OID: https://www.itu.int/rec/T-REC-X.667 */
export const uuidOid = (uuid: string) => `2.25.${BigInt(`0x${uuid.replaceAll('-', '')}`)}`
