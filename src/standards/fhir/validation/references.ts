import { type Run, report } from './run.ts'

/**
 * A Reference's target: of a type the element allows, and there if it is a contained one (ref-1).
 * https://hl7.org/fhir/R4/references.html
 */
export function checkReference(
  reference: unknown,
  type: unknown,
  targets: ReadonlySet<string> | undefined,
  isResourceType: (name: string) => boolean,
  run: Run,
): void {
  const stated = typeof type === 'string' ? type.slice(type.lastIndexOf('/') + 1) : undefined
  if (typeof reference !== 'string') {
    if (stated !== undefined && targets && isResourceType(stated) && !targets.has(stated)) refuse(run, targets, 'type')
    return
  }
  let target: string | undefined
  if (reference.charCodeAt(0) === 0x23) {
    if (reference === '#') target = run.scope.root.resourceType
    else {
      target = run.scope.contained?.get(reference.slice(1))
      if (target === undefined) {
        report(run, 'invariant', 'ref-1: no contained resource has this id', 'reference')
        return
      }
      if (target === '') return
    }
  } else {
    const named = typeOf(reference, isResourceType)
    if (named === malformed) {
      report(run, 'value', 'Expected a reference to a resource: Type/id, an absolute URL, or #id', 'reference')
      return
    }
    target = named
  }
  if (target !== undefined && targets && !targets.has(target)) refuse(run, targets, 'reference')
  else if (stated !== undefined && target !== undefined && isResourceType(stated) && stated !== target)
    report(run, 'value', 'The type is not that of the reference', 'type')
}

function refuse(run: Run, targets: ReadonlySet<string>, name: string): void {
  report(run, 'value', `Expected a reference to ${[...targets].join(' | ')}`, name)
}

const malformed = false

/** Of the resource that a literal reference names; undefined when it cannot be told (urn:uuid, a URL of another form). */
function typeOf(reference: string, isResourceType: (name: string) => boolean): string | undefined | false {
  const slash = reference.indexOf('/')
  const query = reference.indexOf('?')
  if (slash > 0 && (query < 0 || slash < query)) {
    const type = reference.slice(0, slash)
    if (isResourceType(type)) return literalRest.test(reference.slice(slash)) ? type : malformed
  }
  if (query > 0 && (slash < 0 || query < slash)) {
    const type = reference.slice(0, query)
    return isResourceType(type) ? type : malformed
  }
  if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(reference)) return malformed
  const type = /^https?:.*\/([A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/.exec(
    reference,
  )?.[1]
  return type !== undefined && isResourceType(type) ? type : undefined
}

const literalRest = /^\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?(?:#\S*)?$/
