import { outcomeCodes } from './outcome-codes.ts'

/** What GP Connect, or the Spine Secure Proxy before it, says instead of a record. */
export type SpineError =
  | { readonly from: 'provider'; readonly code: ProviderCode }
  | { readonly from: 'proxy'; readonly code: ProxyCode }

const providerCodes = [
  'INVALID_NHS_NUMBER',
  'INVALID_IDENTIFIER_SYSTEM',
  'INVALID_IDENTIFIER_VALUE',
  'BAD_REQUEST',
  'INVALID_PATIENT_DEMOGRAPHICS',
  'NO_PATIENT_CONSENT',
  'NO_ORGANISATION_CONSENT',
  'NO_RELATIONSHIP',
  'ACCESS_DENIED',
  'PATIENT_NOT_FOUND',
  'NO_RECORD_FOUND',
  'INVALID_RESOURCE',
  'INVALID_PARAMETER',
  'REFERENCE_NOT_FOUND',
  'INTERNAL_SERVER_ERROR',
  'NOT_IMPLEMENTED',
] as const
export type ProviderCode = (typeof providerCodes)[number]

/** The proxy has no codes of its own but the HTTP status; what went wrong is the beginning of a text. */
const proxyTexts = [
  ['ENDPOINT_', 'endpoint-varies'],
  ['ASID_CHECK_FAILED_MESSAGESENDER', 'sender-refused'],
  ['ASID_CHECK_FAILED_MESSAGERECEIVER', 'receiver-refused'],
  ['PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER', 'receiver-refused'],
  ['PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGESENDER', 'sender-refused'],
  ['FOT_CHECK_FAILED', 'pair-refused'],
  ['ERROR_COMMUNICATING_TO_ENDPOINT', 'endpoint-unreachable'],
] as const
export type ProxyCode = (typeof proxyTexts)[number][1] | 'other'

/**
 * https://developer.nhs.uk/apis/gpconnect-1-5-1/development_fhir_error_handling_guidance.html. The code system of the
 * codes is spelled in several ways, so codes are matched alone; `ACCESS DENIED` comes with a space and without.
 */
export function spineErrorOf(body: unknown): SpineError | undefined {
  const found = outcomeCodes(body)
  for (const { severity, code } of found) {
    const spelled = code?.replace(' ', '_')
    const known = providerCodes.find((provider) => provider === spelled)
    if (known && severity !== 'warning') return { from: 'provider', code: known }
  }
  for (const { display, diagnostics, system } of found) {
    for (const text of [display, diagnostics])
      for (const [beginning, code] of proxyTexts) if (text?.startsWith(beginning)) return { from: 'proxy', code }
    if (system?.includes('gpconnect-schedule-response-code')) return { from: 'proxy', code: 'other' }
  }
  return undefined
}
