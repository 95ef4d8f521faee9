import type { XmlTemplate } from '../xml/element.ts'
import { shape, xml } from '../xml/template.ts'
import { identifierRoot } from './codes/systems.ts'
import type { Issue } from './issue.ts'
import { everyItem } from './items.ts'
import type { Ledger } from './ledger.ts'
import type { HealthRecord, Item, Party, Place } from './record.ts'
import { nameUuid } from './uuid.ts'

/** What every section works with: ids that follow from the record's, the ledger, and where issues go. */
export type Desk = {
  readonly record: HealthRecord
  readonly ledger: Ledger
  /** Any item of the record by its key. */
  item(key: string): Item | undefined
  /** The `id` of an entry: the resource's key in this record, with a word for the part of it where it gives several. */
  id(key: string, part?: string): XmlTemplate
  /** The `id`s of an entry for an item: its key and the business identifiers it carries. */
  ids(item: Item, part?: string): XmlTemplate[]
  /** The next narrative ID with this letter, unique in the document. */
  narrativeId(letter: string): string
  issue(issue: Issue): void
  /** Keys of what the notes have told. */
  readonly mentioned: Set<string>
  /** Elements that many entries share, made once. */
  readonly authors: Map<Party, XmlTemplate>
  readonly performers: Map<Party, XmlTemplate>
  readonly locations: Map<Place, XmlTemplate>
  /** By the key of the encounter. */
  readonly encounterLinks: Map<string, XmlTemplate>
}

/** The namespace of ids made here; a name-based UUID of it is the same for the same record, wherever it is converted. */
export const namespace = 'f3b9d5c0-7a54-5c7e-9a43-3f3ad1c6a6b1'

export function openDesk(record: HealthRecord, ledger: Ledger, issue: (issue: Issue) => void): Desk {
  const root = nameUuid(namespace, record.authority)
  const counters = new Map<string, number>()
  let items: Map<string, Item> | undefined
  const idOf = shape(`<id root="${root}" extension="`, '"/>')
  const id = (key: string, part?: string): XmlTemplate => idOf(part === undefined ? key : `${key} ${part}`)
  return {
    record,
    ledger,
    issue,
    mentioned: new Set(),
    authors: new Map(),
    performers: new Map(),
    locations: new Map(),
    encounterLinks: new Map(),
    item(key) {
      items ??= itemsOf(record)
      return items.get(key)
    },
    id,
    ids(item, part) {
      const { identifiers } = item
      const own = id(item.key, part)
      const only = identifiers[0]
      if (only === undefined) return [own]
      // Most have one, and an array of two is made in less than one that grows.
      if (identifiers.length === 1) return [own, identifier(only.system, only.value, part)]
      return [own, ...identifiers.map(({ system, value }) => identifier(system, value, part))]
    },
    narrativeId(letter) {
      const next = (counters.get(letter) ?? 0) + 1
      counters.set(letter, next)
      return letter + next
    },
  }
}

function itemsOf(record: HealthRecord): Map<string, Item> {
  const items = new Map<string, Item>()
  for (const item of everyItem(record)) items.set(item.key, item)
  for (const medication of record.medications) for (const key of medication.sameAs) items.set(key, medication)
  return items
}

/** A business identifier: the root stands for its system, which is named beside it. */
export function identifier(system: string | undefined, value: string, part?: string): XmlTemplate {
  const extension = part === undefined ? value : `${value} ${part}`
  if (system !== undefined)
    return xml`<id root="${identifierRoot(system)}" extension="${extension}" assigningAuthorityName="${system}"/>`
  const uuid = /^urn:uuid:([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/.exec(value)?.[1]
  return uuid !== undefined && part === undefined
    ? xml`<id root="${uuid}"/>`
    : xml`<id root="${nameUuid(namespace, '')}" extension="${extension}"/>`
}
