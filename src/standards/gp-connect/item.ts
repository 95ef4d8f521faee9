import type { Coded, Fact, Item, Party, When } from '../ccda/record.ts'
import { type Datatypes, optional } from './datatypes.ts'
import { extensions } from './extensions.ts'
import { object, objects, rawString } from './json.ts'
import type { People } from './people.ts'
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
  },
): Item {
  const { source, datatypes } = reader
  const { resource } = entry
  const encounter = source.resolve(resource.context ?? resource.encounter ?? associatedEncounter(entry))
  return {
    key: entry.key,
    identifiers: resource.identifier === undefined ? noIdentifiers : datatypes.identifiers(resource.identifier),
    code: of.code ?? nothing,
    when: of.when,
    notes: of.notes === undefined ? noNotes : datatypes.notes(of.notes),
    facts: of.facts ?? noFacts,
    ...optional('status', datatypes.text(resource.status)),
    ...optional('recorded', datatypes.text(of.recorded)),
    ...optional('author', of.author),
    ...(encounter?.type === 'Encounter' && { encounter: encounter.key }),
    ...(notForPatient(resource.meta) && { notForPatient: true }),
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

/** https://terminology.hl7.org/CodeSystem-v3-ActCode.html NOPAT: not to be disclosed to the patient, family or caregivers. */
function notForPatient(meta: unknown): boolean {
  const security = object(meta)?.security
  return security !== undefined && objects(security).some((label) => rawString(label.code) === 'NOPAT')
}

/** `effectiveDateTime`, `effectivePeriod` and their like under other names. */
export function whenOf({ datatypes }: Reader, entry: SourceEntry, name: string): When {
  const at = datatypes.text(entry.resource[`${name}DateTime`])
  if (at !== undefined) return { at }
  return datatypes.period(entry.resource[`${name}Period`]) ?? {}
}

/** What is verified to be wrong is no allergy and no problem of the patient's, whatever its other status says. */
export function mistaken(verificationStatus: unknown): string | undefined {
  const status = rawString(verificationStatus)
  return status === 'entered-in-error' ? 'Entered in error' : status === 'refuted' ? 'Refuted' : undefined
}
