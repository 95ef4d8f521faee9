import { nhsNumberOid, type NhsNumber, parseNhsNumber } from '../../../standards/nhs/nhs-number.ts'
import { readCx } from '../identifiers.ts'
import type { LocatedPatient } from '../sources/port.ts'
import type { Context } from '../transactions/transaction.ts'
import { patientProblem, unknownPatient } from './problems.ts'

/** The NHS number a CX stands for: it says it, or it is an identifier the EHR gave to a patient we were told about. */
export async function nhsNumberOf({ call, community, gateway }: Context, patientId: string): Promise<NhsNumber> {
  const id = readCx(patientId)
  if (!id) throw unknownPatient(`${patientId}: not an identifier of the form id^^^&oid&ISO`)
  if (id.root === nhsNumberOid) {
    const number = parseNhsNumber(id.extension)
    if (!number) throw unknownPatient(`${patientId}: the NHS number is not valid`)
    return number
  }
  const known = community.patientIdRoots.includes(id.root)
    ? await gateway.mapping.find(call, community.id, id)
    : undefined
  if (!known) throw unknownPatient(`${patientId}: the identifier is not known here; discover the patient first`)
  return known
}

/** The patient with the practice that keeps the record, or the reason why not, as a Problem. */
export async function locate(
  { call, asking, gateway }: Context,
  nhsNumber: NhsNumber,
  patientId: string,
): Promise<LocatedPatient> {
  const answer = await gateway.sources.findPatient(call, asking, { by: 'nhs-number', nhsNumber })
  if (answer.outcome !== 'found') throw patientProblem(answer, patientId)
  return answer.patient
}
