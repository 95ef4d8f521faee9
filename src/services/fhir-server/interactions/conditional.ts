/** Interactions that find their resource by a search. https://hl7.org/fhir/R4/http.html#ccreate */
import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import { queryParameters } from '../search/query-string.ts'
import { resolveSearch } from '../search/resolve.ts'
import type { StampedRow } from '../search/compile/statement.ts'
import type { Search } from '../search/term.ts'
import type { FhirServer } from '../server.ts'
import type { Key, Stored } from '../store/port.ts'
import { asResource, deleteChange } from './prepare.ts'
import type { Result } from './result.ts'
import { matchingKeys } from './search-run.ts'
import { again, create, remove, update } from './write.ts'

/** Two requests with one condition wait for each other, so that not both find nothing. */
export const conditionLock = (type: string, query: string): string => `condition ${type}?${query}`

/** Everything must be understood: a condition that is half read matches what nobody meant. */
export function conditionOf(server: FhirServer, type: string, query: string, at: string): Search {
  const search = resolveSearch([type], queryParameters(query), server.parameters, server.limits)
  const [unknown] = search.notUnderstood
  if (unknown) throw new Problem('invalid', unknown.reason, { at, code: { fhir: 'not-supported' } })
  if (search.terms.length === 0)
    throw new Problem('precondition-failed', 'The condition names nothing to match by', {
      at,
      code: { fhir: 'incomplete' },
    })
  return search
}

/** The one match, or undefined. Throws Problem('precondition-failed') when there are more. */
export async function theOneMatch(
  server: FhirServer,
  call: Call,
  type: string,
  query: string,
  at: string,
): Promise<StampedRow | undefined> {
  const found = await matchingKeys(server, call, conditionOf(server, type, query, at), 2)
  if (found.length > 1)
    throw new Problem('precondition-failed', 'The condition matches more than one resource', {
      at,
      code: { fhir: 'multiple-matches' },
    })
  return found[0]
}

export async function conditionalCreate(
  server: FhirServer,
  call: Call,
  type: string,
  body: unknown,
  query: string,
): Promise<Result> {
  asResource(body, server, type)
  return locked(server, call, type, query, async (inside) => {
    const match = await theOneMatch(inside, call, type, query, 'If-None-Exist')
    return match ? foundResult(match) : create(inside, call, type, body)
  })
}

export function foundResult(match: StampedRow): Result {
  const { type, id, version, last_updated } = match
  return { status: 200, body: match.document, stored: { type, id, version, lastUpdated: last_updated }, written: true }
}

export async function conditionalUpdate(
  server: FhirServer,
  call: Call,
  type: string,
  body: unknown,
  query: string,
  ifMatch?: string,
): Promise<Result> {
  const resource = asResource(body, server, type)
  return locked(server, call, type, query, async (inside) => {
    const match = await theOneMatch(inside, call, type, query, type)
    if (!match) {
      if (resource.id === undefined) return create(inside, call, type, body)
      const key = { type, id: resource.id }
      refuseOther(key, await inside.store.read(call, key))
      return update(inside, call, key, body, { ifMatch, inTransaction: true })
    }
    if (resource.id !== undefined && resource.id !== match.id)
      throw new Problem('invalid', 'The condition matches a resource with another id', { at: `${type}.id` })
    return update(inside, call, { type, id: match.id }, { ...resource, id: match.id }, { ifMatch, inTransaction: true })
  })
}

/** The condition matched nothing, so what already has the id is a resource that the caller did not mean. */
export function refuseOther({ type, id }: Key, stored: Stored | undefined): void {
  if (stored?.document !== undefined)
    throw new Problem('conflict', `The condition matches nothing, but ${type}/${id} is there already`, {
      at: `${type}.id`,
    })
}

/** Removes one match, or all of them. `Prefer: return=OperationOutcome` says how many. */
export async function conditionalDelete(
  server: FhirServer,
  call: Call,
  type: string,
  query: string,
  ifMatch?: string,
): Promise<Result & { deleted: number }> {
  const { maxConditionalDeletes } = server.limits
  return locked(server, call, type, query, async (inside) => {
    const condition = conditionOf(inside, type, query, type)
    const found = await matchingKeys(inside, call, condition, maxConditionalDeletes + 1)
    if (found.length > maxConditionalDeletes)
      throw new Problem('precondition-failed', `The condition matches more than ${maxConditionalDeletes} resources`, {
        at: type,
        code: { fhir: 'too-costly' },
      })
    const [only, second] = found
    if (only && !second) return { ...(await remove(inside, call, only, { ifMatch, inTransaction: true })), deleted: 1 }
    const before = await inside.store.readMany(call, found satisfies readonly Key[])
    const changes = before.filter(({ document }) => document !== undefined).map((one) => deleteChange(inside, one))
    await inside.store.write(call, changes, inside.clock())
    return { status: 204, deleted: changes.length }
  })
}

/** In one transaction, alone among those with the same condition. */
function locked<T>(
  server: FhirServer,
  call: Call,
  type: string,
  query: string,
  work: (inside: FhirServer) => Promise<T>,
): Promise<T> {
  return again(undefined, () =>
    server.store.transaction(call, [conditionLock(type, query)], (store) => work({ ...server, store })),
  )
}
