import { lookup } from '../lookup.ts'
import type { Coded, Component, Fact, Observation, Specimen } from '../ccda/record.ts'
import { rangeText } from '../ccda/entries/value.ts'
import { type Json, object, objects, rawString } from './json.ts'
import { item, nothing, type Reader, whenOf } from './item.ts'
import { nameOf } from './people.ts'
import { elements, say, sayTheRest } from './say.ts'
import type { SourceEntry } from './source.ts'

const values = [
  'valueQuantity',
  'valueCodeableConcept',
  'valueString',
  'valueDateTime',
  'valueInstant',
  'valueDate',
  'valueBoolean',
  'valuePeriod',
  'valueRange',
  'valueRatio',
  'valueAttachment',
  'valueSampledData',
  'valueTime',
  'valueInteger',
  'valueDecimal',
  'valueCode',
]
const read = elements(
  ...values,
  'status',
  'category',
  'code',
  'effectiveDateTime',
  'effectivePeriod',
  'issued',
  'performer',
  'dataAbsentReason',
  'interpretation',
  'comment',
  'bodySite',
  'method',
  'specimen',
  'device',
  'referenceRange',
  'related',
  'component',
)
const readOfComponent = elements(...values, 'code', 'dataAbsentReason', 'interpretation', 'referenceRange')
const readOfRange = elements('low', 'high', 'text', 'type', 'appliesTo', 'age')
const readOfSpecimen = elements('accessionIdentifier', 'status', 'type', 'receivedTime', 'collection', 'note')
const readOfCollection = elements('collectedDateTime', 'collectedPeriod', 'quantity', 'bodySite', 'method')

/** https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Observation-1 */
export function readObservation(
  reader: Reader,
  entry: SourceEntry,
  specimens: ReadonlyMap<string, Specimen>,
  about?: Observation['about'],
): Observation {
  const { source, people, datatypes } = reader
  const { text, coded } = datatypes
  source.current = entry
  const { resource } = entry
  const members: string[] = []
  const facts: Fact[] = []
  for (const related of objects(resource.related)) {
    const target = source.resolve(related.target)
    const relation = text(related.type)
    if (relation === 'has-member' && target) members.push(target.key)
    // What it is derived from is mostly the heading that has it as a member.
    else if (relation !== 'derived-from' || target === undefined || !tellsItsParts(reader, target, entry))
      say(reader, facts, relations[relation ?? ''] ?? `Related (${relation ?? 'how is not stated'})`, related.target)
  }
  const performers = objects(resource.performer)
  const performer = people.party(performers[0])
  for (let at = 1; at < performers.length; at++) {
    const party = people.party(performers[at])
    datatypes.fact(facts, 'Also by', party && nameOf(party))
  }
  if (resource.category !== undefined) {
    const category = objects(resource.category).map((one) => coded(one)?.text)
    datatypes.fact(facts, 'Category', category.filter(Boolean).join(', '))
  }
  say(reader, facts, 'Device', resource.device)
  const hasValue = otherValues(reader, facts, resource)
  if (resource.component !== undefined)
    for (const one of objects(resource.component)) sayTheRest(reader, facts, one, readOfComponent, 'Part: ')
  if (resource.referenceRange !== undefined)
    for (const one of objects(resource.referenceRange)) sayTheRest(reader, facts, one, readOfRange, 'Range: ')
  const specimen = resource.specimen === undefined ? undefined : source.resolve(resource.specimen)
  const known = specimen && specimens.get(specimen.key)
  if (resource.specimen !== undefined && known === undefined) {
    const reference = object(resource.specimen)
    datatypes.fact(facts, 'Specimen', text(reference?.display) ?? text(reference?.reference))
  }
  const base = item(reader, entry, {
    code: coded(resource.code),
    when: whenOf(reader, entry, 'effective'),
    recorded: resource.issued,
    author: performer,
    notes: resource.comment,
    facts,
    read,
  })
  return {
    ...base,
    ranges: ranges(reader, resource.referenceRange),
    components:
      resource.component === undefined
        ? noComponents
        : objects(resource.component).map((one) => component(reader, one)),
    members: members.length === 0 ? noMembers : members,
    value: hasValue ? datatypes.value(resource) : undefined,
    absent: coded(resource.dataAbsentReason),
    interpretation: interpretationOf(reader, resource.interpretation),
    bodySite: coded(resource.bodySite),
    method: coded(resource.method),
    specimen: known,
    performer,
    about,
  }
}

/** A heading names what stands under it; a questionnaire names its answers. */
function tellsItsParts({ source }: Reader, target: SourceEntry, part: SourceEntry): boolean {
  if (target.type !== 'Observation') return target.type === 'QuestionnaireResponse'
  return objects(target.resource.related).some(
    (one) => rawString(one.type) === 'has-member' && source.resolve(one.target) === part,
  )
}

const noMembers: Observation['members'] = []
const noComponents: Component[] = []
const relations: Readonly<Record<string, string>> = lookup({
  'sequel-to': 'Sequel to',
  replaces: 'Replaces',
  'qualified-by': 'Qualified by',
  'interfered-by': 'Interfered with by',
  'has-member': 'Has member',
  'derived-from': 'Derived from',
})

const valueNames: ReadonlySet<string> = new Set(values)

/** An observation has one value; where a record gives more, the others are told in words. Whether it may have one at all. */
function otherValues(reader: Reader, facts: Fact[], holder: Json): boolean {
  let any = false
  let count = 0
  for (const name in holder)
    if (name.startsWith('value')) {
      any = true
      if (valueNames.has(name)) count++
    }
  if (count < 2) return any
  let told = false
  for (const name of values)
    if (holder[name] !== undefined) {
      if (told) say(reader, facts, 'Also recorded as its value', holder[name])
      told = true
    }
  return any
}

/** One in STU3, any number in later versions, which some systems follow. */
function interpretationOf({ datatypes }: Reader, value: unknown): Coded | undefined {
  if (!Array.isArray(value)) return datatypes.coded(value)
  const found = objects(value)
    .map((one) => datatypes.coded(one))
    .filter((one) => one !== undefined)
  if (found.length < 2) return found[0]
  return { codings: found.flatMap((one) => one.codings), text: found.map((one) => one.text).join(', ') }
}

function component(reader: Reader, one: Json): Component {
  const { coded, value } = reader.datatypes
  return {
    code: coded(one.code) ?? nothing,
    ranges: ranges(reader, one.referenceRange),
    value: value(one),
    absent: coded(one.dataAbsentReason),
    interpretation: interpretationOf(reader, one.interpretation),
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
    const age = object(one.age)
    const years = age && rangeText(quantity(age.low), quantity(age.high))
    const meanings: string[] = []
    const mean = (meant: string | undefined): void => void (meant && meanings.push(meant))
    mean(coded(one.type)?.text)
    for (const whom of objects(one.appliesTo)) mean(coded(whom)?.text)
    if (years) mean(`age ${years}`)
    if (!low && !high && !words) continue
    found.push({ low, high, text: words, meaning: meanings.length === 0 ? undefined : meanings.join(', ') })
  }
  return found
}
const noRanges: Observation['ranges'] = []

export function readSpecimen(reader: Reader, entry: SourceEntry): Specimen {
  const { source, datatypes } = reader
  const { coded, text, fact, amount, period, notes, identifiers } = datatypes
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
  fact(facts, 'Quantity', amount(collection?.quantity))
  fact(facts, 'Body site', coded(collection?.bodySite)?.text)
  fact(facts, 'Method', coded(collection?.method)?.text)
  const status = rawString(resource.status)
  if (status !== undefined && status !== 'available') fact(facts, 'Status', text(status))
  for (const note of notes(resource.note)) fact(facts, 'Note', note.text)
  sayTheRest(reader, facts, resource, readOfSpecimen)
  if (collection) sayTheRest(reader, facts, collection, readOfCollection)
  return { key: entry.key, identifiers: identifiers(resource.identifier), type: coded(resource.type), facts }
}
