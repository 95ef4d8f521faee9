import { Problem } from '../../../kernel/problem.ts'
import type { Definitions, ElementDefinition } from '../definitions/definitions.ts'
import { compileFhirPath } from '../fhirpath/compile.ts'
import type { Collection, TypedValue } from '../fhirpath/typed-value.ts'
import { isRawNumber } from '../json.ts'
import type { Resource } from '../types.ts'
import { readItems, writeItems } from './element-list.ts'
import { checkExtent, defaultPatchLimits, effort, type PatchLimits, type Spend } from './limits.ts'
import { readOperations, type Part, type PatchOperation } from './patch-operation.ts'
import { placeValue } from './patch-value.ts'
import { withoutEmpties } from './without-empties.ts'

/**
 * A resource with a FHIRPath Patch (a Parameters resource) applied: every operation or none. The resource given is not
 * changed. A Problem names the operation. https://hl7.org/fhir/R4/fhirpatch.html
 */
export function applyFhirPathPatch(
  resource: Resource,
  parameters: unknown,
  definitions: Definitions,
  limits: PatchLimits = defaultPatchLimits,
): Resource {
  const operations = readOperations(parameters)
  const working: Working = {
    resource: copyOf(resource),
    definitions,
    size: sizeOf(resource),
    spend: effort(),
    stepsOfEach: Math.floor(stepsOfAll / operations.length),
  }
  for (const operation of operations) apply(working, operation)
  checkExtent(working.resource, resource.resourceType, limits)
  return withoutEmpties(working.resource)
}

function apply(working: Working, operation: PatchOperation): void {
  try {
    carryOut[operation.type](working, operation)
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.at !== undefined) throw problem
    throw new Problem(problem.kind, problem.message, { at: operation.at, code: problem.code })
  }
}

/** A copy that belongs to this patch alone, so that operations may write into it. */
type Working = {
  readonly resource: Resource
  readonly definitions: Definitions
  /** How many values were in it. */
  readonly size: number
  readonly spend: Spend
  /** Items that the path of an operation may look at. */
  readonly stepsOfEach: number
}

/** Of all paths together, about a second of them. */
const stepsOfAll = 10_000_000

const carryOut: Readonly<Record<PatchOperation['type'], (working: Working, operation: PatchOperation) => void>> = {
  add,
  insert,
  delete: remove,
  replace,
  move,
}

/** As the last item of a list, or as the element where there is none yet. */
function add(working: Working, operation: PatchOperation): void {
  const { definitions } = working
  const parent = one(find(working, operation.path, operation), operation)
  const element = elementOf(parent, operation.name ?? '', definitions, operation)
  const { property, isArray, item } = placeValue(operation.value as Part, element, definitions, operation.at)
  const json = objectOf(parent, operation)
  const taken = [...element.properties.keys()].flatMap((name) => itemsOf(working, json, name))
  if (taken.length > 0 && !isArray) throw refusal(operation, `${element.path} is there already`)
  writeItems(json, property, [...itemsOf(working, json, property), item], isArray)
}

function insert(working: Working, operation: PatchOperation): void {
  const { json, element } = listOf(working, operation)
  const { property, item } = placeValue(operation.value as Part, element, working.definitions, operation.at)
  const items = itemsOf(working, json, property)
  const index = operation.index ?? 0
  if (index > items.length) throw refusal(operation, `there are ${items.length} items`)
  writeItems(json, property, items.toSpliced(index, 0, item), true)
}

function move(working: Working, operation: PatchOperation): void {
  const { json, element } = listOf(working, operation)
  const items = itemsOf(working, json, element.name)
  const { source = 0, destination = 0 } = operation
  const item = items[source]
  if (!item || destination >= items.length) throw refusal(operation, `there are ${items.length} items`)
  writeItems(json, element.name, items.toSpliced(source, 1).toSpliced(destination, 0, item), true)
}

/** Nothing to delete is no error: the resource is as the patch wants it. */
function remove(working: Working, operation: PatchOperation): void {
  const found = find(working, operation.path, operation)
  if (found.length === 0) return
  const { json, property, index, isArray } = placeOf(one(found, operation), operation)
  writeItems(json, property, itemsOf(working, json, property).toSpliced(index, 1), isArray)
}

function replace(working: Working, operation: PatchOperation): void {
  const { definitions } = working
  const target = one(find(working, operation.path, operation), operation)
  const { json, property, index, isArray, parent } = placeOf(target, operation)
  const element = definitions.type(parent.type)?.properties.get(property)?.element
  if (!element) throw refusal(operation, 'this cannot be replaced')
  const placed = placeValue(operation.value as Part, element, definitions, operation.at)
  if (placed.property !== property) writeItems(json, property, [], false)
  const items = placed.property === property ? itemsOf(working, json, property) : []
  writeItems(json, placed.property, items.toSpliced(index, 1, placed.item), isArray)
}

/** The items of a list that will be written anew. */
function itemsOf({ spend }: Working, json: Record<string, unknown>, property: string) {
  const items = readItems(json, property)
  spend(10 * items.length)
  return items
}

function find(working: Working, path: string, operation: PatchOperation): Collection {
  const { resource, definitions, size, spend, stepsOfEach } = working
  // A plain path does not count its steps, but looks at each value once at most; before that it has to be parsed.
  spend(size + 20 * path.length)
  try {
    return compileFhirPath(path, {
      type: resource.resourceType,
      definitions,
      located: true,
      isFromStranger: true,
    })(resource, { maximumSteps: stepsOfEach })
  } catch (problem) {
    if (problem instanceof Problem) throw refusal(operation, problem.message)
    throw problem
  }
}

function one(found: Collection, operation: PatchOperation): TypedValue {
  const [item] = found
  if (!item || found.length > 1) throw refusal(operation, `the path leads to ${found.length} elements, not to one`)
  return item
}

function elementOf(
  parent: TypedValue,
  name: string,
  definitions: Definitions,
  operation: PatchOperation,
): ElementDefinition {
  const type = definitions.type(parent.type)
  const element = type?.elements.get(name) ?? type?.properties.get(name)?.element
  if (!element) throw refusal(operation, `${parent.type} has no element ${name}`)
  return element
}

/** `Patient.name` as the element `name` of what `Patient` leads to, so that a list without items can be found too. */
function listOf(working: Working, operation: PatchOperation) {
  const [, parentPath = '', name = ''] = /^(.+)\.([A-Za-z]\w*)$/s.exec(operation.path.trim()) ?? []
  if (name === '') throw refusal(operation, 'the path does not end in the name of a list')
  const parent = one(find(working, parentPath, operation), operation)
  const element = elementOf(parent, name, working.definitions, operation)
  if (!element.isArray) throw refusal(operation, `${element.path} is no list`)
  return { json: objectOf(parent, operation), element }
}

/** Where a found element stands in the resource. */
function placeOf(target: TypedValue, operation: PatchOperation) {
  const { parent, property, index } = target
  if (!parent) throw refusal(operation, 'the path leads to the resource itself, or to no part of it')
  return { parent, json: objectOf(parent, operation), property, index: Math.max(0, index), isArray: index >= 0 }
}

/** A primitive's id and extensions are in its companion, which is made where there is none yet. */
function objectOf(target: TypedValue, operation: PatchOperation): Record<string, unknown> {
  const { type, value, companion, parent, property, index } = target
  const object = typeof value === 'object' && value !== null && !isRawNumber(value) ? value : companion
  if (object !== undefined) return object as Record<string, unknown>
  if (!parent) throw refusal(operation, `this ${type} has no parts: replace it as a whole`)
  const json = objectOf(parent, operation)
  const made = {}
  const items = readItems(json, property).with(Math.max(0, index), { value, companion: made })
  writeItems(json, property, items, index >= 0)
  return made
}

function refusal({ type, path, at }: PatchOperation, reason: string): Problem {
  return new Problem('invalid', `FHIRPath Patch, ${type} ${path}: ${reason}`, { at })
}

function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return 1
  let size = 1
  for (const inner of Object.values(value)) size += sizeOf(inner)
  return size
}

function copyOf<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value
  if (Array.isArray(value)) return value.map(copyOf) as Value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)])) as Value
}
