import type { Bundle, Resource } from '../../src/standards/fhir/types.ts'
import type { RecordRequest } from './gp-connect/parameters.ts'

/** Who and what the simulated services know. */
export type World = {
  readonly patients: ReadonlyMap<string, SimulatedPatient>
  readonly practices: ReadonlyMap<string, SimulatedPractice>
  readonly consumers: readonly Consumer[]
}

export type SimulatedPatient = {
  readonly nhsNumber: string
  /** A PDS Patient (FHIR R4, UK Core), nothing removed. */
  readonly pds: Resource
  readonly pdsState?: 'restricted' | 'invalidated' | { readonly supersededBy: string }
  /** What of the GP record (FHIR STU3) answers a request; made when it is asked for. */
  readonly record?: (request: RecordRequest) => Bundle
  readonly gpConnect?: GpConnectBehaviour
}
export type GpConnectBehaviour =
  | 'dissent'
  | 'no-organisation-consent'
  | 'no-relationship'
  | 'not-found'
  | 'no-record'
  | 'slow'
  | 'failing'
  /** Another person's record comes back. */
  | 'mismatch'
  | 'missing-patient'
  | 'areas-disabled'
  | 'confidential-items'
  | 'data-in-transit'
  | 'data-awaiting-filing'

export type SimulatedPractice = {
  readonly odsCode: string
  readonly name: string
  readonly asid: string
  readonly partyKey: string
  /** As SDS gives it; the proxy wants it back unchanged. */
  readonly address: string
  readonly sds?: 'none' | 'blank-address' | 'blank-asid'
  /** The same organisation is a consumer too: a second Device, first in the list, under another party key. */
  readonly consumerAsid?: string
  readonly state?: 'disabled' | 'unreachable'
}

/** An organisation that may ask. */
export type Consumer = {
  readonly odsCode: string
  readonly name: string
  readonly asid: string
  /** Common name of its client certificate. */
  readonly commonName: string
  /** homeCommunityIds that speak for it. */
  readonly communities: readonly string[]
  /** ODS codes of practices that do not share with it. */
  readonly refusedBy?: readonly string[]
}
