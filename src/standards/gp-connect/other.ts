import type { Fact, OtherItem } from '../ccda/record.ts'
import { type Json, object, rawString } from './json.ts'
import { item, type Reader } from './item.ts'
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
  for (const name in resource) if (!passedOver.has(name)) say(reader, facts, words(name), resource[name], 0)
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
  const performer = people.party(resource.author ?? resource.performer ?? resource.recorder ?? resource.asserter)
  return {
    ...item(reader, entry, {
      code: datatypes.coded(resource.code) ?? datatypes.coded(resource.type),
      when: when === undefined ? {} : { at: when },
      author: performer,
      facts,
    }),
    type: entry.type,
  }
}

/** Said elsewhere, or no content. */
const passedOver = new Set([
  'resourceType',
  'id',
  'meta',
  'text',
  'identifier',
  'subject',
  'patient',
  'implicitRules',
  'language',
  'contained',
])

function say(reader: Reader, facts: Fact[], label: string, value: unknown, depth: number): void {
  if (value === undefined || value === null) return
  const { datatypes } = reader
  if (depth > 12) {
    datatypes.fact(facts, label, datatypes.text(JSON.stringify(value)))
    return
  }
  if (Array.isArray(value)) {
    for (const one of value) say(reader, facts, label, one, depth + 1)
    return
  }
  const holder = object(value)
  if (!holder) {
    datatypes.fact(facts, label, typeof value === 'boolean' ? (value ? 'Yes' : 'No') : datatypes.text(value))
    return
  }
  const concept = holder.coding === undefined ? undefined : datatypes.coded(holder)
  if (concept) datatypes.fact(facts, label, concept.text)
  else if (holder.reference !== undefined) datatypes.fact(facts, label, named(reader, holder))
  else if (holder.value !== undefined && (holder.unit !== undefined || holder.code !== undefined))
    datatypes.fact(
      facts,
      label,
      [datatypes.text(holder.value), datatypes.text(holder.unit ?? holder.code)].filter(Boolean).join(' '),
    )
  else if (holder.linkId !== undefined) {
    const title = datatypes.text(holder.text) ?? datatypes.text(holder.linkId) ?? label
    for (const name in holder)
      if (name !== 'linkId' && name !== 'text') say(reader, facts, title, holder[name], depth + 1)
  } else
    for (const name in holder)
      if (name !== 'url' && name !== 'id') say(reader, facts, `${label}: ${words(name)}`, holder[name], depth + 1)
}

function named({ source, people, datatypes }: Reader, reference: Json): string | undefined {
  const target = source.resolve(reference)
  const display = datatypes.text(reference.display)
  if (display) return display
  const party = people.party(reference)
  const name =
    party?.name ??
    party?.practitioner?.names[0]?.text ??
    party?.practitioner?.names[0]?.family ??
    party?.organisation?.name
  if (name) return name
  const code = target && datatypes.coded(target.resource.code)
  return code?.text ? code.text : datatypes.text(reference.reference)
}

function firstText({ datatypes }: Reader, resource: Json, names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = rawString(resource[name])
    if (found !== undefined) return datatypes.text(found)
  }
  return undefined
}

/** `valueQuantity` is `Value quantity`. */
function words(name: string): string {
  const spaced = name.replaceAll(/([A-Z])/g, (capital) => ` ${capital.toLowerCase()}`)
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
