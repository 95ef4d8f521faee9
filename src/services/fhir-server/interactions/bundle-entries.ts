/** The entries of a batch or transaction as requests. https://hl7.org/fhir/R4/http.html#transaction */
import { Problem } from '../../../kernel/problem.ts'
import type { BundleEntry, Resource } from '../../../standards/fhir/types.ts'
import type { FhirServer } from '../server.ts'

export type EntryMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type EntryRequest = {
  /** In the bundle, from 0. */
  readonly index: number
  readonly method: EntryMethod
  /** Without base and query: `Patient/1`. */
  readonly path: readonly string[]
  readonly query: string
  readonly fullUrl: string | undefined
  readonly resource: Resource | undefined
  readonly ifNoneExist: string | undefined
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
  readonly ifModifiedSince: string | undefined
}

/** The order in which R4 wants them done. */
export const methodOrder: readonly EntryMethod[] = ['DELETE', 'POST', 'PUT', 'PATCH', 'GET', 'HEAD']

export const entryAt = (index: number): string => `Bundle.entry[${index}]`

/** Checks the frame of every entry; what is in the resources is the interactions' affair. */
export function readEntries(bundle: Resource, server: FhirServer): EntryRequest[] {
  const { entry } = bundle as { entry?: unknown }
  if (entry === undefined) return []
  if (!Array.isArray(entry))
    throw new Problem('invalid', 'Bundle.entry is a list', { at: 'Bundle.entry', code: { fhir: 'structure' } })
  if (entry.length > server.limits.maxEntries)
    throw new Problem('invalid', `${entry.length} entries where at most ${server.limits.maxEntries} may be`, {
      at: 'Bundle.entry',
      code: { http: 413, fhir: 'too-long' },
    })
  return entry.map((one, index) => readEntry(one, index, server))
}

/** Throws Problem('invalid') that names the entry's element. */
export function readEntry(entry: BundleEntry, index: number, server: FhirServer): EntryRequest {
  const refuse = (element: string, reason: string, fhir = 'value') =>
    new Problem('invalid', reason, { at: `${entryAt(index)}${element}`, code: { fhir } })
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    throw refuse('', 'An entry is an object', 'structure')
  const { request, resource, fullUrl } = entry
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    throw refuse('.request', 'An entry of a batch or transaction has a request', 'required')
  const { method, url } = request
  if (!methodOrder.includes(method as EntryMethod)) throw refuse('.request.method', 'Not a method that FHIR has')
  if (typeof url !== 'string' || url.includes('\0')) throw refuse('.request.url', 'A request has a url', 'required')
  for (const name of ['ifNoneExist', 'ifMatch', 'ifNoneMatch', 'ifModifiedSince'] as const)
    if (request[name] !== undefined && typeof request[name] !== 'string')
      throw refuse(`.request.${name}`, 'A text is wanted', 'structure')
  if (fullUrl !== undefined && typeof fullUrl !== 'string') throw refuse('.fullUrl', 'A text is wanted', 'structure')
  if (
    (method === 'POST' || method === 'PUT' || method === 'PATCH') &&
    (typeof resource !== 'object' || resource === null)
  )
    throw refuse('.resource', `${method} needs a resource`, 'required')
  const { path, query } = splitUrl(url, server.base)
  return {
    index,
    method: method as EntryMethod,
    path,
    query,
    fullUrl,
    resource,
    ifNoneExist: request.ifNoneExist,
    ifMatch: request.ifMatch,
    ifNoneMatch: request.ifNoneMatch,
    ifModifiedSince: request.ifModifiedSince,
  }
}

function splitUrl(url: string, base: string): { path: string[]; query: string } {
  const local = url.startsWith(base) ? url.slice(base.length) : url.replace(/^\//, '')
  const mark = local.indexOf('?')
  const path = (mark < 0 ? local : local.slice(0, mark)).split('/').filter((part) => part !== '')
  return { path, query: mark < 0 ? '' : local.slice(mark + 1) }
}
