import type { Definitions, ElementDefinition } from '../definitions/definitions.ts'
import type { Companion, TypedValue } from './typed-value.ts'

/** One JSON property that may hold an element: `value` of an Observation has eleven. */
export type Alternative = {
  readonly property: string
  /** `_birthDate`; undefined where the type is not primitive. */
  readonly companion: string | undefined
  readonly type: string
  /** The type says no more than Resource: the resource itself names it. */
  readonly isResource: boolean
}

/** How elements are reached through the model. One per Definitions, shared by all expressions. */
export type Model = {
  readonly definitions: Definitions
  alternatives(type: string, element: string): readonly Alternative[] | undefined
  /** Every element, in the order of the standard. */
  allAlternatives(type: string): readonly Alternative[]
}

const models = new WeakMap<Definitions, Model>()

export function modelOf(definitions: Definitions): Model {
  const known = models.get(definitions)
  if (known) return known
  const byType = new Map<string, ReadonlyMap<string, readonly Alternative[]>>()
  const all = new Map<string, readonly Alternative[]>()
  function elements(type: string): ReadonlyMap<string, readonly Alternative[]> {
    let found = byType.get(type)
    if (!found) {
      found = new Map(
        [...(definitions.type(type)?.elements.values() ?? [])].map((element) => [
          element.name,
          alternativesOf(element, definitions),
        ]),
      )
      byType.set(type, found)
    }
    return found
  }
  const model: Model = {
    definitions,
    alternatives: (type, element) => elements(type).get(element),
    allAlternatives(type) {
      let found = all.get(type)
      if (!found) all.set(type, (found = [...elements(type).values()].flat()))
      return found
    },
  }
  models.set(definitions, model)
  return model
}

function alternativesOf(element: ElementDefinition, definitions: Definitions): Alternative[] {
  return [...element.properties].map(([property, { code }]) => ({
    property,
    companion: definitions.type(code)?.kind === 'primitive' ? `_${property}` : undefined,
    type: code,
    isResource: code === 'Resource' || code === 'DomainResource',
  }))
}

/** Adds to `found` what an element of `parent` holds. */
export function pushChildren(found: TypedValue[], parent: TypedValue, alternatives: readonly Alternative[]): void {
  const source = objectBehind(parent)
  if (source === undefined) return
  for (const alternative of alternatives) pushAlternative(found, parent, source, alternative)
}

/** A primitive's own children, id and extension, live in its companion. */
function objectBehind(value: TypedValue): Readonly<Record<string, unknown>> | undefined {
  const source = typeof value.value === 'object' && value.value !== null ? value.value : value.companion
  return source as Readonly<Record<string, unknown>> | undefined
}

/** The same from an object alone; what is found then does not know where it was found. */
export function pushOwn(
  found: TypedValue[],
  source: Readonly<Record<string, unknown>>,
  alternative: Alternative,
): void {
  pushAlternative(found, undefined, source, alternative)
}

function pushAlternative(
  found: TypedValue[],
  parent: TypedValue | undefined,
  source: Readonly<Record<string, unknown>>,
  { property, companion, type, isResource }: Alternative,
): void {
  const value = source[property]
  const beside = companion === undefined ? undefined : source[companion]
  if (value === undefined && beside === undefined) return
  if (!Array.isArray(value) && !Array.isArray(beside)) {
    pushOne(found, parent, property, -1, isResource ? resourceType(value, type) : type, value, beside)
    return
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : []
  const besides: readonly unknown[] = Array.isArray(beside) ? beside : []
  for (let index = 0; index < Math.max(values.length, besides.length); index++) {
    const one = values[index]
    pushOne(found, parent, property, index, isResource ? resourceType(one, type) : type, one, besides[index])
  }
}

function pushOne(
  found: TypedValue[],
  parent: TypedValue | undefined,
  property: string,
  index: number,
  type: string,
  value: unknown,
  companion: unknown,
): void {
  const present = value === null ? undefined : value
  const beside = companion === null ? undefined : (companion as Companion | undefined)
  if (present === undefined && beside === undefined) return
  found.push({ type, value: present, companion: beside, parent, property, index })
}

export function resourceType(value: unknown, declared: string): string {
  if (typeof value !== 'object' || value === null) return declared
  const { resourceType } = value as { resourceType?: unknown }
  return typeof resourceType === 'string' ? resourceType : declared
}

/** All children, in the order of the standard; the resource type of a resource is none. */
export function childrenOf(model: Model, value: TypedValue): TypedValue[] {
  const found: TypedValue[] = []
  const source = objectBehind(value)
  if (source === undefined || value.type.startsWith('System.')) return found
  for (const alternative of model.allAlternatives(value.type)) pushAlternative(found, value, source, alternative)
  return found
}
