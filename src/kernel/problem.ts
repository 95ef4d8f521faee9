/** Everything that can go wrong, by what the caller should do about it. Closed on purpose. */
export type ProblemKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'gone'
  | 'conflict'
  | 'precondition-failed'
  | 'unsupported'
  | 'throttled'
  | 'unavailable'
  | 'timeout'
  | 'internal'

export type ProblemDetail = {
  /** FHIRPath or XPath to the offending element. */
  at?: string
  /** A more exact code for one wire, e.g. `{ xds: 'XDSUnknownPatientId' }` or `{ http: 413, fhir: 'too-long' }`. */
  code?: { http?: number; fhir?: string; xds?: string }
  cause?: unknown
}

export class Problem extends Error {
  readonly kind: ProblemKind
  readonly at: string | undefined
  readonly code: { http?: number; fhir?: string; xds?: string }

  constructor(kind: ProblemKind, message: string, detail: ProblemDetail = {}) {
    super(message, { cause: detail.cause })
    this.name = 'Problem'
    this.kind = kind
    this.at = detail.at
    this.code = detail.code ?? {}
  }
}

/** Anything thrown becomes a Problem; a stranger is `internal` and keeps its text out of the response. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  return new Problem('internal', 'Unexpected failure', { cause: thrown })
}
