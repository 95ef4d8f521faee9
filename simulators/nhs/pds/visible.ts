import type { Resource } from '../../../src/standards/fhir/types.ts'
import type { SimulatedPatient } from '../world.ts'

const located = ['address', 'telecom', 'contact', 'generalPractitioner', 'managingOrganization', 'extension']

/** What PDS shows of a patient: of a restricted one nothing that says where they are. */
export function visible(patient: SimulatedPatient): Resource {
  const restricted = patient.pdsState === 'restricted'
  const shown = restricted
    ? Object.fromEntries(Object.entries(patient.pds).filter(([element]) => !located.includes(element)))
    : patient.pds
  const [code, display] = restricted ? ['R', 'restricted'] : ['U', 'unrestricted']
  const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code, display }]
  return { ...(shown as Resource), meta: { versionId: '1', ...patient.pds.meta, security } }
}
