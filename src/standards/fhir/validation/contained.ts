import type { Resource } from '../types.ts'
import { type Run, report, type Scope } from './run.ts'

/** https://hl7.org/fhir/R4/references.html#contained: the rules dom-2 to dom-5, at the element that breaks them. */

/** The scope of a resource that stands by itself. Reports contained resources that nobody could refer to. */
export function openScope(
  resource: Resource,
  mayContain: boolean,
  isResourceType: (name: string) => boolean,
  run: Run,
): Scope {
  const { contained } = resource
  const scope = {
    resource,
    root: resource,
    isContained: false,
    mentioned: new Set<string>(),
    pointingUp: new Set<number>(),
    elementIds: undefined,
  }
  if (!mayContain || !Array.isArray(contained)) return { ...scope, contained: undefined }
  const types = new Map<string, string>()
  contained.forEach((one: Partial<Resource> | null, index) => {
    const { id, resourceType } = one ?? {}
    if (id !== undefined && typeof id !== 'string') return
    if (typeof resourceType !== 'string' || !isResourceType(resourceType)) {
      // Its own issue is that it has no type; what refers to it is not to blame.
      if (id !== undefined) types.set(id, '')
    } else if (id === undefined) report(run, 'required', 'A contained resource needs an id', 'contained', index)
    else if (types.has(id)) report(run, 'duplicate', 'Another contained resource has this id', 'contained', index)
    else types.set(id, resourceType)
  })
  return { ...scope, contained: types }
}

/** What a contained resource must not have. The run stands at that resource. */
export function checkContained(resource: Resource, run: Run): void {
  const { meta } = resource
  if (typeof meta !== 'object' || meta === null) return
  for (const name of ['versionId', 'lastUpdated'])
    if (meta[name] !== undefined)
      report(run, 'invariant', `dom-4: a contained resource has no meta.${name}`, `meta.${name}`)
  if (meta['security'] !== undefined)
    report(run, 'invariant', 'dom-5: a contained resource has no security label', 'meta.security')
}

/** dom-3, once all of the resource was walked. */
export function checkMentioned(resource: Resource, run: Run): void {
  const { mentioned, pointingUp, contained } = run.scope
  const held = resource['contained'] as readonly (Partial<Resource> | null)[]
  held.forEach((one, index) => {
    if (typeof one?.id !== 'string' || !contained?.get(one.id)) return
    if (!mentioned.has(`#${one.id}`) && !pointingUp.has(index))
      report(run, 'invariant', 'dom-3: nothing refers to this contained resource', 'contained', index)
  })
}
