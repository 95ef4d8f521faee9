import type { XmlTemplate } from '../xml/element.ts'
import { xml } from '../xml/template.ts'
import { identifierRoot } from './codes/systems.ts'
import type { Issue } from './issue.ts'
import type { Ledger } from './ledger.ts'
import type { HealthRecord, Identifier, Item, Party, Place } from './record.ts'
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
  ids(key: string, identifiers: readonly Identifier[]): XmlTemplate
  /** The next narrative ID with this letter of ASCII, unique in the document. */
  narrativeId(letter: string): string
  issue(issue: Issue): void
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
  const counters = new Uint32Array(128)
  const root = nameUuid(namespace, record.authority)
  const id = (key: string, part?: string): XmlTemplate =>
    xml`<id root="${root}" extension="${part === undefined ? key : `${key} ${part}`}"/>`
  return {
    record,
    ledger,
    issue,
    authors: new Map(),
    performers: new Map(),
    locations: new Map(),
    encounterLinks: new Map(),
    item: (key) => ledger.account(key)?.item,
    id,
    ids(key, identifiers) {
      const only = identifiers[0]
      if (only === undefined) return id(key)
      const { system: uri, value: extension } = only
      // Most have one, of a system.
      if (identifiers.length === 1 && uri !== undefined)
        return xml`<id root="${root}" extension="${key}"/>
          <id root="${identifierRoot(uri)}" extension="${extension}" assigningAuthorityName="${uri}"/>`
      return xml`${[id(key), ...identifiers.map(({ system, value }) => identifier(system, value))]}`
    },
    narrativeId(letter) {
      const at = letter.charCodeAt(0)
      const next = (counters[at] ?? 0) + 1
      counters[at] = next
      return letter + next
    },
  }
}

/** A business identifier: the root stands for its system, which is named beside it. */
export function identifier(system: string | undefined, value: string): XmlTemplate {
  if (system !== undefined)
    return xml`<id root="${identifierRoot(system)}" extension="${value}" assigningAuthorityName="${system}"/>`
  const uuid = /^urn:uuid:([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/.exec(value)?.[1]
  return uuid === undefined
    ? xml`<id root="${nameUuid(namespace, '')}" extension="${value}"/>`
    : xml`<id root="${uuid}"/>`
}
