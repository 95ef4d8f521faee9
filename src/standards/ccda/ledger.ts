import type { HealthRecord } from './record.ts'

/** What became of one resource of the record. */
export type LedgerLine = { readonly resource: string; readonly type: string } & (
  | { readonly became: 'entry'; readonly section: string; readonly entry: string }
  | { readonly became: 'supporting'; readonly used: string }
  | { readonly became: 'left-out'; readonly reason: string }
)

export type Ledger = {
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
export function openLedger(record: Pick<HealthRecord, 'resources' | 'supporting'>): Ledger {
  const entries = new Map<string, { section: string; entry: string }>()
  const support = new Map<string, string>()
  return {
    placed(key, section, entry) {
      if (!entries.has(key)) entries.set(key, { section, entry })
    },
    used(key, where) {
      if (!support.has(key)) support.set(key, where)
    },
    isPlaced: (key) => entries.has(key),
    sectionOf: (key) => entries.get(key)?.section,
    lines: () =>
      record.resources.map(({ key, type }): LedgerLine => {
        const place = entries.get(key)
        if (place) return { resource: key, type, became: 'entry', section: place.section, entry: place.entry }
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
