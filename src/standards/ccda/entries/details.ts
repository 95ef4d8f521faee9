import type { XmlNode } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { appendLines, broken, type Cell, contentOf, lineBreak, lines } from '../narrative.ts'
import type { Fact, Item, Note } from '../record.ts'
import { readable } from '../time.ts'
import { partyName } from './people.ts'

/** A fact with the narrative ID that a comment can point at. */
export type MarkedFact = Fact & { readonly id?: string }

/** Facts and notes of an item for its row, complete; the notes stand under `noteId`, so that a comment can point there. */
export function details(
  item: Pick<Item, 'notes' | 'facts' | 'notForPatient' | 'mistaken' | 'cautions'>,
  noteId?: string,
  more: readonly (MarkedFact | false | undefined)[] = none,
): readonly XmlNode[] {
  const { facts, notes } = item
  const cautions = cautionsOf(item)
  // What pushes costs more: nearly all have nothing, or notes alone.
  if (facts.length === 0 && more === none && cautions === none)
    return notes.length === 0 ? none : [contentOf(noteId, noteNodes(notes))]
  const nodes: XmlNode[] = []
  for (const words of cautions) {
    if (nodes.length > 0) nodes.push(lineBreak)
    nodes.push(xml`<content styleCode="Bold">${words}</content>`)
  }
  for (const fact of more)
    if (fact && fact.text !== '') {
      if (nodes.length > 0) nodes.push(lineBreak)
      if (fact.id !== undefined) nodes.push(contentOf(fact.id, [`${fact.label}: `, ...lines(fact.text)]))
      else {
        nodes.push(fact.label, ': ')
        appendLines(nodes, fact.text)
      }
    }
  for (const { label, text } of facts) {
    if (nodes.length > 0) nodes.push(lineBreak)
    nodes.push(label, ': ')
    appendLines(nodes, dates.has(label) ? readable(text) : text)
  }
  if (notes.length > 0) {
    if (nodes.length > 0) nodes.push(lineBreak)
    nodes.push(contentOf(noteId, noteNodes(notes)))
  }
  return nodes
}

/** A fact where the record states it. */
export function stated(label: string, text: string | undefined): Fact | undefined {
  return text === undefined || text === '' ? undefined : { label, text }
}

/** What must be read before all else about an item. */
export function cautionsOf({
  mistaken,
  cautions,
  notForPatient,
}: Pick<Item, 'notForPatient' | 'mistaken' | 'cautions'>): readonly string[] {
  if (mistaken === undefined && cautions === undefined && !notForPatient) return none
  return [
    ...(mistaken === undefined ? [] : [`${mistaken}: not to be taken as true of the patient.`]),
    ...(cautions ?? []),
    ...(notForPatient ? ['Not to be disclosed to the patient.'] : []),
  ]
}

/** No cautions, and no facts but the item's own. */
export const none: readonly never[] = []

/** Labels whose text is a time as it was recorded. */
export const dates: ReadonlySet<string> = new Set([
  'Registered',
  'Registration ended',
  'Last issued',
  'Authorised on',
  'Dosage last changed',
  'Authorisation expires',
  'Status changed',
  'Last occurrence',
  'Collected',
  'Received',
  'Died',
  'Began to end',
  'Began by',
  'Reaction on',
])

function noteNodes(notes: readonly Note[]): Cell {
  const [only] = notes
  if (only !== undefined && notes.length === 1 && only.by === undefined && only.time === undefined)
    return broken(only.text)
  const nodes: XmlNode[] = []
  for (const note of notes) {
    if (nodes.length > 0) nodes.push(lineBreak)
    appendLines(nodes, note.text)
    if (note.by === undefined && note.time === undefined) continue
    const by = [partyName(note.by), readable(note.time)].filter(Boolean).join(', ')
    if (by !== '') nodes.push(` (${by})`)
  }
  return nodes
}

/** Who recorded an item and when, for its row. */
export function recordedBy(item: Pick<Item, 'author' | 'recorded'>): Cell {
  const name = partyName(item.author)
  const time = readable(item.recorded)
  return name === '' ? time : time === '' ? name : [name, ', ', time]
}
