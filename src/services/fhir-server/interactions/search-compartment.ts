import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import type { FhirServer } from '../server.ts'
import type { FhirRequest } from './fhir-request.ts'
import { keyOf, param } from './interaction.ts'
import { checkId } from './prepare.ts'
import type { Result } from './result.ts'
import { search } from './search.ts'

/** `/Patient/1/Observation`, `/Patient/1/*`. https://hl7.org/fhir/R4/compartmentdefinition.html */
export function searchCompartment(server: FhirServer, call: Call, request: FhirRequest): Promise<Result> {
  const { type, id } = keyOf(request)
  const member = param(request, 'member')
  if (!server.definitions.compartments.includes(type))
    throw new Problem('not-found', `There is no compartment of ${type}`, {
      at: 'http.path',
      code: { fhir: 'not-supported' },
    })
  checkId(id, type)
  if (member !== '*' && !server.parameters.isResourceType(member))
    throw new Problem('not-found', 'Not a resource type of R4', { at: 'http.path', code: { fhir: 'not-supported' } })
  const isMember = ({ owner }: { owner: string }) => owner === type
  if (member !== '*' && !server.parameters.compartmentsOf(member).some(isMember))
    throw new Problem('not-found', `${member} is in no compartment of ${type}`, {
      at: 'http.path',
      code: { fhir: 'not-supported' },
    })
  const { query, strict } = request
  return search(server, call, { types: member === '*' ? [] : [member], query, compartment: `${type}/${id}`, strict })
}
