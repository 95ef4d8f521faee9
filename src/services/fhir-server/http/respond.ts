import type { HttpResponse } from '../../../platform/http/port.ts'
import { parseJson } from '../../../standards/fhir/json.ts'
import { eTag, type Result, versionLocation } from '../interactions/result.ts'
import type { FhirServer } from '../server.ts'
import type { Asked } from './request.ts'

const contentType = 'application/fhir+json; charset=utf-8'

/**
 * Without a word on caching, a browser may show yesterday's record for a tenth of its age, and a proxy to anybody: every
 * answer is asked for again, which its ETag makes cheap. https://www.rfc-editor.org/rfc/rfc9111#section-4.2.2
 */
export const cacheControl = 'private, no-cache'

/** The result as an HTTP response: ETag, Last-Modified, Location, and the body that was preferred. */
export function respond(result: Result, { prefer, pretty }: Asked, server: FhirServer): HttpResponse {
  const { status, stored } = result
  const body = result.written ? writtenBody(result, prefer) : (result.body ?? removedBody(result, prefer))
  const headers: Record<string, string> = { 'cache-control': cacheControl }
  if (body !== undefined) headers['content-type'] = contentType
  if (stored) {
    headers.etag = eTag(stored.version)
    headers['last-modified'] = stored.lastUpdated.toUTCString()
    if (result.written) headers.location = `${server.base}${versionLocation(stored)}`
  }
  if (body === undefined) return { status, headers }
  return {
    status: status === 204 ? 200 : status,
    headers,
    body: pretty ? JSON.stringify(parseJson(body), undefined, 2) : body,
  }
}

function writtenBody({ body, status, stored, warnings }: Result, prefer: Asked['prefer']): string | undefined {
  if (prefer === 'minimal') return undefined
  if (prefer === 'representation') return body
  const made = status === 201 ? 'created' : 'updated'
  return outcome(`${stored?.type}/${stored?.id} ${made} in version ${stored?.version}`, warnings)
}

function removedBody({ status, deleted }: Result, prefer: Asked['prefer']): string | undefined {
  if (status !== 204 || prefer !== 'OperationOutcome') return undefined
  return outcome(`${deleted ?? 0} deleted`)
}

const outcome = (diagnostics: string, warnings: Result['warnings'] = []) =>
  JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'information', code: 'informational', diagnostics }, ...warnings],
  })
