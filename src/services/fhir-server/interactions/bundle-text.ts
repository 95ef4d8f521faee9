/** Bundles as text: documents go from the database to the wire without being parsed again. */
import type { BundleLink } from '../../../standards/fhir/types.ts'

export type EntryText = {
  readonly fullUrl?: string
  /** JSON text of a resource. */
  readonly resource?: string | undefined
  readonly search?: 'match' | 'include' | 'outcome'
  readonly request?: { readonly method: string; readonly url: string }
  readonly response?: {
    readonly status: string
    readonly location?: string
    readonly etag?: string
    readonly lastModified?: string
    readonly outcome?: unknown
  }
}

export type BundleText = {
  readonly type: 'searchset' | 'history' | 'batch-response' | 'transaction-response' | 'collection'
  readonly id?: string
  readonly lastUpdated?: Date
  readonly total?: number | undefined
  readonly links?: readonly BundleLink[]
  readonly entries: readonly EntryText[]
}

export function bundleText({ type, id, lastUpdated, total, links, entries }: BundleText): string {
  const parts: string[] = ['"resourceType":"Bundle"']
  if (id !== undefined) parts.push(`"id":${JSON.stringify(id)}`)
  if (lastUpdated) parts.push(`"meta":{"lastUpdated":"${lastUpdated.toISOString()}"}`)
  parts.push(`"type":"${type}"`)
  if (total !== undefined) parts.push(`"total":${total}`)
  if (links && links.length > 0) parts.push(`"link":${JSON.stringify(links)}`)
  // An empty list is not FHIR: the element is left off.
  if (entries.length > 0) parts.push(`"entry":[${entries.map(entryText).join(',')}]`)
  return `{${parts.join(',')}}`
}

function entryText({ fullUrl, resource, search, request, response }: EntryText): string {
  const parts: string[] = []
  if (fullUrl !== undefined) parts.push(`"fullUrl":${JSON.stringify(fullUrl)}`)
  if (resource !== undefined) parts.push(`"resource":${resource}`)
  if (search) parts.push(`"search":{"mode":"${search}"}`)
  if (request) parts.push(`"request":${JSON.stringify(request)}`)
  if (response) parts.push(`"response":${JSON.stringify(response)}`)
  return `{${parts.join(',')}}`
}
