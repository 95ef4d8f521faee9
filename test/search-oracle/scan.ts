/** The answer to a search by looking at every resource there is. https://hl7.org/fhir/R4/search.html */
import type { Resource } from '../../src/standards/fhir/types.ts'
import type { SearchParameterDefinition } from '../../src/standards/fhir/definitions/definitions.ts'
import {
  amountMatches,
  amountsOf,
  bare,
  dateMatches,
  identifierMatches,
  plain,
  rangesOf,
  referenceMatches,
  split,
  stringMatches,
  stringsOf,
  targetsOf,
  tokenMatches,
  tokensOf,
} from './value-matches.ts'
import { definitions, nameOf, parameterOf, type Value, valuesOf, type World } from './world.ts'

export type Parameter = { readonly name: string; readonly value: string }
export type Query = {
  /** None means every type. */
  readonly types: readonly string[]
  /** `Patient/1`: only what is in its compartment. */
  readonly compartment?: string
  readonly terms: readonly Parameter[]
}

/** What `_has` terms found, so that one query looks for it once. */
type Looking = World & { readonly referredTo: Map<string, ReadonlySet<string>> }

export function scan(all: World, { types, compartment, terms }: Query): Resource[] {
  const world: Looking = { ...all, referredTo: new Map() }
  return [...world.resources.values()].filter(
    (resource) =>
      (types.length === 0 || types.includes(resource.resourceType)) &&
      (compartment === undefined || isMember(world, resource, compartment)) &&
      terms.every(({ name, value }) => holds(world, resource, name, value)),
  )
}

function isMember({ base }: World, resource: Resource, owner: string): boolean {
  const [type = ''] = owner.split('/')
  if (nameOf(resource) === owner) return true
  return definitions.compartmentParameters(type, resource.resourceType).some((code) => {
    const parameter = parameterOf(resource.resourceType, code)
    return parameter && valuesOf(resource, parameter).some((value) => targetsOf(value, base).includes(owner))
  })
}

function holds(world: Looking, resource: Resource, name: string, value: string): boolean {
  if (name.startsWith('_has:')) return isReferredTo(world, resource, name, value)
  const dot = name.indexOf('.')
  const [code = '', modifier] = (dot < 0 ? name : name.slice(0, dot)).split(':')
  if (code === '_id') {
    const isOne = split(value, ',')
      .map(bare)
      .includes(resource.id as string)
    return modifier === 'not' ? !isOne : isOne
  }
  const parameter = parameterOf(resource.resourceType, code)
  if (!parameter) return false
  const values = valuesOf(resource, parameter)
  if (dot >= 0)
    return values
      .flatMap((one) => targetsOf(one, world.base))
      .flatMap((target) => world.resources.get(target) ?? [])
      .filter(({ resourceType }) => leadsTo(parameter, resourceType))
      .some(
        (target) =>
          (modifier === undefined || target.resourceType === modifier) &&
          holds(world, target, name.slice(dot + 1), value),
      )
  if (modifier === 'missing') return (values.length === 0) === (value === 'true')
  const anyMatches = split(value, ',').some((wanted) =>
    values.some((one) => matches(world, resource, parameter, one, wanted, modifier)),
  )
  return modifier === 'not' ? !anyMatches : anyMatches
}

const leadsTo = ({ target }: SearchParameterDefinition, type: string) =>
  target.length === 0 || target.includes(type) || target.includes('Resource')

/** `_has:Observation:patient:code=x` */
function isReferredTo(world: Looking, resource: Resource, name: string, value: string): boolean {
  const term = `${name}=${value}`
  const known = world.referredTo.get(term)
  if (known) return known.has(nameOf(resource))
  const [, type = '', code = '', ...rest] = name.split(':')
  const parameter = parameterOf(type, code)
  const found = new Set<string>()
  for (const other of world.resources.values())
    if (parameter && other.resourceType === type && holds(world, other, rest.join(':'), value))
      for (const one of valuesOf(other, parameter)) for (const target of targetsOf(one, world.base)) found.add(target)
  world.referredTo.set(term, found)
  return found.has(nameOf(resource))
}

function matches(
  world: World,
  { resourceType }: Resource,
  parameter: SearchParameterDefinition,
  value: Value,
  wanted: string,
  modifier: string | undefined,
): boolean {
  if (parameter.type === 'token') return tokenMatches(value, wanted, impliedSystem(resourceType, parameter))
  if (parameter.type === 'string') return stringMatches(value, wanted, modifier)
  if (parameter.type === 'date') return dateMatches(value, wanted, world.now())
  if (parameter.type === 'uri') return value.value === bare(wanted)
  if (parameter.type === 'reference') {
    if (modifier === 'identifier') return identifierMatches(value, wanted)
    return referenceMatches(value, wanted, modifier === 'not' ? undefined : modifier, world.base)
  }
  return amountMatches(value, wanted, parameter.type === 'quantity')
}

/** A `code` element takes its codes from one system, which it does not say: `Patient.gender`. */
export function impliedSystem(type: string, { expression }: SearchParameterDefinition): string | undefined {
  const names = expression.split('.')
  if (names.length !== 2 || !/^\w+\.\w+$/.test(expression)) return undefined
  const element = definitions.type(type)?.elements.get(names[1] as string)
  if (element?.types[0]?.code !== 'code' || !element.binding) return undefined
  return definitions.impliedSystem(element.binding.valueSet)
}

/** By what a resource is sorted: of several values the one that comes first in that direction; undefined comes last. */
export function sortKey(
  world: World,
  resource: Resource,
  code: string,
  descending: boolean,
): string | number | undefined {
  if (code === '_id') return resource.id
  const parameter = parameterOf(resource.resourceType, code)
  if (!parameter) return undefined
  const keys = valuesOf(resource, parameter).flatMap((value): (string | number | undefined)[] => {
    if (parameter.type === 'token') return tokensOf(value).map((token) => token.code)
    if (parameter.type === 'string') return stringsOf(value).map(plain)
    if (parameter.type === 'uri') return [String(value.value)]
    if (parameter.type === 'reference') return targetsOf(value, world.base)
    const ranges = parameter.type === 'date' ? rangesOf(value) : amountsOf(value)
    return ranges.map(({ lo, hi }) => (descending ? hi : lo))
  })
  const present = keys.filter((key) => key !== undefined)
  if (present.length === 0) return undefined
  return present.reduce((best, key) => (compare(key, best) < 0 !== descending ? key : best))
}

/** Texts by code point, as the server's documentation has it. */
export function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a === b ? 0 : a < b ? -1 : 1
  const [x, y] = [[...String(a)], [...String(b)]]
  for (let n = 0; n < Math.min(x.length, y.length); n++) {
    const difference = ((x[n] as string).codePointAt(0) ?? 0) - ((y[n] as string).codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return x.length - y.length
}
