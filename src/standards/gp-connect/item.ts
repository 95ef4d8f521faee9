import { lookup } from '../lookup.ts'
import type { Coded, Fact, Item, Party, When } from '../ccda/record.ts'
import type { Datatypes } from './datatypes.ts'
import { extensions } from './extensions.ts'
import { object, objects, rawString } from './json.ts'
import type { People } from './people.ts'
import { type Elements, sayExtension, sayTheRest } from './say.ts'
import type { Source, SourceEntry } from './source.ts'

/** What a reader of one resource type needs. */
export type Reader = { readonly source: Source; readonly people: People; readonly datatypes: Datatypes }

export const nothing: Coded = { codings: [], text: '' }

/** What every item has, whichever resource it is; `of` says where this type keeps it. */
export function item(
  reader: Reader,
  entry: SourceEntry,
  of: {
    code: Coded | undefined
    when: When
    recorded?: unknown
    author?: Party | undefined
    notes?: unknown
    facts?: Fact[]
    mistaken?: Item['mistaken']
    /** Elements that this type's reader tells; the rest is told in words. */
    read?: Elements
  },
): Item {
  const { source, datatypes } = reader
  const { resource } = entry
  const code = of.code ?? nothing
  const facts = of.facts ?? []
  if (of.read) sayTheRest(reader, facts, resource, of.read)
  const narrative = object(resource.text)
  if (narrative && (rawString(narrative.status) === 'additional' || code.text === ''))
    datatypes.fact(facts, 'In words', plainText(datatypes.text(narrative.div) ?? ''))
  const about = source.aboutAnother(resource)
  const listed = source.marks.size === 0 ? undefined : source.marks.get(entry.key)
  const marked = resource.modifierExtension === undefined ? undefined : modifiers(reader, entry)
  const cautions =
    about === undefined && listed === undefined
      ? marked
      : [
          ...(about === undefined ? [] : [`Recorded about ${about}, not about the patient of this document.`]),
          ...(listed ?? []),
          ...(marked ?? []),
        ]
  const mistaken = of.mistaken ?? mistakenStatus(resource.status)
  const encounter = source.resolve(resource.context ?? resource.encounter ?? associatedEncounter(entry))
  return {
    key: entry.key,
    identifiers: resource.identifier === undefined ? noIdentifiers : datatypes.identifiers(resource.identifier),
    code,
    when: of.when,
    notes: of.notes === undefined ? noNotes : datatypes.notes(of.notes),
    facts: facts.length === 0 ? noFacts : facts,
    status: datatypes.text(resource.status),
    recorded: datatypes.text(of.recorded),
    author: of.author,
    encounter: encounter?.type === 'Encounter' ? encounter.key : undefined,
    notForPatient: entry.notForPatient ? true : undefined,
    mistaken,
    cautions: cautions === undefined || cautions.length === 0 ? undefined : cautions,
  }
}
const noIdentifiers: Item['identifiers'] = []
const noNotes: Item['notes'] = []
const noFacts: Item['facts'] = []

function associatedEncounter(entry: SourceEntry): unknown {
  return entry.resource.extension === undefined
    ? undefined
    : extensions(entry.resource, 'associatedEncounter')[0]?.valueReference
}

/** A modifier extension changes what its resource means; one that is not understood must not be passed over. https://hl7.org/fhir/STU3/extensibility.html#modifierExtension */
export function modifiers(reader: Reader, entry: SourceEntry): string[] {
  const told: Fact[] = []
  for (const one of objects(entry.resource.modifierExtension)) sayExtension(reader, told, one)
  if (told.length === 0) return []
  reader.source.issue({
    severity: 'error',
    text: 'An entry is marked in a way that changes its meaning and is not understood here',
    resource: entry.key,
  })
  const words = told.map(({ label, text }) => `${label}: ${text}`).join(', ')
  return [`Marked in a way that changes its meaning and is not understood here (${words}).`]
}

/** A narrative's XHTML without its markup. */
function plainText(div: string): string {
  let text = ''
  let from = 0
  // By hand, since a pattern looks for the end of each of many tags that have none.
  for (;;) {
    const open = div.indexOf('<', from)
    const close = open === -1 ? -1 : div.indexOf('>', open)
    if (close === -1) break
    text += div.slice(from, open)
    const tag = /^\/?(\w+)/.exec(div.slice(open + 1, Math.min(close, open + 8)))?.[1]?.toLowerCase() ?? ''
    if (blocks.has(tag)) text += '\n'
    else if (tag === 'td' || tag === 'th') text += ' '
    from = close + 1
  }
  return (text + div.slice(from))
    .replaceAll(/&(amp|lt|gt|quot|apos|nbsp|#39|#160);/g, (_, name: string) => references[name] ?? ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n')
}
const blocks = new Set(['br', 'p', 'div', 'li', 'tr', 'table', 'ul', 'ol'])
const references: Readonly<Record<string, string>> = lookup({
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
})

/** `effectiveDateTime`, `effectivePeriod` and their like under other names. */
export function whenOf({ datatypes }: Reader, entry: SourceEntry, name: keyof typeof times): When {
  const { point, period } = times[name]
  const at = datatypes.text(entry.resource[point])
  if (at !== undefined) return { at }
  return datatypes.period(entry.resource[period]) ?? {}
}
const times = {
  effective: { point: 'effectiveDateTime', period: 'effectivePeriod' },
  occurrence: { point: 'occurrenceDateTime', period: 'occurrencePeriod' },
  onset: { point: 'onsetDateTime', period: 'onsetPeriod' },
  performed: { point: 'performedDateTime', period: 'performedPeriod' },
} as const

/** What is verified to be wrong is no allergy and no problem of the patient's, whatever its other status says. */
export function mistakenStatus(value: unknown): Item['mistaken'] {
  const status = rawString(value)
  return status === 'entered-in-error' ? 'Entered in error' : status === 'refuted' ? 'Refuted' : undefined
}
