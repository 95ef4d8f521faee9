/** What the interactions work with. */
import type { Call, Clock, Ids } from '../../kernel/ports.ts'
import type { Definitions } from '../../standards/fhir/definitions/definitions.ts'
import type { OutcomeIssue, Resource } from '../../standards/fhir/types.ts'
import type { SearchParameters } from './search/parameters.ts'
import type { FhirRequest } from './interactions/fhir-request.ts'
import type { Result } from './interactions/result.ts'
import type { Store } from './store/port.ts'

export type FhirServer = {
  readonly store: Store
  readonly definitions: Definitions
  readonly parameters: SearchParameters
  readonly clock: Clock
  readonly ids: Ids
  /** This server's address with a slash at its end: `http://localhost:8000/fhir/`. */
  readonly base: string
  /** Names of the indexes whose rows are not whole. */
  readonly unfinishedIndexes: ReadonlySet<string>
  /** By which rules the database went when that was so: a search is answered only where it still does. */
  readonly rulesInForce: string
  readonly limits: FhirLimits
  readonly version: string
  /** The one way in: finds the interaction for method and path, and runs it. Throws Problem. */
  dispatch(server: FhirServer, call: Call, path: readonly string[], request: FhirRequest): Promise<Result>
  capabilities(server: FhirServer): Result
  /** The resource after a JSON Patch (a Binary of it) or a FHIRPath Patch (Parameters). Throws Problem. */
  patch(patch: unknown, before: Resource): Resource
  /**
   * What is wrong with a resource: errors refuse it, warnings go into the outcome. Under the strictest policy, unless
   * this is the server that `forCall` gave.
   */
  readonly validate: (resource: Resource) => readonly OutcomeIssue[]
  /** The server with the index as the call's tenant has it, and as it is now: one request goes by one state of it. */
  forTenant(server: FhirServer, call: Call): FhirServer | Promise<FhirServer>
  /** The same, under the policy of the tenant. */
  forCall(server: FhirServer, call: Call): Promise<FhirServer>
  /**
   * The same server after other rules of the index than its own were found in force; undefined within a transaction, which
   * is to be begun anew.
   */
  followed(server: FhirServer, call: Call): Promise<FhirServer | undefined>
}

export type FhirLimits = {
  /** Levels of nesting in a body. */
  readonly maxDepth: number
  /** Entries of a batch or transaction. */
  readonly maxEntries: number
  readonly defaultCount: number
  readonly maxCount: number
  /** Values in one OR list. */
  readonly maxValues: number
  /** Conditions of one search. */
  readonly maxConditions: number
  /** Types that the chains of one search may end in, all together. */
  readonly maxBranches: number
  /** Resources that _include and _revinclude may add to a page. */
  readonly maxIncluded: number
  /** Matches that a conditional delete may remove at once. */
  readonly maxConditionalDeletes: number
  /** More matches than this are not gathered and sorted, but looked for along the sort's index. */
  readonly seekAtMost: number
  /** Matches that may be sorted by what only the documents hold. */
  readonly maxDocumentSort: number
}

export const defaultLimits: FhirLimits = {
  maxDepth: 100,
  maxEntries: 10_000,
  defaultCount: 20,
  maxCount: 1000,
  maxValues: 10_000,
  maxConditions: 50,
  maxBranches: 1000,
  maxIncluded: 5000,
  maxConditionalDeletes: 10_000,
  seekAtMost: 5000,
  maxDocumentSort: 50_000,
}
