/** The resources that there are, and what each search parameter selects in them: FHIRPath on the document, nothing kept. */
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import type { SearchParameterDefinition } from '../../src/standards/fhir/definitions/definitions.ts'
import { compileFhirPath, type FhirPath } from '../../src/standards/fhir/fhirpath/compile.ts'
import type { Resource } from '../../src/standards/fhir/types.ts'

export type Value = { readonly type: string; readonly value: unknown }

export const definitions = loadDefinitions()
const paths = new Map<string, FhirPath>()

export type World = {
  /** As they are read from the server, by `Type/id`. */
  readonly resources: Map<string, Resource>
  /** The server's address, with a slash at its end. */
  readonly base: string
  readonly now: () => Date
}

export const nameOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`

/** The parameter of the type, or undefined where it is none that can be searched by value. */
export function parameterOf(type: string, code: string): SearchParameterDefinition | undefined {
  const found = definitions.searchParameter(type, code)
  // What sounds alike is for each server to say.
  if (!found || found.expression === '' || code === 'phonetic') return undefined
  return found.type !== 'composite' && found.type !== 'special' ? found : undefined
}

/** What has been found in a document is kept as long as the document is: they are replaced, never changed. */
const found = new WeakMap<Resource, Map<string, readonly Value[]>>()

export function valuesOf(resource: Resource, parameter: SearchParameterDefinition): readonly Value[] {
  const known = found.get(resource) ?? new Map<string, readonly Value[]>()
  found.set(resource, known)
  const before = known.get(parameter.code)
  if (before) return before
  const key = `${resource.resourceType} ${parameter.expression}`
  const path = paths.get(key) ?? compileFhirPath(parameter.expression, { type: resource.resourceType, definitions })
  paths.set(key, path)
  const values = (path(resource) as readonly Value[]).filter(({ value }) => value !== undefined && value !== null)
  known.set(parameter.code, values)
  return values
}
