/** The search parameters that are in force, per resource type. https://hl7.org/fhir/R4/search.html */
import type { Resource } from '../../../standards/fhir/types.ts'

export type SearchParameterType =
  | 'number'
  | 'date'
  | 'string'
  | 'token'
  | 'reference'
  | 'composite'
  | 'quantity'
  | 'uri'
  | 'special'

/** A value and its FHIR type, as FHIRPath finds it. */
export type TypedValue = { readonly type: string; readonly value: unknown }

export type SearchParameter = {
  readonly code: string
  readonly type: SearchParameterType
  /** Canonical URL of the definition. */
  readonly url: string
  /** Name in the index tables, `Observation.code`; parameters that select the same values share one. */
  readonly index: string
  /** Resource types that a reference may lead to; empty means any. */
  readonly target: readonly string[]
  /** The system that a `code` element has without saying it. */
  readonly impliedSystem?: string
  /** Upper and lower case are one: tokens that are text of no code system. https://hl7.org/fhir/R4/search.html#token */
  readonly foldsCase?: true
  readonly extract: (resource: Resource) => readonly TypedValue[]
}

export type SearchParameters = {
  readonly resourceTypes: readonly string[]
  /** Stands for all by which rows are made: a write is kept only while the database goes by the same. */
  readonly rules: string
  isResourceType(type: string): boolean
  /** The parameters of a type, by code; for `Resource` those that every type has. */
  of(type: string): ReadonlyMap<string, SearchParameter>
  /** For each type of compartment, the reference parameters that put a resource of `type` into it. */
  compartmentsOf(
    type: string,
  ): readonly { readonly owner: string; readonly parameters: readonly SearchParameter[]; readonly self: boolean }[]
  /** Name in the index tables of what says in which compartments a resource of `type` is. */
  compartmentIndex(type: string): string
}
