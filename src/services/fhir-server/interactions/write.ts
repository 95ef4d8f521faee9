/** create, update and delete of one resource. https://hl7.org/fhir/R4/http.html#create */
import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import { WriteConflict } from '../../../platform/database/port.ts'
import type { OutcomeIssue, Resource } from '../../../standards/fhir/types.ts'
import type { FhirServer } from '../server.ts'
import type { Key, Store, Stored } from '../store/port.ts'
import { asResource, checkId, checkValid, deleteChange, putChange } from './prepare.ts'
import { eTag, type Result } from './result.ts'

/** POST: the server gives the id. */
export async function create(server: FhirServer, call: Call, type: string, body: unknown): Promise<Result> {
  const resource = asResource(body, server, type)
  const warnings = checkValid(resource, server)
  return put(server, call, server.store, { resource, id: server.ids(), warnings }, undefined)
}

/** PUT to an address: the next version, or the first where there is none. */
export async function update(
  server: FhirServer,
  call: Call,
  key: Key,
  body: unknown,
  { ifMatch, ifNoneMatch, inTransaction }: WriteOptions = {},
): Promise<Result> {
  const resource = asResource(body, server, key.type)
  checkId(key.id, key.type)
  if (resource.id !== key.id)
    throw new Problem(
      'invalid',
      resource.id === undefined ? 'The body has no id' : 'The id of the body is not that of the address',
      {
        at: `${key.type}.id`,
      },
    )
  const warnings = checkValid(resource, server)
  return attempted(server, call, key, { ifMatch, inTransaction }, async (store) => {
    const before = await store.read(call, key)
    checkVersion(key, before, ifMatch)
    checkAbsent(key, before, ifNoneMatch)
    return put(server, call, store, { resource, id: key.id, warnings }, before)
  })
}

/** DELETE: a version that says so. Deleting what is not there changes nothing. */
export async function remove(
  server: FhirServer,
  call: Call,
  key: Key,
  { ifMatch, inTransaction }: WriteOptions = {},
): Promise<Result> {
  return attempted(server, call, key, { ifMatch, inTransaction }, async (store) => {
    const before = await store.read(call, key)
    checkVersion(key, before, ifMatch)
    if (before?.document === undefined) return { status: 204 }
    const at = server.clock()
    await store.write(call, [deleteChange(server, before)], at)
    return { status: 204, deleted: 1, stored: { ...key, version: before.version + 1, lastUpdated: at } }
  })
}

async function put(
  server: FhirServer,
  call: Call,
  store: Store,
  { resource, id, warnings }: { resource: Resource; id: string; warnings: readonly OutcomeIssue[] },
  before: Stored | undefined,
): Promise<Result> {
  const at = server.clock()
  const { change, document, version } = putChange(server, resource, id, before, at)
  await store.write(call, [change], at)
  return {
    status: before?.document === undefined ? 201 : 200,
    body: document,
    stored: { type: resource.resourceType, id, version, lastUpdated: at },
    written: true,
    ...(warnings.length > 0 && { warnings }),
  }
}

/**
 * https://hl7.org/fhir/R4/http.html#concurrency — tags are compared as the weak ones they are, and a bare version is
 * taken for its tag. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
 */
export function checkVersion({ type, id }: Key, stored: Stored | undefined, ifMatch: string | undefined): void {
  if (ifMatch === undefined) return
  if (!stored || stored.document === undefined)
    throw new Problem('precondition-failed', `${type}/${id} has no current version`, { at: `${type}.meta.versionId` })
  const current = eTag(stored.version)
  const matches = (tag: string) => {
    if (tag === '*' || tag === current) return true
    return `W/${tag}` === current || `W/"${tag}"` === current
  }
  if (!ifMatch.split(',').some((tag) => matches(tag.trim())))
    throw new Problem('precondition-failed', `${type}/${id} is in version ${stored.version} by now`, {
      at: `${type}.meta.versionId`,
    })
}

/** `If-None-Match: *` on a write: only where nothing is yet. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2 */
export function checkAbsent({ type, id }: Key, stored: Stored | undefined, ifNoneMatch: string | undefined): void {
  if (ifNoneMatch?.trim() === '*' && stored?.document !== undefined)
    throw new Problem('precondition-failed', `${type}/${id} is there already, in version ${stored.version}`, {
      at: `${type}.id`,
    })
}

/** `inTransaction`: the server's store is one; what fails in it ends it, so trying again is its owner's affair. */
type WriteOptions = {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly inTransaction?: boolean | undefined
}

function attempted<T>(
  server: FhirServer,
  call: Call,
  key: Key,
  { ifMatch, inTransaction }: WriteOptions,
  attempt: (store: Store) => Promise<T>,
): Promise<T> {
  return inTransaction ? attempt(server.store) : againInTurn(server, call, key, ifMatch, attempt)
}

/** Whoever met another writer stands in line with those who did too: at a resource that many write, all come through. */
export function againInTurn<T>(
  server: FhirServer,
  call: Call,
  { type, id }: Key,
  ifMatch: string | undefined,
  attempt: (store: Store) => Promise<T>,
): Promise<T> {
  let isFirst = true
  return again(ifMatch, () => {
    if (!isFirst) return server.store.transaction(call, [`write ${type}/${id}`], attempt)
    isFirst = false
    return attempt(server.store)
  })
}

const tries = 8

/** Another writer was faster: look again. With a version asked for, that version is gone. */
export async function again<T>(ifMatch: string | undefined, attempt: () => Promise<T>): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof WriteConflict)) throw error
      if (ifMatch !== undefined)
        throw new Problem('precondition-failed', error.message, { at: 'meta.versionId', cause: error })
      if (left <= 1) throw error
    }
  }
}
