import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import { cautionsOf } from '../entries/details.ts'
import { author } from '../entries/participation.ts'
import { partyName } from '../entries/people.ts'
import { appendLines, broken, content, isBroken, lineBreak } from '../narrative.ts'
import type { Consultation, ConsultationPart, Encounter, Item, Link, Medication } from '../record.ts'
import { point, readable, readableWhen } from '../time.ts'
import { isComment } from './classify.ts'
import { encounterTime, withWhom } from './encounters.ts'
import { isObservation, itemText, listed, observationText } from './item-text.ts'
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
  let { title } = consultation
  if (encounter) {
    if (encounter.code.text !== title) title = listed(title, encounter.code.text)
    title = listed(listed(title, encounterTime(encounter)), withWhom(encounter))
  }
  const parts = listOf(consultation.parts, title, desk)
  return {
    item: xml`<item ID="${id}"><caption>${title || 'Consultation'}</caption>${parts}</item>`,
    entry: entry(activity(consultation, id, desk)),
  }
}

function listOf(parts: readonly ConsultationPart[], known: string, desk: Desk): XmlTemplate | undefined {
  return parts.length === 0 ? undefined : xml`<list>${itemsOf(parts, known, desk)}</list>`
}

function itemsOf(parts: readonly ConsultationPart[], known: string, desk: Desk): XmlTemplate[] {
  return parts.map((part) =>
    part.kind === 'item'
      ? itemOf(part.key, part.text, known, desk)
      : part.kind === 'text'
        ? xml`<item>${broken(part.text)}</item>`
        : headingOf(part, known, desk),
  )
}

function headingOf(part: ConsultationPart & { kind: 'heading' }, known: string, desk: Desk): XmlTemplate {
  const related = part.problems.length === 0 ? '' : relatedTo(part.problems, desk)
  const title = related === '' || part.title === '' ? part.title + related : `${part.title}. ${related}`
  if (title === '') return xml`<item>${listOf(part.parts, known, desk)}</item>`
  return part.parts.length === 0
    ? xml`<item><caption>${title}</caption></item>`
    : xml`<item><caption>${title}</caption><list>${itemsOf(part.parts, known, desk)}</list></item>`
}

function relatedTo(links: readonly Link[], desk: Desk): string {
  let names = ''
  for (const { key } of links) {
    const problem = key === undefined ? undefined : desk.item(key)
    if (problem === undefined) continue
    const { code, mistaken } = problem
    const name = (code.text || 'without a name') + (mistaken === undefined ? '' : ` [${mistaken.toLowerCase()}]`)
    names = names === '' ? name : `${names}, ${name}`
  }
  return names === '' ? '' : `Problem: ${names}`
}

/**
 * What an item says, where the clinician wrote it. Comments are told here and nowhere else, so they are complete; what
 * the record names a second time is mentioned.
 */
function itemOf(key: string, text: string, known: string, desk: Desk): XmlTemplate {
  const account = desk.ledger.account(key)
  const item = account?.item
  if (!item) return xml`<item>${text || `${key} (told elsewhere in this document)`}</item>`
  const id = desk.narrativeId('n')
  const again = account.mentioned
  account.mentioned = true
  const observation = isObservation(item) ? item : undefined
  if (!again && observation && isComment(observation)) {
    desk.ledger.placed(key, 'notes', id)
    return xml`<item ID="${id}">${commentNodes(observation, known)}</item>`
  }
  const words = observation ? observationText(observation) : medicationPart(item, key) + itemText(item)
  if (again || item.notes.length === 0) return xml`<item ID="${id}">${broken(words)}</item>`
  const [only] = item.notes
  if (only !== undefined && item.notes.length === 1 && words !== '' && !isBroken(words) && !isBroken(only.text))
    return xml`<item ID="${id}">${[words, lineBreak, only.text]}</item>`
  const nodes: XmlNode[] = []
  appendLines(nodes, words)
  for (const note of item.notes) {
    nodes.push(lineBreak)
    appendLines(nodes, note.text)
  }
  return xml`<item ID="${id}">${nodes}</item>`
}

/** A consultation names a medication, its authorisation and its issue one after another: they are one medication. */
function medicationPart(item: Item, key: string): string {
  const { sameAs, dosage } = item as Partial<Medication>
  if (sameAs !== undefined) return item.key === key ? '' : 'Authorisation of '
  return dosage === undefined ? '' : 'Issue of '
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
    appendLines(nodes, note.text)
  }
  for (const fact of item.facts) nodes.push(lineBreak, `${fact.label}: ${fact.text}`)
  if (nodes.length === 0) nodes.push('Comment without words')
  const by = partyName(item.author)
  const when = readableWhen(item.when)
  const recorded = readable(item.recorded)
  let news = tells(known, by) ? '' : by
  if (when !== by && !tells(known, when)) news += news === '' ? when : `, ${when}`
  if (recorded !== by && recorded !== when && !tells(known, recorded)) news += news === '' ? recorded : `, ${recorded}`
  if (news !== '') nodes.push(` (${news})`)
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
    <code code="34109-9" codeSystem="2.16.840.1.113883.6.1" codeSystemName="LOINC" displayName="Note">
      <translation code="11488-4" codeSystem="2.16.840.1.113883.6.1" codeSystemName="LOINC" displayName="Consult note"/>
    </code>
    <text><reference value="#${id}"/></text>
    <statusCode code="completed"/>
    ${point('effectiveTime', encounter?.when.start ?? encounter?.when.at)}
    ${encounter && author({ author: encounter.author, recorded: encounter.when.start ?? '' }, desk)}
    ${encounter && atEncounter(encounter, desk)}
  </act>`
}

function atEncounter(encounter: Encounter, desk: Desk): XmlTemplate {
  return xml`<entryRelationship typeCode="COMP" inversionInd="true">
    <encounter classCode="ENC" moodCode="EVN">${desk.id(encounter.key)}</encounter>
  </entryRelationship>`
}
