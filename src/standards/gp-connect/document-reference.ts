import type { Fact, KnownDocument } from '../ccda/record.ts'
import { object, objects, rawString } from './json.ts'
import { item, type Reader } from './item.ts'
import { nameOf } from './people.ts'
import { elements, say, sayHeld, sayTheRest } from './say.ts'
import type { SourceEntry } from './source.ts'

const read = elements(
  'masterIdentifier',
  'status',
  'type',
  'class',
  'created',
  'indexed',
  'author',
  'custodian',
  'description',
  'content',
)
const readOfContent = elements('attachment')
const readOfAttachment = elements('contentType', 'url', 'size', 'title', 'data', 'hash')
const readOfContext = elements('practiceSetting', 'related')

/** https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-DocumentReference-1 */
export function readDocument(reader: Reader, entry: SourceEntry): KnownDocument {
  const { source, people, datatypes } = reader
  const { coded, text, fact, identifiers } = datatypes
  source.current = entry
  const { resource } = entry
  const contents = objects(resource.content)
  const attachment = object(contents[0]?.attachment)
  const facts: Fact[] = []
  for (const more of contents.slice(1)) {
    const other = object(more.attachment)
    fact(facts, 'Also as', [text(other?.contentType), text(other?.url)].filter(Boolean).join(' '))
  }
  const context = object(resource.context)
  fact(facts, 'Practice setting', coded(context?.practiceSetting)?.text)
  fact(facts, 'Class', coded(resource.class)?.text)
  for (const related of objects(context?.related)) say(reader, facts, 'Related to', related.ref)
  const authors = objects(resource.author)
    .map((one) => people.party(one))
    .filter((party) => party !== undefined)
  for (const other of authors.slice(1)) fact(facts, 'Also by', nameOf(other))
  for (const content of contents) {
    sayTheRest(reader, facts, content, readOfContent)
    const held = object(content.attachment)
    if (!held) continue
    sayTheRest(reader, facts, held, readOfAttachment)
    const data = rawString(held.data)
    if (data !== undefined) sayHeld(reader, facts, 'Contents', data)
  }
  if (context) sayTheRest(reader, facts, context, readOfContext)
  const encounter = source.resolve(context?.encounter)
  const base = item(reader, entry, {
    code: coded(resource.type),
    when: { at: text(resource.created) },
    recorded: resource.indexed,
    author: authors[0],
    notes: resource.description,
    facts,
    read,
  })
  return {
    ...base,
    identifiers: identifiers(resource.masterIdentifier).concat(base.identifiers),
    encounter: encounter?.type === 'Encounter' ? encounter.key : base.encounter,
    contentType: text(attachment?.contentType),
    url: text(attachment?.url),
    size: rawString(attachment?.size),
    title: text(attachment?.title),
    custodian: people.organisation(resource.custodian),
  }
}
