/** https://hl7.org/fhir/R4/http.html#patch */
import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import { WriteConflict } from '../../../platform/database/port.ts'
import { parseJson } from '../../../standards/fhir/json.ts'
import type { Resource } from '../../../standards/fhir/types.ts'
import type { FhirServer } from '../server.ts'
import type { Key } from '../store/port.ts'
import { conditionLock, theOneMatch } from './conditional.ts'
import type { FhirRequest } from './fhir-request.ts'
import { existing } from './read.ts'
import type { Result } from './result.ts'
import { again, againInTurn, checkVersion, update } from './write.ts'

/** The patch is applied to what is there, and the outcome is checked and written as an update is. */
export function patch(server: FhirServer, call: Call, key: Key, request: FhirRequest): Promise<Result> {
  return againInTurn(server, call, key, request.ifMatch, (store) => patchOnce({ ...server, store }, call, key, request))
}

async function patchOnce(server: FhirServer, call: Call, key: Key, { body, ifMatch }: FhirRequest): Promise<Result> {
  const before = existing(key, await server.store.read(call, key))
  checkVersion(key, before, ifMatch)
  const after = server.patch(body, parseJson(before.document as string) as Resource)
  if (after.resourceType !== key.type || after.id !== key.id)
    throw new Problem('invalid', 'A patch may change neither resourceType nor id', { at: `${key.type}.id` })
  // What was patched is what was read: another writer in between is a reason to begin again.
  return update(server, call, key, after, { ifMatch: `W/"${before.version}"`, inTransaction: true }).catch((error) => {
    throw error instanceof Problem && error.kind === 'precondition-failed'
      ? new WriteConflict(error.message, error)
      : error
  })
}

export function conditionalPatch(server: FhirServer, call: Call, type: string, request: FhirRequest): Promise<Result> {
  return again(undefined, () =>
    server.store.transaction(call, [conditionLock(type, request.query)], async (store) => {
      const inside = { ...server, store }
      const match = await theOneMatch(inside, call, type, request.query, type)
      if (!match) throw new Problem('not-found', 'The condition matches nothing to patch', { at: type })
      return patchOnce(inside, call, match, request)
    }),
  )
}
