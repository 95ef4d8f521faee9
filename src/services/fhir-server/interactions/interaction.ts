import type { Call } from '../../../kernel/ports.ts'
import type { FhirServer } from '../server.ts'
import type { FhirRequest } from './fhir-request.ts'
import type { Result } from './result.ts'

/** https://hl7.org/fhir/R4/codesystem-restful-interaction.html, and operations. */
export type InteractionCode =
  | 'read'
  | 'vread'
  | 'update'
  | 'patch'
  | 'delete'
  | 'history-instance'
  | 'history-type'
  | 'history-system'
  | 'create'
  | 'search-type'
  | 'search-system'
  | 'capabilities'
  | 'transaction'
  | 'operation'

export type Interaction = {
  readonly code: InteractionCode
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the base: `/:type/:id`. `:type` is a resource type. */
  readonly path: string
  /** May be an entry of a batch. */
  readonly inBundle: boolean
  /** For the capability statement: https://hl7.org/fhir/R4/capabilitystatement.html */
  readonly conditional?: 'create' | 'update' | 'delete'
  run(server: FhirServer, call: Call, request: FhirRequest): Promise<Result>
}

/** A path parameter; the route says that it is there. */
export const param = (request: FhirRequest, name: string): string => request.params[name] as string

export const keyOf = (request: FhirRequest) => ({ type: param(request, 'type'), id: param(request, 'id') })
