import type {
  Binding,
  Constraint,
  Extract,
  ExtractedCodes,
  ExtractedElement,
  ExtractedSearchParameter,
  SearchParameterType,
  TypeKind,
  TypeReference,
} from './extract.ts'

/** An element of a type, ready to be asked. `types` of a choice (`value[x]`) are its alternatives. */
export type ElementDefinition = {
  /** Without `[x]`: `value`. */
  readonly name: string
  readonly path: string
  readonly min: number
  /** `Infinity` for `*`. */
  readonly max: number
  readonly isArray: boolean
  readonly types: readonly TypeReference[]
  readonly isChoice: boolean
  /** JSON property -> type: `valueQuantity` -> Quantity; for other elements the one name. */
  readonly properties: ReadonlyMap<string, TypeReference>
  readonly binding: Binding | undefined
  readonly constraints: readonly Constraint[]
  readonly fixed: unknown
  readonly pattern: unknown
  readonly isSummary: boolean
  readonly isModifier: boolean
}

/** A FHIR type; a backbone element's is named by its path, `Patient.contact`. */
export type TypeDefinition = {
  readonly name: string
  readonly kind: TypeKind
  readonly base: string | undefined
  readonly isAbstract: boolean
  /** Inherited ones included, in the order of the standard. */
  readonly elements: ReadonlyMap<string, ElementDefinition>
  /** JSON property -> element and type: `valueQuantity` -> `value`, Quantity. Names with an underscore are not listed. */
  readonly properties: ReadonlyMap<string, { readonly element: ElementDefinition; readonly type: TypeReference }>
  /** Inherited ones included. */
  readonly constraints: readonly Constraint[]
  readonly regex: string | undefined
}

export type SearchParameterDefinition = {
  readonly url: string
  readonly code: string
  readonly type: SearchParameterType
  /** The resource type it was asked for. */
  readonly base: string
  /** Narrowed to `base`; empty where the standard gives none. */
  readonly expression: string
  readonly target: readonly string[]
  readonly components: readonly SearchParameterComponent[]
  readonly comparator: readonly string[]
  readonly modifier: readonly string[]
  readonly multipleOr: boolean | undefined
  readonly multipleAnd: boolean | undefined
  readonly chain: readonly string[]
}
export type SearchParameterComponent = {
  readonly code: string
  readonly type: SearchParameterType
  readonly target: readonly string[]
  readonly expression: string
}

/** FHIR R4 as data: what a type looks like, what can be searched, which codes a binding allows. */
export type Definitions = {
  readonly fhirVersion: string
  /** Concrete resource types, in alphabetical order. */
  readonly resourceTypes: readonly string[]
  /** Every type by name. */
  readonly typeNames: readonly string[]
  isResourceType(name: string): boolean
  type(name: string): TypeDefinition | undefined
  /** Whether `type` is `ancestor` or is derived from it: Patient from DomainResource, code from string. */
  isSubtype(type: string, ancestor: string): boolean
  /** By code; those of Resource and DomainResource included. */
  searchParameters(resourceType: string): ReadonlyMap<string, SearchParameterDefinition>
  searchParameter(resourceType: string, code: string): SearchParameterDefinition | undefined
  /** The codes of a search parameter that place a resource of that type in a compartment (`Patient`, `Encounter` …). */
  compartmentParameters(compartment: string, resourceType: string): readonly string[]
  readonly compartments: readonly string[]
  /** Of a value set behind a required binding; undefined when it cannot be listed. The canonical has no version. */
  codes(valueSet: string): readonly ExtractedCodes[] | undefined
  /** The code system that a binding implies for a plain `code`, when there is exactly one. */
  impliedSystem(valueSet: string): string | undefined
}

/** Types are prepared when first asked for, so that start-up pays only for what it uses. */
export function indexDefinitions(extract: Extract): Definitions {
  const typeNames = Object.keys(extract.types)
  const resourceTypes = typeNames
    .filter((name) => extract.types[name]?.kind === 'resource' && !extract.types[name]?.abstract)
    .sort()
  const resourceTypeSet = new Set(resourceTypes)
  const types = new Map<string, TypeDefinition | undefined>()
  const parametersByType = new Map<string, Map<string, SearchParameterDefinition>>()
  const parametersByUrl = once(() => new Map(extract.searchParameters.map((one) => [one.url, one])))

  function type(name: string): TypeDefinition | undefined {
    if (!types.has(name)) types.set(name, prepareType(name, extract, type))
    return types.get(name)
  }

  function isSubtype(name: string, ancestor: string): boolean {
    for (let at: string | undefined = name; at !== undefined; at = own(extract.types, at)?.base)
      if (at === ancestor) return true
    return false
  }

  function searchParameters(resourceType: string) {
    const known = parametersByType.get(resourceType)
    if (known) return known
    const parameters = new Map<string, SearchParameterDefinition>()
    for (const parameter of extract.searchParameters)
      for (const base of Object.keys(parameter.expressions))
        if (isSubtype(resourceType, base))
          parameters.set(parameter.code, prepareParameter(parameter, resourceType, base, parametersByUrl()))
    parametersByType.set(resourceType, parameters)
    return parameters
  }

  return {
    fhirVersion: extract.fhirVersion,
    resourceTypes,
    typeNames,
    isResourceType: (name) => resourceTypeSet.has(name),
    type,
    isSubtype,
    searchParameters,
    searchParameter: (resourceType, code) => searchParameters(resourceType).get(code),
    compartmentParameters: (compartment, resourceType) =>
      own(own(extract.compartments, compartment) ?? {}, resourceType) ?? [],
    compartments: Object.keys(extract.compartments),
    codes: (valueSet) => own(extract.codes, valueSet),
    impliedSystem(valueSet) {
      const systems = own(extract.codes, valueSet)
      return systems?.length === 1 ? systems[0]?.system : undefined
    },
  }
}

function prepareType(
  name: string,
  extract: Extract,
  type: (name: string) => TypeDefinition | undefined,
): TypeDefinition | undefined {
  const extracted = own(extract.types, name)
  if (!extracted) return undefined
  const base = extracted.base === undefined ? undefined : type(extracted.base)
  const elements = new Map(base?.elements)
  for (const [elementName, element] of Object.entries(extracted.elements ?? {}))
    elements.set(elementName, prepareElement(elementName, element))
  const properties = new Map<string, { element: ElementDefinition; type: TypeReference }>()
  for (const element of elements.values())
    for (const [property, type] of element.properties) properties.set(property, { element, type })
  return {
    name,
    kind: extracted.kind,
    base: extracted.base,
    isAbstract: extracted.abstract ?? false,
    elements,
    properties,
    constraints: [...(base?.constraints ?? []), ...(extracted.constraints ?? [])],
    regex: extracted.regex,
  }
}

function prepareElement(name: string, element: ExtractedElement): ElementDefinition {
  const max = element.max === undefined ? 1 : element.max === 0 ? Number.POSITIVE_INFINITY : element.max
  const isChoice = element.choice ?? false
  return {
    name,
    path: element.path,
    min: element.min ?? 0,
    max,
    isArray: max > 1,
    types: element.types,
    isChoice,
    properties: new Map(element.types.map((type) => [isChoice ? name + capitalised(type.code) : name, type])),
    binding: element.binding,
    constraints: element.constraints ?? [],
    fixed: element.fixed,
    pattern: element.pattern,
    isSummary: element.summary ?? false,
    isModifier: element.modifier ?? false,
  }
}

function prepareParameter(
  parameter: ExtractedSearchParameter,
  resourceType: string,
  base: string,
  byUrl: ReadonlyMap<string, ExtractedSearchParameter>,
): SearchParameterDefinition {
  return {
    url: parameter.url,
    code: parameter.code,
    type: parameter.type,
    base: resourceType,
    expression: parameter.expressions[base] ?? '',
    target: parameter.target ?? [],
    components: (parameter.components ?? []).flatMap(({ definition, expression }) => {
      const component = byUrl.get(definition)
      if (!component) return []
      return [{ code: component.code, type: component.type, target: component.target ?? [], expression }]
    }),
    comparator: parameter.comparator ?? [],
    modifier: parameter.modifier ?? [],
    multipleOr: parameter.multipleOr,
    multipleAnd: parameter.multipleAnd,
    chain: parameter.chain ?? [],
  }
}

/** Names may come from a request: `constructor` is not one of ours. */
function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

const capitalised = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => (made ??= { value: make() }).value
}
