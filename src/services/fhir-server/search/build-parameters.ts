import { Problem } from '../../../kernel/problem.ts'
import type {
  Definitions,
  ElementDefinition,
  SearchParameterDefinition,
} from '../../../standards/fhir/definitions/definitions.ts'
import { compileFhirPath } from '../../../standards/fhir/fhirpath/compile.ts'
import { compartmentIndexName, indexNames, type IndexRules, inRound, isIndexed } from './index-rules.ts'
import type { SearchParameter, SearchParameters, TypedValue } from './parameters.ts'

/**
 * The search parameters of R4 with their paths compiled, a type at a time, when it is first asked for. `inForce` says
 * under which names a database has their rows; without it, as a new one has them.
 */
export function buildSearchParameters(
  definitions: Definitions,
  inForce?: Pick<IndexRules, 'rules' | 'parameters'>,
): SearchParameters {
  const named = (name: string) => inRound(name, inForce?.parameters[name]?.[1] ?? 0)
  const byType = new Map<string, ReadonlyMap<string, SearchParameter>>()
  const compartments = new Map<string, ReturnType<SearchParameters['compartmentsOf']>>()

  function of(type: string): ReadonlyMap<string, SearchParameter> {
    const known = byType.get(type)
    if (known) return known
    if (!definitions.isResourceType(type) && type !== 'Resource') return new Map()
    const built = buildType(type, definitions, named)
    byType.set(type, built)
    return built
  }

  function compartmentsOf(type: string) {
    const known = compartments.get(type)
    if (known) return known
    const built = definitions.compartments.flatMap((owner) => {
      const codes = definitions.compartmentParameters(owner, type)
      const parameters = codes.flatMap((code) => of(type).get(code) ?? [])
      return parameters.length > 0 || owner === type ? [{ owner, parameters, self: owner === type }] : []
    })
    compartments.set(type, built)
    return built
  }

  return {
    resourceTypes: definitions.resourceTypes,
    rules: inForce?.rules ?? '',
    isResourceType: (type) => definitions.isResourceType(type),
    of,
    compartmentsOf,
    compartmentIndex: (type) => named(compartmentIndexName(type)),
  }
}

function buildType(
  type: string,
  definitions: Definitions,
  named: (name: string) => string,
): ReadonlyMap<string, SearchParameter> {
  const names = indexNames(type, definitions)
  const built = new Map<string, SearchParameter>()
  for (const definition of definitions.searchParameters(type).values()) {
    if (!isIndexed(definition)) {
      built.set(definition.code, unindexed(type, definition))
      continue
    }
    const index = named(names.get(definition.code) as string)
    const impliedSystem = definition.type === 'token' ? systemOf(definition.expression, type, definitions) : undefined
    built.set(definition.code, {
      code: definition.code,
      type: definition.type,
      url: definition.url,
      index,
      target: definition.target,
      ...(impliedSystem !== undefined && { impliedSystem }),
      ...(definition.type === 'token' && isText(definition.expression, type, definitions) && { foldsCase: true }),
      extract: extractor(definition.expression, type, definitions),
    })
  }
  return built
}

const unindexed = (type: string, { code, type: kind, url, target }: SearchParameterDefinition): SearchParameter => ({
  code,
  type: kind === 'composite' ? 'composite' : 'special',
  url,
  index: `${type}.${code}`,
  target,
  extract: () => [],
})

function extractor(expression: string, type: string, definitions: Definitions): SearchParameter['extract'] {
  let path: ReturnType<typeof compileFhirPath> | undefined
  return (resource) => {
    path ??= compileFhirPath(expression, { type, definitions })
    try {
      const found = path(resource) as readonly TypedValue[]
      return found.some(({ value }) => value === undefined || value === null)
        ? found.filter(({ value }) => value !== undefined && value !== null)
        : found
    } catch (error) {
      // Content that the path cannot be read on is not found by it; the rest of the resource is.
      if (error instanceof Problem) return []
      throw error
    }
  }
}

/** The code system of a plain `code` element: `Patient.gender`. */
function systemOf(expression: string, type: string, definitions: Definitions): string | undefined {
  const element = elementAt(expression, type, definitions)
  return element?.types[0]?.code === 'code' && element.binding
    ? definitions.impliedSystem(element.binding.valueSet)
    : undefined
}

/** Whether all that a token parameter selects is text as people write it: `Patient.telecom`, `ValueSet.version`. */
function isText(expression: string, type: string, definitions: Definitions): boolean {
  return expression.split(' | ').every((path) => {
    const types = elementAt(path.trim().replace(/\.where\([^()]*\)$/, ''), type, definitions)?.types ?? []
    return types.length > 0 && types.every(({ code }) => code === 'string' || code === 'ContactPoint')
  })
}

function elementAt(path: string, type: string, definitions: Definitions): ElementDefinition | undefined {
  if (!/^\w+(\.\w+)+$/.test(path)) return undefined
  let at = definitions.type(type)
  const names = path.split('.').slice(1)
  for (const [n, name] of names.entries()) {
    const element = at?.elements.get(name)
    if (!element || n === names.length - 1) return element
    at = definitions.type(element.types[0]?.code ?? '')
  }
  return undefined
}
