import type { Problem } from '../../kernel/problem.ts'
import { wireCodes } from './table.ts'

export const httpStatus = (problem: Problem): number => problem.code.http ?? wireCodes[problem.kind].http

/** https://www.rfc-editor.org/rfc/rfc9457 */
export function toProblemJson(problem: Problem) {
  return {
    title: problem.kind,
    status: httpStatus(problem),
    detail: problem.message,
    ...(problem.at && { at: problem.at }),
  }
}

export function toOperationOutcome(problem: Problem) {
  return {
    resourceType: 'OperationOutcome' as const,
    issue: [
      {
        severity: 'error' as const,
        code: problem.code.fhir ?? wireCodes[problem.kind].fhir,
        diagnostics: problem.message,
        ...(problem.at && { expression: [problem.at] }),
      },
    ],
  }
}

/** Only for what fails before a transaction is chosen: envelope, addressing, security. */
export function toSoapFault(problem: Problem) {
  return { Fault: { Code: { Value: `env:${wireCodes[problem.kind].soap}` }, Reason: { Text: problem.message } } }
}

/** ITI-38 and ITI-39. A failed query is a normal SOAP response that carries this list. */
export function toRegistryErrorList(problem: Problem, stage: 'query' | 'retrieve') {
  return {
    RegistryErrorList: [
      {
        errorCode: problem.code.xds ?? wireCodes[problem.kind][stage],
        codeContext: problem.message,
        severity: 'urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error',
      },
    ],
  }
}

/** ITI-47 and ITI-55 have no RegistryErrorList: HL7 V3 answers in acknowledgement and queryAck. */
export function toQueryAck(problem: Problem) {
  const found = problem.kind !== 'not-found'
  return { acknowledgement: { typeCode: found ? 'AE' : 'AA' }, queryAck: { queryResponseCode: found ? 'AE' : 'NF' } }
}
