import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { loinc } from '../codes/systems.ts'
import type { Desk } from '../desk.ts'
import { cautionsOf } from '../entries/details.ts'
import { author } from '../entries/participation.ts'
import { partyName } from '../entries/people.ts'
import { append, content, lineBreak, lines } from '../narrative.ts'
import type { Consultation, ConsultationPart, Encounter, Item, Link } from '../record.ts'
import { point, readable, readableWhen } from '../time.ts'
import { isComment } from './classify.ts'
import { encounterTime, withWhom } from './encounters.ts'
import { itemText } from './item-text.ts'
import { entry, nothingToTell, type Section } from './section.ts'

/** Notes Section: each consultation with its topics and headings and what was written under them, in the record's order. */
export const notes: Section = {
  name: 'notes',
  title: 'Consultation notes',
  code: '34109-9',
  codeName: 'Note',
  areas: ['consultations'],
  templates: () => xml`<templateId root="2.16.840.1.113883.10.20.22.2.65" extension="2016-11-01"/>`,
  content(record, desk) {
    if (record.consultations.length === 0) return nothingToTell
    const made = record.consultations.map((consultation) => noteOf(consultation, desk))
    return {
      blocks: [xml`<list>${made.map((one) => one.item)}</list>`],
      entries: made.map((one) => one.entry),
    }
  },
}

function noteOf(consultation: Consultation, desk: Desk): { item: XmlNode; entry: XmlNode } {
  const id = desk.narrativeId('n')
  const { encounter } = consultation
  const title = [
    consultation.title,
    encounter && encounter.code.text !== consultation.title ? encounter.code.text : '',
    encounter ? encounterTime(encounter) : '',
    encounter ? withWhom(encounter) : '',
  ]
    .filter(Boolean)
    .join(', ')
  const parts = partsOf(consultation.parts, title, desk)
  return {
    item: xml`<item ID="${id}"><caption>${title || 'Consultation'}</caption>${parts}</item>`,
    entry: entry(activity(consultation, id, desk)),
  }
}

function partsOf(parts: readonly ConsultationPart[], known: string, desk: Desk): XmlTemplate | undefined {
  if (parts.length === 0) return undefined
  const items: XmlNode[] = []
  for (const part of parts) {
    if (part.kind === 'text') items.push(xml`<item>${lines(part.text)}</item>`)
    else if (part.kind === 'item') items.push(itemOf(part.key, part.text, known, desk))
    else items.push(headingOf(part, known, desk))
  }
  return xml`<list>${items}</list>`
}

function headingOf(part: ConsultationPart & { kind: 'heading' }, known: string, desk: Desk): XmlNode {
  const related = part.problems.length === 0 ? '' : relatedTo(part.problems, desk)
  const title = related === '' ? part.title : [part.title, related].filter(Boolean).join('. ')
  return xml`<item>${[title !== '' && xml`<caption>${title}</caption>`, partsOf(part.parts, known, desk)]}</item>`
}

function relatedTo(links: readonly Link[], desk: Desk): string {
  const problems = links
    .map((link) => (link.key === undefined ? undefined : desk.item(link.key)))
    .filter((one) => one !== undefined)
  const nameOf = ({ code, mistaken }: Item): string =>
    (code.text || 'without a name') + (mistaken === undefined ? '' : ` [${mistaken.toLowerCase()}]`)
  return problems.length === 0 ? '' : `Problem: ${problems.map(nameOf).join(', ')}`
}

/**
 * What an item says, where the clinician wrote it. Comments are told here and nowhere else, so they are complete; what
 * the record names a second time is mentioned.
 */
function itemOf(key: string, text: string, known: string, desk: Desk): XmlTemplate {
  const item = desk.item(key)
  if (!item) return xml`<item>${text || `${key} (told elsewhere in this document)`}</item>`
  const id = desk.narrativeId('n')
  const again = desk.mentioned.has(key)
  desk.mentioned.add(key)
  const observation = 'ranges' in item && 'components' in item ? (item as Parameters<typeof isComment>[0]) : undefined
  if (observation && isComment(observation) && !again) {
    desk.ledger.placed(key, 'notes', id)
    return xml`<item ID="${id}">${commentNodes(item, known)}</item>`
  }
  const nodes: XmlNode[] = [...lines(medicationPart(item, key) + itemText(item))]
  if (!again)
    for (const note of item.notes) {
      nodes.push(lineBreak)
      append(nodes, lines(note.text))
    }
  return xml`<item ID="${id}">${nodes}</item>`
}

/** A consultation names a medication, its authorisation and its issue one after another: they are one medication. */
function medicationPart(item: Item, key: string): string {
  if ('sameAs' in item) return item.key === key ? '' : 'Authorisation of '
  return 'dosage' in item ? 'Issue of ' : ''
}

/** `known` is what stands above: whom a comment is by, and when, is told where it is not that. */
function commentNodes(item: Item, known: string): XmlNode[] {
  const nodes: XmlNode[] = []
  for (const words of cautionsOf(item)) nodes.push(content(undefined, `${words} `))
  if (item.status !== undefined && item.status !== 'final' && item.mistaken === undefined)
    nodes.push(`Status: ${item.status}. `)
  const name = item.code.text
  if (name !== '' && !/^comment(?: note)?$/i.test(name)) nodes.push(`${name}: `)
  for (const note of item.notes) {
    if (nodes.length > 0 && note !== item.notes[0]) nodes.push(lineBreak)
    append(nodes, lines(note.text))
  }
  for (const fact of item.facts) nodes.push(lineBreak, `${fact.label}: ${fact.text}`)
  if (nodes.length === 0) nodes.push('Comment without words')
  const by = partyName(item.author)
  const news = [...new Set([by, readableWhen(item.when), readable(item.recorded)])].filter(
    (words) => !tells(known, words),
  )
  if (news.length > 0) nodes.push(` (${news.join(', ')})`)
  return nodes
}

/** `11 Jan 2019` does not tell `1 Jan 2019`. */
function tells(known: string, words: string): boolean {
  for (let at = known.indexOf(words); at !== -1; at = known.indexOf(words, at + 1))
    if (words === '' || !/\d/.test(known.charAt(at - 1))) return true
  return false
}

/** Note Activity: a consultation note, with its words in the narrative. */
function activity(consultation: Consultation, id: string, desk: Desk): XmlTemplate {
  const { encounter } = consultation
  return xml`<act classCode="ACT" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.202" extension="2016-11-01"/>
    ${desk.id(consultation.key)}
    <code code="34109-9" codeSystem="${loinc}" codeSystemName="LOINC" displayName="Note">
      <translation code="11488-4" codeSystem="${loinc}" codeSystemName="LOINC" displayName="Consult note"/>
    </code>
    <text><reference value="#${id}"/></text>
    <statusCode code="completed"/>
    ${point('effectiveTime', encounter?.when.start ?? encounter?.when.at)}
    ${encounter && author({ ...encounter, recorded: encounter.when.start ?? '' }, desk)}
    ${encounter && atEncounter(encounter, desk)}
  </act>`
}

function atEncounter(encounter: Encounter, desk: Desk): XmlTemplate {
  return xml`<entryRelationship typeCode="COMP" inversionInd="true">
    <encounter classCode="ENC" moodCode="EVN">${desk.id(encounter.key)}</encounter>
  </entryRelationship>`
}
