import type { OutcomeIssue } from '../types.ts'

/** A tenant's choice for resources that break rules: turned away, or accepted with warnings in the outcome. */
export type ValidationPolicy = 'refuse' | 'warn'

/**
 * A validator's issues as the policy sees them: an `error` left over means that the write is refused. What is no
 * resource of R4 at all (`fatal`) is refused under either.
 */
export function underPolicy(issues: readonly OutcomeIssue[], policy: ValidationPolicy): readonly OutcomeIssue[] {
  if (policy === 'refuse') return issues
  return issues.map((issue) => (issue.severity === 'error' ? { ...issue, severity: 'warning' } : issue))
}
