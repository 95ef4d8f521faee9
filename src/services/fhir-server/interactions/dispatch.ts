import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import { Outdated } from '../../../platform/database/port.ts'
import { isId } from '../../../standards/fhir/validation/primitives.ts'
import type { FhirServer } from '../server.ts'
import { interactions } from './index.ts'
import type { FhirRequest } from './fhir-request.ts'
import type { Interaction } from './interaction.ts'
import type { Result } from './result.ts'

/** The interaction for a method and a path of a bundle entry. Throws Problem('not-found') where there is none. */
export function dispatch(
  server: FhirServer,
  call: Call,
  path: readonly string[],
  request: FhirRequest,
): Promise<Result> {
  for (const interaction of interactions) {
    if (!interaction.inBundle || interaction.method !== (request.method === 'HEAD' ? 'GET' : request.method)) continue
    const params = matched(interaction.path, path, server)
    if (params) return run(server, call, interaction, { ...request, params })
  }
  throw new Problem('not-found', 'There is nothing at this address', {
    at: 'request.url',
    code: { fhir: 'not-supported' },
  })
}

/** Of a path in which an operation is named that is not there. https://hl7.org/fhir/R4/operations.html */
export function absentOperation(parts: readonly (string | undefined)[]): Problem | undefined {
  const operation = parts.find((part) => part?.startsWith('$'))
  if (operation === undefined) return undefined
  return new Problem('not-found', `There is no operation ${operation.slice(0, 60)} here`, {
    at: 'http.path',
    code: { fhir: 'not-supported' },
  })
}

/** Every interaction passes here, whoever asks. */
export function run(server: FhirServer, call: Call, interaction: Interaction, request: FhirRequest): Promise<Result> {
  const { type, id, member } = request.params
  const absent = absentOperation([type, id, member])
  if (absent) throw absent
  if (type !== undefined && !server.parameters.isResourceType(type))
    throw new Problem('not-found', `R4 has no resource type '${type.slice(0, 60)}'`, {
      at: 'http.path',
      code: { fhir: 'not-supported' },
    })
  // An update says what is wrong with the id; nothing else can be at such an address.
  if (id !== undefined && request.method !== 'PUT' && !isId(id))
    throw new Problem('not-found', 'An id is 1 to 64 letters, digits, hyphens and full stops', { at: `${type}.id` })
  if (interaction.method === 'GET') {
    const mine = server.forTenant(server, call)
    if (mine instanceof Promise) return mine.then((its) => answered(its, call, interaction, request))
    return answered(mine, call, interaction, request)
  }
  // Asked here, before a transaction holds a connection and would want a second one; so all of a transaction is judged
  // by one policy, too.
  return server.forCall(server, call).then((mine) => answered(mine, call, interaction, request))
}

/** What met other rules of the index than it was planned by has neither found nor done anything: it is planned once more. */
function answered(server: FhirServer, call: Call, interaction: Interaction, request: FhirRequest): Promise<Result> {
  return interaction.run(server, call, request).catch(async (error: unknown) => {
    const now = error instanceof Outdated ? await server.followed(server, call) : undefined
    if (!now) throw error
    return interaction.run(now, call, request)
  })
}

function matched(pattern: string, path: readonly string[], server: FhirServer): Record<string, string> | undefined {
  const parts = pattern === '/' ? [] : pattern.slice(1).split('/')
  if (parts.length !== path.length) return undefined
  const params: Record<string, string> = {}
  for (const [n, part] of parts.entries()) {
    const given = path[n] as string
    if (!part.startsWith(':')) {
      if (part !== given) return undefined
    } else if (part === ':type' ? !server.parameters.isResourceType(given) : /^[_$]/.test(given)) return undefined
    else params[part.slice(1)] = given
  }
  return params
}
