import type { Problem } from '../../../kernel/problem.ts'
import type { OperationOutcome } from '../../../standards/fhir/types.ts'
import { toOperationOutcome } from '../../../standards/problems/render.ts'
import { ValidationProblem } from './validation-problem.ts'

/** All that is wrong, each with its place; `moved` puts a path where the caller sees it. */
export function outcomeOf(problem: Problem, moved: (path: string) => string = (path) => path): OperationOutcome {
  if (!(problem instanceof ValidationProblem)) return toOperationOutcome(problem)
  const issue = problem.issues.map((one) => ({
    ...one,
    ...(one.expression && { expression: one.expression.map(moved) }),
  }))
  return { resourceType: 'OperationOutcome', issue }
}
