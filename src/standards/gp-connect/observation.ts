import type { Component, Fact, Observation, Specimen } from '../ccda/record.ts'
import { optional } from './datatypes.ts'
import { type Json, object, objects, rawString } from './json.ts'
import { item, nothing, type Reader, whenOf } from './item.ts'
import type { SourceEntry } from './source.ts'

/** https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Observation-1 */
export function readObservation(
  reader: Reader,
  entry: SourceEntry,
  specimens: ReadonlyMap<string, Specimen>,
): Observation {
  const { source, people, datatypes } = reader
  const { text, coded, value } = datatypes
  source.current = entry
  const { resource } = entry
  const members: string[] = []
  const facts: Fact[] = []
  for (const related of objects(resource.related)) {
    const target = source.resolve(related.target)
    if (related.type === 'has-member' && target) members.push(target.key)
    else if (related.type !== 'has-member' && related.type !== 'derived-from' && target === undefined)
      datatypes.fact(facts, 'Related', text(object(related.target)?.display))
  }
  const performers = objects(resource.performer)
  const performer = people.party(performers[0])
  for (const more of performers.slice(1)) {
    const party = people.party(more)
    datatypes.fact(facts, 'Also by', party && (party.name ?? party.organisation?.name))
  }
  const category = objects(resource.category)
    .map((one) => coded(one)?.text)
    .filter(Boolean)
  datatypes.fact(facts, 'Category', category.length === 0 ? undefined : category.join(', '))
  datatypes.fact(facts, 'Device', text(object(resource.device)?.display))
  const specimen = source.resolve(resource.specimen)
  const base = item(reader, entry, {
    code: coded(resource.code),
    when: whenOf(reader, entry, 'effective'),
    recorded: resource.issued,
    author: performer,
    notes: resource.comment,
    facts,
  })
  return {
    ...base,
    ranges: ranges(reader, resource.referenceRange),
    components:
      resource.component === undefined
        ? noComponents
        : objects(resource.component).map((one) => component(reader, one)),
    members,
    ...optional('value', value(resource)),
    ...optional('absent', coded(resource.dataAbsentReason)),
    ...optional('interpretation', coded(resource.interpretation)),
    ...optional('bodySite', coded(resource.bodySite)),
    ...optional('method', coded(resource.method)),
    ...optional('specimen', specimen && specimens.get(specimen.key)),
    ...optional('performer', performer),
  }
}
const noComponents: Component[] = []

function component(reader: Reader, one: Json): Component {
  const { coded, value } = reader.datatypes
  return {
    code: coded(one.code) ?? nothing,
    ranges: ranges(reader, one.referenceRange),
    ...optional('value', value(one)),
    ...optional('absent', coded(one.dataAbsentReason)),
    ...optional('interpretation', coded(one.interpretation)),
  }
}

function ranges({ datatypes }: Reader, value: unknown): Observation['ranges'] {
  if (value === undefined) return noRanges
  const { quantity, coded, word } = datatypes
  const found: Observation['ranges'][number][] = []
  for (const one of objects(value)) {
    const low = quantity(one.low)
    const high = quantity(one.high)
    const words = word(one.text)
    const meaning = coded(one.type)?.text
    if (low || high || words)
      found.push({
        ...optional('low', low),
        ...optional('high', high),
        ...optional('text', words),
        ...optional('meaning', meaning),
      })
  }
  return found
}
const noRanges: Observation['ranges'] = []

export function readSpecimen({ source, datatypes }: Reader, entry: SourceEntry): Specimen {
  const { coded, text, fact, quantity, period, notes, identifiers } = datatypes
  source.current = entry
  const { resource } = entry
  const collection = object(resource.collection)
  const facts: Fact[] = []
  fact(facts, 'Accession', text(object(resource.accessionIdentifier)?.value))
  const collected = period(collection?.collectedPeriod)
  fact(
    facts,
    'Collected',
    text(collection?.collectedDateTime) ?? (collected && [collected.start, collected.end].filter(Boolean).join(' to ')),
  )
  fact(facts, 'Received', text(resource.receivedTime))
  const amount = quantity(collection?.quantity)
  fact(facts, 'Quantity', amount && [amount.value, amount.unit ?? amount.code].filter(Boolean).join(' '))
  fact(facts, 'Body site', coded(collection?.bodySite)?.text)
  fact(facts, 'Method', coded(collection?.method)?.text)
  const status = rawString(resource.status)
  if (status !== undefined && status !== 'available') fact(facts, 'Status', text(status))
  for (const note of notes(resource.note)) fact(facts, 'Note', note.text)
  return { key: entry.key, identifiers: identifiers(resource.identifier), type: coded(resource.type), facts }
}
