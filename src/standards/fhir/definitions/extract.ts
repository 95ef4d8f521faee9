/**
 * The shape of the trimmed extract of FHIR R4's published definitions: what validation, FHIRPath and search need,
 * and nothing a human reads. Absent members stand for the usual case, which keeps the file small.
 * https://hl7.org/fhir/R4/structuredefinition.html
 */
export type Extract = {
  readonly fhirVersion: string
  readonly types: Readonly<Record<string, ExtractedType>>
  readonly searchParameters: readonly ExtractedSearchParameter[]
  /** Compartment type -> resource type -> codes of the search parameters that place a resource in it. */
  readonly compartments: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** Canonical without version -> the codes it holds; only value sets behind a required binding that can be listed. */
  readonly codes: Readonly<Record<string, readonly ExtractedCodes[]>>
}

export type TypeKind = 'resource' | 'complex' | 'primitive' | 'backbone'

export type ExtractedType = {
  readonly kind: TypeKind
  readonly base?: string
  readonly abstract?: true
  /** Own elements only; inherited ones are the base's. */
  readonly elements?: Readonly<Record<string, ExtractedElement>>
  /** Own invariants only. */
  readonly constraints?: readonly Constraint[]
  /** Of a primitive type's value. */
  readonly regex?: string
}

export type ExtractedElement = {
  readonly path: string
  readonly min?: number
  /** `Infinity` cannot be said in JSON: absent is 1, 0 is unbounded. */
  readonly max?: number
  readonly types: readonly TypeReference[]
  readonly choice?: true
  readonly binding?: Binding
  readonly constraints?: readonly Constraint[]
  readonly fixed?: unknown
  readonly pattern?: unknown
  readonly summary?: true
  readonly modifier?: true
}

export type TypeReference = {
  /** A FHIR type; a backbone element has its path as type: `Patient.contact`. */
  readonly code: string
  /** Resource types a Reference or canonical may point at; absent for any. */
  readonly targets?: readonly string[]
  /** `SimpleQuantity`, `MoneyQuantity`. */
  readonly profile?: string
}

export type BindingStrength = 'required' | 'extensible' | 'preferred' | 'example'

/** https://hl7.org/fhir/R4/terminologies.html#strength */
export type Binding = { readonly strength: BindingStrength; readonly valueSet: string; readonly maxValueSet?: string }

/** https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.constraint */
export type Constraint = {
  readonly key: string
  readonly severity: 'error' | 'warning'
  readonly human: string
  readonly expression: string
}

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

export type ExtractedSearchParameter = {
  readonly url: string
  readonly code: string
  readonly type: SearchParameterType
  /** Base type -> expression narrowed to it; empty text where R4 gives none (`_text`, `_content`, `_query`). */
  readonly expressions: Readonly<Record<string, string>>
  readonly target?: readonly string[]
  readonly components?: readonly { readonly definition: string; readonly expression: string }[]
  readonly comparator?: readonly string[]
  readonly modifier?: readonly string[]
  readonly multipleOr?: boolean
  readonly multipleAnd?: boolean
  readonly chain?: readonly string[]
}

export type ExtractedCodes = { readonly system: string; readonly codes: readonly string[] }
