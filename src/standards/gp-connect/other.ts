import type { Fact, OtherItem } from '../ccda/record.ts'
import { item, type Reader } from './item.ts'
import { boolean, type Json, rawString } from './json.ts'
import { elementsAlone, sayHeld, sayTheRest } from './say.ts'
import type { SourceEntry } from './source.ts'

/**
 * A resource of a type that has no section of its own: everything it says, in words, in its own order. References are
 * followed by name alone.
 */
export function readOther(reader: Reader, entry: SourceEntry): OtherItem {
  const { source, people, datatypes } = reader
  source.current = entry
  const { resource } = entry
  const facts: Fact[] = []
  const bytes = entry.type === 'Binary' ? rawString(resource.content ?? resource.data) : undefined
  if (bytes !== undefined) sayHeld(reader, facts, 'Contents', bytes)
  sayTheRest(reader, facts, resource, bytes === undefined ? passedOver : passedOverOfBinary)
  const when = firstText(reader, resource, [
    'effectiveDateTime',
    'performedDateTime',
    'occurrenceDateTime',
    'authored',
    'date',
    'start',
    'created',
    'issued',
    'dateAsserted',
    'authoredOn',
  ])
  const notDone = negations.some((name) => boolean(resource[name]) === true)
  const performer = people.party(resource.author ?? resource.performer ?? resource.recorder ?? resource.asserter)
  const base = item(reader, entry, {
    code: datatypes.coded(resource.code) ?? datatypes.coded(resource.type),
    when: when === undefined ? (datatypes.period(resource.period) ?? {}) : { at: when },
    author: performer,
    facts,
  })
  return {
    ...base,
    ...(notDone && { cautions: ['Recorded as not done.', ...(base.cautions ?? [])] }),
    type: entry.type,
    notDone,
  }
}

/** Elements of STU3 that turn a resource into its opposite. */
const negations = ['notDone', 'notGiven', 'doNotPerform', 'wasNotGiven', 'wasNotTaken']

/** Said elsewhere, or no content. */
const names = [
  'id',
  'meta',
  'text',
  'identifier',
  'subject',
  'patient',
  'implicitRules',
  'language',
  'contained',
  'modifierExtension',
]
const passedOver = elementsAlone('resourceType', ...names)
const passedOverOfBinary = elementsAlone('resourceType', ...names, 'content', 'data')

function firstText({ datatypes }: Reader, resource: Json, names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = rawString(resource[name])
    if (found !== undefined) return datatypes.text(found)
  }
  return undefined
}
