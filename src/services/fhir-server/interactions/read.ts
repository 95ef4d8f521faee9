import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import { queryParameters } from '../search/query-string.ts'
import { resolveSearch } from '../search/resolve.ts'
import type { FhirServer } from '../server.ts'
import type { Key, Stored } from '../store/port.ts'
import { eTag, type Result, readResult } from './result.ts'
import { shortened } from './summary.ts'

/** https://hl7.org/fhir/R4/http.html#cread */
export type ReadCondition = { readonly ifNoneMatch?: string | undefined; readonly ifModifiedSince?: string | undefined }

/** https://hl7.org/fhir/R4/http.html#read */
export async function read(server: FhirServer, call: Call, key: Key, condition: ReadCondition = {}): Promise<Result> {
  const found = existing(key, await server.store.read(call, key))
  return isUnchanged(found, condition) ? { status: 304, stored: found } : readResult(found)
}

/** A read, whole or as `_summary` and `_elements` ask. https://hl7.org/fhir/R4/http.html#read */
export async function readPart(
  server: FhirServer,
  call: Call,
  key: Key,
  condition: ReadCondition,
  query: string,
): Promise<Result> {
  const asked = queryParameters(query).filter(({ name }) => name === '_summary' || name === '_elements')
  const whole = await read(server, call, key, condition)
  if (asked.length === 0 || whole.body === undefined) return whole
  const part = shortened(resolveSearch([key.type], asked, server.parameters, server.limits), server.definitions)
  return { ...whole, body: part(whole.body) }
}

/** https://hl7.org/fhir/R4/http.html#vread */
export async function vread(server: FhirServer, call: Call, key: Key, versionId: string): Promise<Result> {
  const version = /^[1-9]\d{0,8}$/.test(versionId) ? Number(versionId) : undefined
  const found = version === undefined ? undefined : await server.store.readVersion(call, key, version)
  if (!found)
    throw new Problem('not-found', `${key.type}/${key.id} has no version ${versionId.slice(0, 64)}`, { at: key.type })
  if (found.document === undefined)
    throw new Problem('gone', `${key.type}/${key.id} was deleted in version ${versionId}`, { at: key.type })
  return readResult(found)
}

export function existing({ type, id }: Key, found: Stored | undefined): Stored {
  if (!found) throw new Problem('not-found', `${type}/${id} is not known`, { at: type })
  if (found.document === undefined) throw new Problem('gone', `${type}/${id} was deleted`, { at: type })
  return found
}

function isUnchanged(stored: Stored, { ifNoneMatch, ifModifiedSince }: ReadCondition): boolean {
  // https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2 — the tag is more exact than the time, and goes first.
  if (ifNoneMatch !== undefined)
    return ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || weak(tag.trim()) === eTag(stored.version))
  const since = ifModifiedSince === undefined ? Number.NaN : Date.parse(ifModifiedSince)
  return Math.floor(stored.lastUpdated.getTime() / 1000) * 1000 <= since
}

const weak = (tag: string) => (tag.startsWith('W/') ? tag : `W/${tag}`)
