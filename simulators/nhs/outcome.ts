import type { Said } from './http.ts'

type Coded = { readonly code: string; readonly display: string; readonly issue: string }

/** PDS (R4): https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode */
const pdsCodes = {
  INVALID_RESOURCE_ID: { display: 'Resource Id is invalid', issue: 'value', status: 400 },
  MISSING_VALUE: { display: 'Required value is missing', issue: 'required', status: 400 },
  INVALID_VALUE: { display: 'Provided value is invalid', issue: 'value', status: 400 },
  ADDITIONAL_PROPERTIES: { display: 'Additional properties should not be included', issue: 'invariant', status: 400 },
  INVALID_SEARCH_DATA: { display: 'Search data is invalid', issue: 'value', status: 400 },
  UNSUPPORTED_SERVICE: { display: 'Unsupported Service', issue: 'processing', status: 400 },
  ACCESS_DENIED: { display: 'Missing or invalid OAuth 2.0 bearer token in request', issue: 'forbidden', status: 401 },
  RESOURCE_NOT_FOUND: { display: 'Resource not found', issue: 'not-found', status: 404 },
  INVALIDATED_RESOURCE: {
    display: 'Resource that has been marked as invalid was requested - invalid resources cannot be retrieved',
    issue: 'processing',
    status: 404,
  },
  INVALID_METHOD: { display: 'Method not allowed', issue: 'forbidden', status: 405 },
  UNABLE_TO_CALL_SERVICE: { display: 'Unable to call service', issue: 'timeout', status: 408 },
  TOO_MANY_REQUESTS: { display: 'Too many requests', issue: 'throttled', status: 429 },
  TOO_MANY_MATCHES: { display: 'Too Many Matches', issue: 'multiple-matches', status: 200 },
} as const

export function pdsOutcome(
  code: keyof typeof pdsCodes,
  diagnostics?: string,
  status: number = pdsCodes[code].status,
): Said {
  const { display, issue } = pdsCodes[code]
  const system = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode'
  return outcome(status, { code, display, issue }, { system, version: '1' }, diagnostics)
}

/** GP Connect (STU3). https://developer.nhs.uk/apis/gpconnect-1-5-1/development_fhir_error_handling_guidance.html */
const providerCodes = {
  INVALID_NHS_NUMBER: { display: 'Invalid NHS number', issue: 'value', status: 400 },
  INVALID_IDENTIFIER_SYSTEM: { display: 'Invalid identifier system', issue: 'value', status: 400 },
  INVALID_IDENTIFIER_VALUE: { display: 'Invalid identifier value', issue: 'value', status: 400 },
  BAD_REQUEST: { display: 'Bad request', issue: 'invalid', status: 400 },
  INVALID_PATIENT_DEMOGRAPHICS: {
    display: 'Invalid patient demographics (that is, PDS trace failed)',
    issue: 'business-rule',
    status: 400,
  },
  NO_PATIENT_CONSENT: { display: 'Patient has not provided consent to share data', issue: 'forbidden', status: 403 },
  NO_ORGANISATION_CONSENT: {
    display: 'Organisation has not provided consent to share data',
    issue: 'forbidden',
    status: 403,
  },
  NO_RELATIONSHIP: { display: 'No legitimate relationship exists with this patient', issue: 'forbidden', status: 403 },
  'ACCESS DENIED': { display: 'Access has been denied to process this request', issue: 'forbidden', status: 403 },
  PATIENT_NOT_FOUND: { display: 'Patient not found', issue: 'not-found', status: 404 },
  NO_RECORD_FOUND: { display: 'No record found', issue: 'not-found', status: 404 },
  INVALID_RESOURCE: { display: 'Invalid validation of resource', issue: 'invalid', status: 422 },
  INVALID_PARAMETER: { display: 'Invalid parameter', issue: 'invalid', status: 422 },
  INTERNAL_SERVER_ERROR: { display: 'Unexpected internal server error', issue: 'exception', status: 500 },
  NOT_IMPLEMENTED: { display: 'Not implemented', issue: 'not-supported', status: 501 },
} as const
export type ProviderOutcomeCode = keyof typeof providerCodes

export const spineCodeSystem = 'https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1'

export function providerOutcome(code: ProviderOutcomeCode, diagnostics?: string): Said {
  const { display, issue, status } = providerCodes[code]
  const said = outcome(status, { code, display, issue }, { system: spineCodeSystem }, diagnostics)
  const profile = ['https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-OperationOutcome-1']
  return { ...said, body: { ...(said.body as object), meta: { profile } } }
}

/** The Spine Secure Proxy's own: the HTTP status as code, the text twice. */
export function proxyOutcome(status: number, issue: string, text: string, id: string): Said {
  return {
    status,
    wrong: text.replaceAll(/https?:\S+/g, '…'),
    body: {
      resourceType: 'OperationOutcome',
      id,
      issue: [
        {
          code: issue,
          severity: 'error',
          details: {
            coding: [
              {
                code: String(status),
                display: text,
                system: 'http://fhir.nhs.net/ValueSet/gpconnect-schedule-response-code-1-0',
              },
            ],
          },
          diagnostics: text,
        },
      ],
    },
  }
}

function outcome(
  status: number,
  { code, display, issue }: Coded,
  coding: object,
  diagnostics: string | undefined,
): Said {
  return {
    status,
    wrong: diagnostics ? `${code}: ${diagnostics}` : code,
    body: {
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: status === 200 ? 'information' : 'error',
          code: issue,
          details: { coding: [{ ...coding, code, display }] },
          ...(diagnostics && { diagnostics }),
        },
      ],
    },
  }
}
