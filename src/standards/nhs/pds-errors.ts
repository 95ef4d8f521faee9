import { outcomeCodes } from './outcome-codes.ts'

/** What PDS says instead of an answer, by what it means for who asked. */
export type PdsError =
  | 'none'
  | 'invalidated'
  | 'invalid-number'
  | 'too-many'
  | 'more-needed'
  | 'bad-request'
  | 'access-denied'
  | 'busy'
  | 'timeout'

/** https://digital.nhs.uk/developer/api-catalogue/personal-demographics-service-fhir, per code. */
const meanings: Readonly<Record<string, PdsError>> = {
  RESOURCE_NOT_FOUND: 'none',
  INVALIDATED_RESOURCE: 'invalidated',
  INVALID_RESOURCE_ID: 'invalid-number',
  TOO_MANY_MATCHES: 'too-many',
  INVALID_SEARCH_DATA: 'more-needed',
  TOO_FEW_VALUES_SUBMITTED: 'more-needed',
  MISSING_VALUE: 'bad-request',
  INVALID_VALUE: 'bad-request',
  ADDITIONAL_PROPERTIES: 'bad-request',
  UNSUPPORTED_SERVICE: 'bad-request',
  TOO_MANY_VALUES_SUBMITTED: 'bad-request',
  INVALID_METHOD: 'access-denied',
  ACCESS_DENIED: 'access-denied',
  UNABLE_TO_CALL_SERVICE: 'timeout',
  TOO_MANY_REQUESTS: 'busy',
}

const byStatus: Readonly<Record<number, PdsError>> = {
  401: 'access-denied',
  403: 'access-denied',
  408: 'timeout',
  429: 'busy',
}

/**
 * undefined: it is no error PDS is known to give. A 404 that does not say RESOURCE_NOT_FOUND is such a one: it may come
 * from anything in between and tells nothing about the patient.
 */
export function pdsErrorOf(status: number, body: unknown): { error: PdsError; code: string } | undefined {
  for (const { code, diagnostics } of outcomeCodes(body)) {
    const error = code === undefined ? undefined : meanings[code]
    if (!code || !error) continue
    // A search that lacks something is told as MISSING_VALUE too; a header that lacks is our own mistake.
    const lacking = code === 'MISSING_VALUE' && /birth|family|given|gender|post/i.test(diagnostics ?? '')
    return { error: lacking ? 'more-needed' : error, code }
  }
  const error = byStatus[status]
  return error && { error, code: String(status) }
}
