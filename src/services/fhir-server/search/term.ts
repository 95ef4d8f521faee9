/** A search as it was understood: what the query says, with its parameters found. */
import type { SearchParameter } from './parameters.ts'

export type Modifier = 'exact' | 'contains' | 'missing' | 'not' | 'identifier' | 'type'

export type Term =
  /** Any one of the values matches. `values` are still escaped. */
  | {
      readonly kind: 'match'
      readonly parameter: SearchParameter
      readonly modifier: Modifier | undefined
      /** With modifier `type`: the resource type that the reference leads to. */
      readonly targetType: string | undefined
      readonly values: readonly string[]
    }
  | { readonly kind: 'id'; readonly ids: readonly string[]; readonly not: boolean }
  /** The reference leads to a resource that one of these holds for. */
  | {
      readonly kind: 'chain'
      readonly parameter: SearchParameter
      readonly targets: readonly { readonly type: string; readonly term: Term }[]
    }
  /** A resource of `type` for which the term holds refers to this one. */
  | { readonly kind: 'has'; readonly type: string; readonly parameter: SearchParameter; readonly term: Term }
  | { readonly kind: 'compartment'; readonly owner: string }

export type SortKey = { readonly parameter: SearchParameter | 'id'; readonly descending: boolean }

export type Include = {
  readonly from: string
  /** `*` is every reference. */
  readonly parameter: SearchParameter | '*'
  readonly target: string | undefined
  readonly iterate: boolean
}

export type Summary = 'true' | 'false' | 'text' | 'data' | 'count'

export type Search = {
  /** Empty means every type. */
  readonly types: readonly string[]
  readonly terms: readonly Term[]
  readonly sort: readonly SortKey[]
  readonly count: number
  readonly total: 'none' | 'estimate' | 'accurate'
  readonly summary: Summary | undefined
  readonly elements: readonly string[]
  readonly includes: readonly Include[]
  readonly revincludes: readonly Include[]
  /** Where the last page ended, as `pageAfter` wrote it. */
  readonly cursor: string | undefined
  /** What was understood, for the self link. */
  readonly understood: readonly { readonly name: string; readonly value: string }[]
  readonly notUnderstood: readonly { readonly name: string; readonly reason: string }[]
}
