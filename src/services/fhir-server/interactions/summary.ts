/** Parts of resources. https://hl7.org/fhir/R4/search.html#summary */
import type { Definitions, ElementDefinition } from '../../../standards/fhir/definitions/definitions.ts'
import { parseJson } from '../../../standards/fhir/json.ts'
import type { Resource } from '../../../standards/fhir/types.ts'
import type { Search } from '../search/term.ts'

const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }

/** Document text to document text: whole, or what `_summary` and `_elements` leave of it. */
export function shortened(
  { summary, elements }: Pick<Search, 'summary' | 'elements'>,
  definitions: Definitions,
): (document: string) => string {
  const mandatory = byType(definitions, ({ min }) => min > 0)
  const summaryElements = byType(definitions, ({ isSummary }) => isSummary)
  if (elements.length > 0) {
    const wanted = new Set(elements)
    // `value` means valueQuantity too.
    const asked = byType(definitions, ({ name, min }) => min > 0 || wanted.has(name))
    return (document) => only(document, (name, type) => wanted.has(name) || asked(type).has(name))
  }
  if (summary === 'true')
    return (document) => only(document, (name, type) => summaryElements(type).has(name) || mandatory(type).has(name))
  if (summary === 'text')
    return (document) => only(document, (name, type) => name === 'text' || mandatory(type).has(name))
  if (summary === 'data') return (document) => only(document, (name) => name !== 'text')
  return (document) => document
}

/** The JSON properties of a type's elements that are chosen, looked up once a type. */
function byType(definitions: Definitions, choose: (element: ElementDefinition) => boolean) {
  const known = new Map<string, ReadonlySet<string>>()
  return (type: string): ReadonlySet<string> => {
    const found = known.get(type)
    if (found) return found
    const chosen = [...(definitions.type(type)?.elements.values() ?? [])].filter(choose)
    const names = new Set(chosen.flatMap(({ properties }) => [...properties.keys()]))
    known.set(type, names)
    return names
  }
}

/** A choice's and a primitive extension's names are the element's. */
function only(document: string, keep: (name: string, type: string) => boolean): string {
  const resource = parseJson(document) as Resource
  const result: Resource = { resourceType: resource.resourceType }
  for (const name in resource) {
    const plain = name.startsWith('_') ? name.slice(1) : name
    if (name === 'meta') result.meta = tagged(resource.meta)
    else if (name === 'id' || name === 'resourceType' || keep(plain, resource.resourceType))
      result[name] = resource[name]
  }
  return JSON.stringify(result)
}

function tagged(meta: Resource['meta']): NonNullable<Resource['meta']> {
  const tags = Array.isArray(meta?.tag) ? meta.tag : []
  return { ...meta, tag: [...tags, subsetted] }
}
