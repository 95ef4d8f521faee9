/** Tools to change finished resources without touching the originals. */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import type { Random } from '../random.ts'

export type Alter = (resources: Resource[], random: Random) => Resource[]

/** Changes the resources of a type; `undefined` leaves one as it is. */
export const each =
  (type: string, change: (resource: Resource, random: Random) => Resource | undefined): Alter =>
  (resources, random) =>
    resources.map((resource) => (resource.resourceType === type ? (change(resource, random) ?? resource) : resource))

/** Changes one resource of those that qualify. */
export const one =
  (qualifies: (resource: Resource) => boolean, change: (resource: Resource) => Resource): Alter =>
  (resources, random) => {
    const candidates = resources.filter(qualifies)
    if (candidates.length === 0) return resources
    const chosen = random.pick(candidates)
    return resources.map((resource) => (resource === chosen ? change(resource) : resource))
  }

/** A copy in which `change` has been applied to every object, innermost first. */
export function deep(value: unknown, change: (object: Record<string, unknown>) => Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((inner) => deep(inner, change))
  if (typeof value !== 'object' || value === null) return value
  return change(Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deep(inner, change)])))
}

export const everywhere =
  (change: (object: Record<string, unknown>) => Record<string, unknown>): Alter =>
  (resources) =>
    resources.map((resource) => deep(resource, change) as Resource)

export function omit(resource: Resource, ...names: readonly string[]): Resource {
  return Object.fromEntries(Object.entries(resource).filter(([name]) => !names.includes(name))) as Resource
}

export const isList = (resource: Resource, code?: string) =>
  resource.resourceType === 'List' && (!code || JSON.stringify(resource.code).includes(`"${code}"`))
