import { everyItem } from './items.ts'
import type { HealthRecord, Item } from './record.ts'

/** What became of one resource of the record. */
export type LedgerLine = { readonly resource: string; readonly type: string } & (
  | { readonly became: 'entry'; readonly section: string; readonly entry: string }
  | { readonly became: 'supporting'; readonly used: string }
  | { readonly became: 'left-out'; readonly reason: string }
)

/** What is known of one key. */
export type Account = {
  /** None where it is the key of no item. */
  readonly item: Item | undefined
  /** Where it is told in full; none before it is. */
  section: string | undefined
  entry: string
  /** The notes have told it. */
  mentioned: boolean
}

export type Ledger = {
  account(key: string): Account | undefined
  /** `entry` is the narrative ID the reader finds it at. The first place counts: others only mention it. */
  placed(key: string, section: string, entry: string): void
  used(key: string, where: string): void
  isPlaced(key: string): boolean
  /** The section a resource has its entry in. */
  sectionOf(key: string): string | undefined
  /** One line for each resource, in the record's order. */
  lines(): readonly LedgerLine[]
}

/** Resources that say nothing of their own about a patient. */
const supports = new Set([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'HealthcareService',
  'Medication',
  'Specimen',
  'List',
])
/** No resource may ever have this reason: the last section takes what no other took. */
export const unplaced = 'No section took it'

/** The account of every resource of a record: an entry, a support of entries, or left out for a reason; never nothing. */
export function openLedger(record: HealthRecord): Ledger {
  const accounts = accountsOf(record)
  const support = new Map<string, string>()
  return {
    account: (key) => accounts.get(key),
    placed(key, section, entry) {
      const account = accounts.get(key)
      if (account === undefined) accounts.set(key, { item: undefined, section, entry, mentioned: false })
      else if (account.section === undefined) {
        account.section = section
        account.entry = entry
      }
    },
    used(key, where) {
      if (!support.has(key)) support.set(key, where)
    },
    isPlaced: (key) => accounts.get(key)?.section !== undefined,
    sectionOf: (key) => accounts.get(key)?.section,
    lines: () =>
      record.resources.map(({ key, type }): LedgerLine => {
        const { section, entry } = accounts.get(key) ?? unheard
        if (section !== undefined) return { resource: key, type, became: 'entry', section, entry }
        const known = record.supporting.get(key)
        if (known && 'leftOut' in known) return { resource: key, type, became: 'left-out', reason: known.leftOut }
        const used = support.get(key) ?? (known && 'used' in known ? known.used : undefined)
        if (used !== undefined) return { resource: key, type, became: 'supporting', used }
        return {
          resource: key,
          type,
          became: 'left-out',
          reason: supports.has(type) ? 'It supports others, and nothing in the record refers to it' : unplaced,
        }
      }),
  }
}

const unheard: Account = { item: undefined, section: undefined, entry: '', mentioned: false }

/** Of every item from the start: what is asked of a key afterwards is looked up once. */
function accountsOf(record: HealthRecord): Map<string, Account> {
  const accounts = new Map<string, Account>()
  const open = (key: string, item: Item): void =>
    void accounts.set(key, { item, section: undefined, entry: '', mentioned: false })
  for (const item of everyItem(record)) open(item.key, item)
  for (const medication of record.medications) for (const key of medication.sameAs) open(key, medication)
  return accounts
}
