import type { Call } from '../../../kernel/ports.ts'
import type { FhirRequest } from '../interactions/fhir-request.ts'
import type { Result } from '../interactions/result.ts'
import type { FhirServer } from '../server.ts'

/** https://hl7.org/fhir/R4/operations.html */
export type Operation = {
  /** Without the dollar sign. */
  readonly code: string
  readonly definition: string
  readonly affectsState: boolean
  readonly on: readonly ('system' | 'type' | 'instance')[]
  /** Empty means every type. */
  readonly types: readonly string[]
  run(server: FhirServer, call: Call, request: FhirRequest): Promise<Result>
}

export function defineOperation(operation: Operation): Operation {
  return Object.freeze(operation)
}
