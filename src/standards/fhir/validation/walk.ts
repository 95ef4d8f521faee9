import { isRawNumber } from '../json.ts'
import type { Resource } from '../types.ts'
import { checkContained, checkMentioned, openScope } from './contained.ts'
import type { Invariant } from './invariants.ts'
import { checkReference } from './references.ts'
import { report, type Run, warn } from './run.ts'
import type { Property, TypeRules } from './type-rules.ts'
import { findXhtmlFault } from './xhtml.ts'

/** What the walk asks of its surroundings. */
export type Types = { rulesOf(type: string): TypeRules; isResourceType(name: string): boolean }

/**
 * Checks that go down a resource once, by the properties it has. A node that is empty or of the wrong kind gets that
 * one issue, and is not asked further.
 */
export function createWalk({ rulesOf, isResourceType }: Types) {
  return checkResource

  /** The run stands at the resource; `index` is its place among contained resources, or -1 elsewhere. */
  function checkResource(value: unknown, index: number, run: Run): void {
    if (!isObject(value)) return report(run, 'structure', 'Expected a resource, as an object')
    const { resourceType } = value
    if (typeof resourceType !== 'string' || !isResourceType(resourceType))
      return report(run, 'structure', 'Expected resourceType to be a resource type of FHIR R4')
    const resource = value as Resource
    const rules = rulesOf(resourceType)
    const outer = run.scope
    if (index >= 0) {
      run.scope = { ...outer, resource, isContained: true, elementIds: undefined }
      checkContained(resource, run)
    } else run.scope = openScope(resource, rules.properties.has('contained'), isResourceType, run)
    checkObject(rules, resource, index, run)
    if (index < 0 && run.scope.contained) checkMentioned(resource, run)
    run.scope = outer
  }

  function checkObject(rules: TypeRules, object: Record<string, unknown>, containedIndex: number, run: Run): void {
    const before = run.found.length
    const { properties } = rules
    let required = 0
    let choices = 0
    let isEmpty = true
    let hasOnlyId = true
    for (const key in object) {
      const property = properties.get(key)
      if (property === undefined) {
        if (rules.isResource && key === 'resourceType') continue
        if (isRawNumber(object)) return report(run, 'structure', 'Expected an object')
        isEmpty = hasOnlyId = false
        reportUnknown(key, rules, run)
        continue
      }
      isEmpty = false
      if (!property.isId) hasOnlyId = false
      required |= property.requiredBit
      const { choiceBit } = property
      if (choiceBit !== 0 && (!property.isSibling || object[property.siblingKey] === undefined)) {
        if ((choices & choiceBit) !== 0)
          report(run, 'structure', `Only one of the choices of ${property.name}[x] may be there`, property.name)
        choices |= choiceBit
      }
      checkProperty(property, object[key], object, containedIndex, rules, run)
    }
    if (isEmpty && !rules.isResource) return report(run, 'structure', 'An object may not be empty')
    if (hasOnlyId && !rules.isResource)
      return report(run, 'invariant', 'ele-1: an element needs a value or children besides its id')
    if ((required & rules.requiredMask) !== rules.requiredMask)
      for (let i = 0; i < rules.required.length; i++)
        if ((required & (1 << i)) === 0) {
          const { name, isChoice } = rules.required[i] as TypeRules['required'][number]
          report(run, 'required', `${rules.name}.${name}${isChoice ? '[x]' : ''} is required`, name)
        }
    for (const invariant of rules.invariants) checkInvariant(invariant, object, before, run)
  }

  function checkProperty(
    property: Property,
    value: unknown,
    object: Record<string, unknown>,
    containedIndex: number,
    owner: TypeRules,
    run: Run,
  ): void {
    if (property.isSibling) return checkSibling(property, value, object, run)
    if (property.isArray) {
      if (!Array.isArray(value)) return report(run, 'structure', 'Expected an array', property.name)
      if (value.length === 0) return report(run, 'structure', 'An array may not be empty', property.name)
      if (value.length > property.max)
        report(run, 'structure', `At most ${property.max} of ${property.name} may be there`, property.name)
      if (property.isResource && property.name === 'contained' && run.scope.isContained)
        return report(run, 'invariant', 'dom-2: a contained resource contains no resources', property.name)
      if (property.primitive) for (let i = 0; i < value.length; i++) checkPrimitive(property, value[i], i, object, run)
      else for (let i = 0; i < value.length; i++) checkComplex(property, value[i], i, containedIndex, run)
      return
    }
    if (Array.isArray(value)) return report(run, 'structure', 'Expected one value, not an array', property.name)
    if (property.primitive) checkPrimitive(property, value, -1, object, run)
    else checkComplex(property, value, -1, containedIndex, run)
    if (property.isId) checkElementId(value, owner, run)
  }

  function checkPrimitive(
    property: Property,
    value: unknown,
    index: number,
    object: Record<string, unknown>,
    run: Run,
  ): void {
    const primitive = property.primitive as NonNullable<Property['primitive']>
    const before = run.found.length
    if (value === null) {
      // In an array null keeps the place of a value that has extensions only.
      if (index >= 0 && isObject((object[property.siblingKey] as unknown[] | undefined)?.[index])) return
      return report(run, 'structure', 'null stands for no value', property.name, index)
    }
    if (typeof value !== primitive.json && !(primitive.json === 'number' && isRawNumber(value)))
      return report(run, 'structure', `Expected a JSON ${primitive.json}`, property.name, index)
    if (property.isXhtml) {
      const fault = findXhtmlFault(value as string)
      if (fault) report(run, 'invariant', `The narrative is refused: ${fault}`, property.name, index)
      return
    }
    if (!primitive.isValid(value)) return report(run, 'value', `Expected ${primitive.expected}`, property.name, index)
    if (property.binding) {
      const expected = property.binding(value)
      if (expected) return report(run, 'code-invalid', `Expected ${expected}`, property.name, index)
    }
    if (property.isUri) mention(value, -1, run)
    if (property.invariants.length > 0) {
      push(run, property.name, index)
      for (const invariant of property.invariants) checkInvariant(invariant, value, before, run)
      run.depth--
    }
  }

  function checkComplex(property: Property, value: unknown, index: number, containedIndex: number, run: Run): void {
    if (!isObject(value)) {
      const expected = value === null ? 'null stands for no value' : 'Expected an object'
      return report(run, 'structure', expected, property.name, index)
    }
    const before = run.found.length
    push(run, property.name, index)
    if (property.isResource) checkResource(value, property.name === 'contained' ? index : -1, run)
    else {
      property.rules ??= rulesOf(property.type)
      checkObject(property.rules, value, containedIndex, run)
      if (property.isReference) mention(value['reference'], containedIndex, run)
      if (run.found.length === before) {
        if (property.binding) {
          const expected = property.binding(value)
          if (expected) report(run, 'code-invalid', `Expected ${expected}`)
        }
        if (property.isReference)
          checkReference(value['reference'], value['type'], property.targets, isResourceType, run)
        if (property.isSimpleQuantity && value['comparator'] !== undefined)
          report(run, 'invariant', 'sqty-1: a SimpleQuantity has no comparator', 'comparator')
      }
      for (const invariant of property.invariants) checkInvariant(invariant, value, before, run)
    }
    run.depth--
  }

  /** `_birthDate` beside `birthDate`: id and extensions, each at the place of its value. */
  function checkSibling(property: Property, value: unknown, object: Record<string, unknown>, run: Run): void {
    if (!property.isArray) return checkSiblingValue(property, value, object[property.siblingKey], -1, run)
    if (!Array.isArray(value)) return report(run, 'structure', 'Expected an array', property.name)
    if (value.length === 0) return report(run, 'structure', 'An array may not be empty', property.name)
    const values = object[property.siblingKey]
    for (let i = 0; i < value.length; i++) {
      const own = Array.isArray(values) ? (values[i] as unknown) : undefined
      if (value[i] !== null) checkSiblingValue(property, value[i], own, i, run)
      // A null in the array of values was reported there.
      else if (own === undefined) report(run, 'structure', 'null stands for no value', property.name, i)
    }
  }

  function checkSiblingValue(property: Property, value: unknown, own: unknown, index: number, run: Run): void {
    if (!isObject(value)) return report(run, 'structure', 'Expected an object', property.name, index)
    push(run, property.name, index)
    const hasValue = own !== undefined && own !== null
    if (hasValue && value['id'] !== undefined && value['extension'] === undefined && Object.keys(value).length === 1) {
      if (typeof value['id'] === 'string') checkElementId(value['id'], rulesOf('Element'), run)
      else report(run, 'structure', 'Expected a JSON string', 'id')
    } else checkObject(rulesOf('Element'), value, -1, run)
    run.depth--
  }

  function checkElementId(value: unknown, owner: TypeRules, run: Run): void {
    // A StructureDefinition's snapshot and differential name the same elements by the same ids.
    if (owner.isResource || typeof value !== 'string' || run.scope.resource.resourceType === 'StructureDefinition')
      return
    run.scope.elementIds ??= new Set()
    if (run.scope.elementIds.has(value)) report(run, 'duplicate', 'Another element of the resource has this id', 'id')
    else run.scope.elementIds.add(value)
  }
}

/** Silent where something is wrong below with an element the invariant speaks of: that is reported already. */
function checkInvariant(invariant: Invariant, node: unknown, before: number, run: Run): void {
  let satisfied: boolean | undefined
  try {
    satisfied = invariant.test(node, run.scope.resource, run.scope.root)
  } catch {
    if (run.found.length === before) warn(run, 'exception', `${invariant.key} could not be evaluated`)
    return
  }
  if (satisfied !== false) return
  const words = new Set(invariant.expression.match(/[A-Za-z]\w*/g))
  for (let i = before; i < run.found.length; i++)
    if (run.found[i]?.names.slice(run.depth).some((name) => words.has(name))) return
  report(run, 'invariant', `${invariant.key}: ${invariant.human}`)
}

function reportUnknown(key: string, rules: TypeRules, run: Run): void {
  const isName = /^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(key)
  if (!isName) return report(run, 'structure', `An element that ${rules.name} does not have`)
  const reason =
    key.startsWith('_') && rules.properties.has(key.slice(1))
      ? `${key} stands beside a primitive element only`
      : `${rules.name} has no element ${key}`
  report(run, 'structure', reason, key.startsWith('_') ? key.slice(1) : choiceName(key, rules))
}

/** valueFoo is a wrong choice of value[x], and is named so. */
function choiceName(key: string, rules: TypeRules): string {
  for (const { name, choiceBit } of rules.properties.values())
    if (choiceBit !== 0 && key.startsWith(name) && /^[A-Z]/.test(key.slice(name.length))) return name
  return key
}

/** Remembers `#id`, and which contained resource says `#` of its container. */
function mention(reference: unknown, containedIndex: number, run: Run): void {
  if (typeof reference !== 'string' || reference.charCodeAt(0) !== 0x23) return
  run.scope.mentioned.add(reference)
  if (reference === '#' && containedIndex >= 0) run.scope.pointingUp.add(containedIndex)
}

function push(run: Run, name: string, index: number): void {
  run.names[run.depth] = name
  run.indices[run.depth] = index
  run.depth++
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
