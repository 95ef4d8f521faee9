import { numberText } from '../json.ts'
import type { Resource } from '../types.ts'

/** What an invariant says of a node, or undefined where FHIRPath has to be asked. */
export type Shortcut = (node: Record<string, unknown>, resource: Resource) => boolean | undefined

/**
 * Invariants that compare each item of a list with each of another. Evaluated as they are written they cost the square
 * of the list, and a body of a megabyte would hold the server for minutes; these go through each list once.
 * Held against FHIRPath in invariants.test.ts.
 */
export const breadthShortcuts: readonly (readonly [string, Shortcut])[] = [
  // obs-7
  [
    'value.empty() or component.code.where(coding.intersect(%resource.code.coding).exists()).empty()',
    (node) => {
      const components = items(node['component'])
      if (components.length === 0 || !Object.keys(node).some((key) => /^_?value/.test(key))) return true
      const own = new Set(codings(node['code']).map(canonical))
      return !components.some((component) => codings(component?.['code']).some((coding) => own.has(canonical(coding))))
    },
  ],
  // bdl-7
  [
    "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()",
    ({ type, entry }) => {
      if (type === 'history') return true
      const seen = new Set<string>()
      for (const one of items(entry)) {
        if (typeof one?.['fullUrl'] !== 'string') continue
        const version = object(object(one['resource'])?.['meta'])?.['versionId']
        const key = one['fullUrl'] + (typeof version === 'string' ? version : '')
        if (seen.has(key)) return false
        seen.add(key)
      }
      return true
    },
  ],
  // ig-1
  [
    'resource.groupingId.all(%context.grouping.id contains $this)',
    ({ grouping, resource }) => {
      const known = new Set(items(grouping).map((one) => one?.['id']))
      return items(resource).every((one) => one?.['groupingId'] === undefined || known.has(one['groupingId']))
    },
  ],
  // ig-2
  [
    'definition.resource.fhirVersion.all(%context.fhirVersion contains $this)',
    ({ fhirVersion, definition }) => {
      const known = new Set<unknown>(Array.isArray(fhirVersion) ? fhirVersion : [])
      const versions = items(object(definition)?.['resource']).flatMap((one) => one?.['fhirVersion'] ?? [])
      return versions.every((version) => known.has(version))
    },
  ],
  // sdf-8
  [
    "(%resource.kind = 'logical' or element.first().path = %resource.type) and element.tail().all(path.startsWith(%resource.snapshot.element.first().path&'.'))",
    ({ element }, { kind, type }) => {
      const [first, ...others] = pathsOf(element)
      return (kind === 'logical' || first === type) && others.every((path) => path.startsWith(`${first}.`))
    },
  ],
  // sdf-8a
  [
    "(%resource.kind = 'logical' or element.first().path.startsWith(%resource.type)) and (element.tail().empty() or element.tail().all(path.startsWith(%resource.differential.element.first().path.replaceMatches('\\\\..*','')&'.')))",
    ({ element }, { kind, type }) => {
      const [first = '', ...others] = pathsOf(element)
      const root = `${first.split('.')[0]}.`
      return (
        (kind === 'logical' || (typeof type === 'string' && first.startsWith(type))) &&
        others.every((path) => path.startsWith(root))
      )
    },
  ],
]

type Item = Record<string, unknown> | undefined

const object = (value: unknown): Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Item) : undefined
const items = (value: unknown): readonly Item[] => (Array.isArray(value) ? value.map(object) : [])
const codings = (concept: unknown): readonly Item[] => items(object(concept)?.['coding'])

/** A path that is missing has an issue of its own; it is as good as any other here. */
const pathsOf = (elements: unknown): string[] =>
  items(elements).flatMap((one) => (typeof one?.['path'] === 'string' ? [one['path']] : []))

/** The same text for what FHIRPath calls equal: members in any order, numbers of one value. */
function canonical(value: unknown): string {
  const number = numberText(value)
  if (number !== undefined) return String(Number(number))
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const members = object(value)
  if (!members) return JSON.stringify(value) ?? ''
  return `{${Object.keys(members)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(members[key])}`)
    .join()}}`
}
