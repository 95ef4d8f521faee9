/** Requests to a FHIR server elsewhere. `base` is the address that takes the place of `/fhir`. */
import { Problem } from '../../kernel/problem.ts'
import type { Submit } from '../in-process.ts'

export function overHttp(base: string, authorization: string | undefined): Submit {
  const root = base.replace(/\/+$/, '')
  return async ({ method, path, body }) => {
    const headers = {
      'content-type': 'application/fhir+json',
      accept: 'application/fhir+json',
      ...(authorization !== undefined && { authorization }),
    }
    const url = root + path.replace(/^\/fhir/, '')
    try {
      const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
      return { status: response.status, body: await response.text() }
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
      throw new Problem('unavailable', `${url}: ${reason}`, { cause })
    }
  }
}
