import { Problem } from '../../../kernel/problem.ts'
import type { OutcomeIssue } from '../../../standards/fhir/types.ts'

/** A resource that breaks rules, with all of them. */
export class ValidationProblem extends Problem {
  readonly issues: readonly OutcomeIssue[]

  constructor(issues: readonly OutcomeIssue[]) {
    const [first] = issues
    super('invalid', first?.diagnostics ?? 'The resource is not valid', {
      ...(first?.expression?.[0] && { at: first.expression[0] }),
      code: { fhir: first?.code ?? 'invalid', http: 422 },
    })
    this.issues = issues
  }
}
