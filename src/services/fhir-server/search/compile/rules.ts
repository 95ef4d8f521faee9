/**
 * That a statement is answered only where the database goes by the rules it was written for. Their row is read in the same
 * snapshot as the index: where it is still there, nobody has yet made a row by others. docs/decisions/0008-index-rules.md
 */
import type { CompiledSearch } from '../compiled-search.ts'
import { tenant } from './context.ts'

/**
 * A condition for the outermost query. It names no row, so it is asked once, before anything is looked for; where it does not
 * hold the statement fails with Outdated. A subquery of EXISTS, or a function that looks itself, costs twice or five times as much.
 */
export const underRules = (rules: string): string =>
  `case (select rules from fhir.rules_in_force where tenant = ${tenant}) when ${rules}::text then true
    else fhir.refuse_other_rules() end`

/** Nothing but that. */
export const rulesStatement = (options: { tenant: number; rules: string }): CompiledSearch => ({
  text: `select where ${underRules('$2')}`,
  values: [options.tenant, options.rules],
  fixed: true,
})
