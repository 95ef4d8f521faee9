import { type Issue } from '../ccda/issue.ts'
import { isPlainText } from '../fhir/json.ts'
import { isLegalXml, legalXml } from '../xml/characters.ts'
import { array, type Json, object, objects, rawString } from './json.ts'

/** A resource of the bundle, or one contained in another, under the key it is known by everywhere after. */
export type SourceEntry = {
  readonly key: string
  readonly type: string
  readonly resource: Json
  /** Marked as not to be disclosed to the patient. */
  readonly notForPatient: boolean
  readonly owner: SourceEntry | undefined
}

/** The resources of one type, but those that the record holds twice. */
type ResourceType = { readonly name: string; readonly entries: SourceEntry[] }

/** The bundle, indexed once: by reference, by type, in order. Also collects what the reading could not keep as it was. */
export type Source = {
  readonly entries: readonly SourceEntry[]
  types(): Iterable<string>
  ofType(type: string): readonly SourceEntry[]
  /** The resource being read: `#contained` references are resolved in it, and issues are about it. */
  current: SourceEntry
  /** The resource a Reference points at. */
  resolve(reference: unknown): SourceEntry | undefined
  /** Whom or what a resource is about, where that is not the patient of the record. */
  aboutAnother(resource: Json): string | undefined
  /** A string as the document can carry it; an issue tells where characters had to go. */
  text(value: unknown): string | undefined
  issue(issue: Issue): void
  /** What lists say of an item, by its key. */
  readonly marks: Map<string, readonly string[]>
  readonly issues: readonly Issue[]
  readonly leftOut: ReadonlyMap<string, string>
}

/** `look` sees each resource while it is at hand: a record is too large to be gone through again and again. */
export function indexBundle(bundle: Json, look: (entry: SourceEntry, meta: Json | undefined) => void): Source {
  const entries: SourceEntry[] = []
  const byReference = new Map<string, SourceEntry>()
  const byType = new Map<string, ResourceType>()
  const issues: Issue[] = []
  const leftOut = new Map<string, string>()
  const cleaned = new Set<string>()

  // Where the bytes of the record were seen to hold nothing that XML cannot, its strings are not gone through one by one.
  const allLegal = isPlainText(bundle)
  const legal = (key: string): string => (allLegal ? whole(key) : legalXml(key))

  const typeOf = (name: string): ResourceType => {
    let type = byType.get(name)
    if (!type) byType.set(name, (type = { name, entries: [] }))
    return type
  }

  const add = (
    resource: Json,
    at: number | string,
    fullUrl: string | undefined,
    owner: SourceEntry | undefined,
  ): void => {
    const type = typeOf(rawString(resource.resourceType) ?? 'Unknown')
    const id = rawString(resource.id)
    let key = id === undefined ? `${type.name}[${at}]` : owner ? `${owner.key}#${id}` : `${type.name}/${id}`
    let legalKey = legal(key)
    const earlier = byReference.get(key)
    if (earlier) {
      key = `${key}[${at}]`
      legalKey = legal(key)
    }
    const meta = object(resource.meta)
    const entry: SourceEntry = {
      key: legalKey,
      type: type.name,
      resource,
      notForPatient: meta !== undefined && notForPatient(meta),
      owner,
    }
    entries.push(entry)
    look(entry, meta)
    if (earlier && JSON.stringify(earlier.resource) === JSON.stringify(resource)) {
      leftOut.set(entry.key, `The same as ${earlier.key}, which the record holds twice`)
      return
    }
    if (!earlier || !byReference.has(key)) byReference.set(key, entry)
    if (fullUrl !== undefined && !byReference.has(fullUrl)) byReference.set(fullUrl, entry)
    type.entries.push(entry)
    if (resource.contained !== undefined)
      objects(resource.contained).forEach((contained, position) =>
        add(contained, `${at}.${position}`, undefined, entry),
      )
  }

  let position = 0
  for (const member of array(bundle.entry)) {
    const entry = object(member)
    // Some suppliers put the resource where its entry belongs.
    const resource = object(entry?.resource) ?? (entry?.resourceType === undefined ? undefined : entry)
    if (entry && resource) add(resource, position, rawString(entry.fullUrl), undefined)
    else issues.push({ severity: 'warning', text: `Entry ${position + 1} of the record holds no resource` })
    position++
  }

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

  const find = (target: string): SourceEntry | undefined => {
    const parts = target.split('/')
    if (parts.length === 1) return withId(target)
    // An absolute URL, or one with a version at its end.
    const history = parts.indexOf('_history')
    const end = history > 1 ? history : parts.length
    return byReference.get(`${parts[end - 2]}/${parts[end - 1]}`)
  }
  /** By another reference than its own, an absolute one or its id alone. */
  const byOther = new Map<string, SourceEntry>()
  /** How the resources name the patient: nearly all in the same way. */
  let patientReference: string | undefined

  const source: Source = {
    current: { key: 'Bundle', type: 'Bundle', resource: bundle, notForPatient: false, owner: undefined },
    entries,
    issues,
    leftOut,
    marks: new Map(),
    types: () => byType.keys(),
    ofType: (type) => byType.get(type)?.entries ?? [],
    resolve(reference) {
      const target = rawString(object(reference)?.reference)
      if (target === undefined) return undefined
      if (target.startsWith('#')) return byReference.get(`${(source.current.owner ?? source.current).key}${target}`)
      const known = byReference.get(target) ?? byOther.get(target)
      if (known) return known
      const found = find(target)
      if (found) byOther.set(target, found)
      return found
    },
    aboutAnother(resource) {
      const subject = object(resource.subject ?? resource.patient)
      const reference = rawString(subject?.reference)
      if (reference === undefined || reference === patientReference) return undefined
      const patient = byType.get('Patient')?.entries.find((entry) => entry.owner === undefined)
      if (patient === undefined) return undefined
      const target = source.resolve(subject)
      if (target === patient) patientReference = reference.startsWith('#') ? undefined : reference
      // What leads nowhere is somebody or something else only where it says what it is.
      else if (target !== undefined || subjects.test(reference)) return source.text(reference)
      return undefined
    },
    text(value) {
      const text = rawString(value)
      if (text === undefined || allLegal || isLegalXml(text)) return text
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
  }
  return source
}

/** What a resource of STU3 may be about. */
const subjects = /(?:^|\/)(?:Patient|Group|Device|Location|Specimen|Substance|Medication|Practitioner|RelatedPerson)\//

/** The same text. The engine keeps one that was put together as its parts until somebody looks into it, and compares it slowly. */
function whole(text: string): string {
  return text.charCodeAt(0) === 0 ? legalXml(text) : text
}

/** https://terminology.hl7.org/CodeSystem-v3-ActCode.html NOPAT: not to be disclosed to the patient, family or caregivers. */
function notForPatient({ security }: Json): boolean {
  return security !== undefined && objects(security).some((label) => rawString(label.code) === 'NOPAT')
}
