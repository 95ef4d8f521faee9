import type { ProblemKind } from '../../kernel/problem.ts'

type Row = { http: number; fhir: string; soap: 'Sender' | 'Receiver'; query: string; retrieve: string }

/** The one place where a kind of problem meets HTTP, FHIR issue-type, SOAP 1.2, ITI-38 (query) and ITI-39 (retrieve). */
export const wireCodes: Record<ProblemKind, Row> = {
  invalid: { http: 400, fhir: 'invalid', soap: 'Sender', query: 'XDSRegistryError', retrieve: 'XDSRepositoryError' },
  unauthenticated: {
    http: 401,
    fhir: 'login',
    soap: 'Sender',
    query: 'XDSRegistryError',
    retrieve: 'XDSRepositoryError',
  },
  forbidden: {
    http: 403,
    fhir: 'forbidden',
    soap: 'Sender',
    query: 'XDSRegistryError',
    retrieve: 'XDSRepositoryError',
  },
  'not-found': {
    http: 404,
    fhir: 'not-found',
    soap: 'Sender',
    query: 'XDSUnknownPatientId',
    retrieve: 'XDSDocumentUniqueIdError',
  },
  gone: {
    http: 410,
    fhir: 'deleted',
    soap: 'Sender',
    query: 'XDSUnknownPatientId',
    retrieve: 'XDSDocumentUniqueIdError',
  },
  conflict: { http: 409, fhir: 'conflict', soap: 'Sender', query: 'XDSRegistryError', retrieve: 'XDSRepositoryError' },
  'precondition-failed': {
    http: 412,
    fhir: 'conflict',
    soap: 'Sender',
    query: 'XDSRegistryError',
    retrieve: 'XDSRepositoryError',
  },
  unsupported: {
    http: 501,
    fhir: 'not-supported',
    soap: 'Sender',
    query: 'XDSUnknownStoredQuery',
    retrieve: 'XDSRepositoryError',
  },
  throttled: {
    http: 429,
    fhir: 'throttled',
    soap: 'Receiver',
    query: 'XDSRegistryBusy',
    retrieve: 'XDSRepositoryBusy',
  },
  unavailable: {
    http: 503,
    fhir: 'transient',
    soap: 'Receiver',
    query: 'XDSRegistryError',
    retrieve: 'XDSRepositoryError',
  },
  timeout: { http: 504, fhir: 'timeout', soap: 'Receiver', query: 'XDSRegistryError', retrieve: 'XDSRepositoryError' },
  internal: {
    http: 500,
    fhir: 'exception',
    soap: 'Receiver',
    query: 'XDSRegistryError',
    retrieve: 'XDSRepositoryError',
  },
}
