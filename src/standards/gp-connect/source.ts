import { type Issue } from '../ccda/issue.ts'
import { isLegalXml, legalXml } from '../xml/characters.ts'
import { array, type Json, object, objects, rawString } from './json.ts'

/** A resource of the bundle, or one contained in another, under the key it is known by everywhere after. */
export type SourceEntry = {
  readonly key: string
  readonly type: string
  readonly resource: Json
  readonly owner?: SourceEntry
}

/** The bundle, indexed once: by reference, by type, in order. Also collects what the reading could not keep as it was. */
export type Source = {
  readonly entries: readonly SourceEntry[]
  ofType(type: string): readonly SourceEntry[]
  /** The resource being read: `#contained` references are resolved in it, and issues are about it. */
  current: SourceEntry
  /** The resource a Reference points at. */
  resolve(reference: unknown): SourceEntry | undefined
  /** A string as the document can carry it; an issue tells where characters had to go. */
  text(value: unknown): string | undefined
  issue(issue: Issue): void
  readonly issues: readonly Issue[]
  leaveOut(key: string, reason: string): void
  readonly leftOut: ReadonlyMap<string, string>
}

export function indexBundle(bundle: Json): Source {
  const entries: SourceEntry[] = []
  const byReference = new Map<string, SourceEntry>()
  const byType = new Map<string, SourceEntry[]>()
  const issues: Issue[] = []
  const leftOut = new Map<string, string>()
  const cleaned = new Set<string>()

  const add = (resource: Json, at: number | string, fullUrl: string | undefined, owner?: SourceEntry): void => {
    const type = rawString(resource.resourceType) ?? 'Unknown'
    const id = rawString(resource.id)
    let key = id === undefined ? `${type}[${at}]` : owner ? `${owner.key}#${id}` : `${type}/${id}`
    const earlier = byReference.get(key)
    if (earlier) key = `${key}[${at}]`
    const entry: SourceEntry = owner ? { key: clean(key), type, resource, owner } : { key: clean(key), type, resource }
    entries.push(entry)
    if (earlier && JSON.stringify(earlier.resource) === JSON.stringify(resource)) {
      leftOut.set(entry.key, `The same as ${earlier.key}, which the record holds twice`)
      return
    }
    if (!earlier || !byReference.has(key)) byReference.set(key, entry)
    if (fullUrl !== undefined && !byReference.has(fullUrl)) byReference.set(fullUrl, entry)
    const same = byType.get(type)
    if (same) same.push(entry)
    else byType.set(type, [entry])
    if (resource.contained !== undefined)
      objects(resource.contained).forEach((contained, position) =>
        add(contained, `${at}.${position}`, undefined, entry),
      )
  }
  const clean = (text: string): string => (isLegalXml(text) ? text : legalXml(text))

  array(bundle.entry).forEach((member, position) => {
    const entry = object(member)
    // Some suppliers put the resource where its entry belongs.
    const resource = object(entry?.resource) ?? (entry?.resourceType === undefined ? undefined : entry)
    if (entry && resource) add(resource, position, rawString(entry.fullUrl))
    else issues.push({ severity: 'warning', text: `Entry ${position + 1} of the record holds no resource` })
  })

  /** For references that are an id alone, which few records have. */
  let byId: Map<string, SourceEntry> | undefined
  const withId = (id: string): SourceEntry | undefined => {
    if (!byId) {
      byId = new Map()
      for (const entry of entries) {
        const own = entry.owner ? undefined : rawString(entry.resource.id)
        if (own !== undefined && !byId.has(own)) byId.set(own, entry)
      }
    }
    return byId.get(id)
  }

  const source: Source = {
    current: { key: 'Bundle', type: 'Bundle', resource: bundle },
    entries,
    issues,
    leftOut,
    ofType: (type) => byType.get(type) ?? [],
    resolve(reference) {
      const target = rawString(object(reference)?.reference)
      if (target === undefined) return undefined
      if (target.startsWith('#')) return byReference.get(`${(source.current.owner ?? source.current).key}${target}`)
      const known = byReference.get(target)
      if (known) return known
      const parts = target.split('/')
      if (parts.length === 1) return withId(target)
      // An absolute URL, or one with a version at its end.
      const history = parts.indexOf('_history')
      const end = history > 1 ? history : parts.length
      return byReference.get(`${parts[end - 2]}/${parts[end - 1]}`)
    },
    text(value) {
      const text = rawString(value)
      if (text === undefined || isLegalXml(text)) return text
      if (!cleaned.has(source.current.key)) {
        cleaned.add(source.current.key)
        issues.push({
          severity: 'warning',
          text: 'Characters that a document cannot carry (control characters) became spaces',
          resource: source.current.key,
        })
      }
      return legalXml(text)
    },
    issue: (issue) => void issues.push(issue),
    leaveOut: (key, reason) => void leftOut.set(key, reason),
  }
  return source
}
