import { Problem } from '../../../kernel/problem.ts'
import type { Definitions, ElementDefinition } from '../definitions/definitions.ts'
import type { Companion } from '../fhirpath/typed-value.ts'
import { systemKinds } from '../fhirpath/system-value.ts'
import { readItems, writeItems, type Item } from './element-list.ts'
import type { Part } from './patch-operation.ts'

/** Where a value goes: the element's JSON property, and the item for it. */
export type Placed = { readonly property: string; readonly isArray: boolean; readonly item: Item }

/**
 * The value of an operation as it stands in the resource: `value[x]`, or parts for an element without a type of its own
 * (a backbone element). A Problem when the element cannot hold it. https://hl7.org/fhir/R4/fhirpatch.html
 */
export function placeValue(part: Part, element: ElementDefinition, definitions: Definitions, at: string): Placed {
  const given = valueOf(part, definitions)
  if (given) {
    const property = propertyFor(element, given.type)
    if (property === undefined) throw new Problem('invalid', `${element.path} does not hold a ${given.type}`, { at })
    return { property, isArray: element.isArray, item: given.item }
  }
  const [property, type] = [...element.properties][0] ?? []
  if (!Array.isArray(part.part) || element.isChoice || property === undefined || type === undefined)
    throw new Problem('invalid', 'The value is neither value[x] nor parts', { at })
  return { property, isArray: element.isArray, item: { value: fromParts(part.part, type.code, definitions, at) } }
}

function valueOf(part: Part, definitions: Definitions): { type: string; item: Item } | undefined {
  const resource = part.resource as { resourceType?: unknown } | undefined
  if (typeof resource?.resourceType === 'string') return { type: resource.resourceType, item: { value: resource } }
  const choices = definitions.type('Parameters.parameter')?.elements.get('value')?.properties ?? new Map()
  for (const [property, { code }] of choices) {
    const [value, companion] = [part[property], part[`_${property}`] as Companion | undefined]
    if (value !== undefined || companion !== undefined) return { type: code, item: { value, companion } }
  }
  return undefined
}

/** A choice takes exactly its types; elsewhere one primitive of text is as good as another, as valueString for a code. */
function propertyFor(element: ElementDefinition, type: string): string | undefined {
  for (const [property, { code }] of element.properties) if (code === type) return property
  if (element.isChoice) return undefined
  const kind = systemKinds.get(type)
  for (const [property, { code }] of element.properties) {
    if (kind !== undefined && kind !== 'Quantity' && (systemKinds.get(code) === kind || isDateLike(code, kind)))
      return property
    if (code === 'Resource' && /^[A-Z]/.test(type)) return property
  }
  return undefined
}

/** valueDate is allowed for a dateTime, and valueString for any date. */
const isDateLike = (code: string, kind: string) =>
  ['Date', 'DateTime', 'Time'].includes(systemKinds.get(code) ?? '') &&
  (kind === 'String' || kind === 'Date' || kind === 'DateTime')

function fromParts(
  parts: readonly Part[],
  type: string,
  definitions: Definitions,
  at: string,
): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  const elements = definitions.type(type)?.elements
  for (const part of parts) {
    const element = typeof part.name === 'string' ? elements?.get(part.name) : undefined
    if (!element) throw new Problem('invalid', `${type} has no element ${String(part.name)}`, { at })
    const { property, isArray, item } = placeValue(part, element, definitions, at)
    const items = readItems(made, property)
    if (items.length > 0 && !isArray) throw new Problem('invalid', `${element.path} does not repeat`, { at })
    writeItems(made, property, [...items, item], isArray)
  }
  return made
}
