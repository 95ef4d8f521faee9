import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import { coded } from '../entries/code.ts'
import { comment } from '../entries/comment.ts'
import { details, recordedBy } from '../entries/details.ts'
import { finding } from '../entries/finding.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author } from '../entries/participation.ts'
import { statusCodes } from '../entries/status-code.ts'
import { templates } from '../entries/template.ts'
import { append, content, headings, row, table } from '../narrative.ts'
import type { OtherItem } from '../record.ts'
import { effectiveTime, readableWhen } from '../time.ts'
import { findingHeadings, findingRow } from './finding-row.ts'
import { entry, nothingToTell, type Section, type SectionContent } from './section.ts'

const head = headings('Kind', 'What', 'When', 'Details', 'Recorded')

/** What fits no other section, so that it is still read: findings, and resources of any other type. */
export const other: Section = {
  name: 'other',
  title: 'Other entries of the record',
  code: '11329-0',
  codeName: 'History general Narrative - Reported',
  areas: ['uncategorised'],
  templates: () => undefined,
  content(record, desk) {
    // Whatever no section has taken by now, however it was classified: the last section loses nothing.
    const left = record.observations.filter((one) => !desk.ledger.isPlaced(one.key))
    const rows: XmlNode[] = []
    const entries: XmlNode[] = []
    for (const observation of left) {
      const id = desk.narrativeId('o')
      desk.ledger.placed(observation.key, 'other', id)
      if (observation.specimen) desk.ledger.used(observation.specimen.key, 'The specimen of a finding')
      const noted = observation.notes.length > 0 ? comment(`${id}n`) : undefined
      rows.push(findingRow(observation, id))
      entries.push(entry(finding(observation, id, desk, noted)))
    }
    const others = itemsOf(record.others, 'o', 'other', desk)
    if (rows.length === 0 && others.rows.length === 0) return nothingToTell
    append(entries, others.entries)
    return {
      blocks: [
        ...(rows.length > 0 ? [table('Findings and other coded entries', findingHeadings, rows)] : []),
        ...(others.rows.length > 0 ? [table('Other', head, others.rows)] : []),
      ],
      entries,
    }
  },
}

export const payers: Section = {
  name: 'payers',
  title: 'Payers',
  code: '48768-6',
  codeName: 'Payment sources Document',
  areas: [],
  templates: () => templates('2.18', '2015-08-01'),
  content: (record, desk) => itemSection(record.coverages, 'y', 'payers', desk),
}

export const medicalEquipment: Section = {
  name: 'medical-equipment',
  title: 'Medical equipment',
  code: '46264-8',
  codeName: 'History of medical device use',
  areas: [],
  templates: () => templates('2.23', '2014-06-09'),
  content: (record, desk) => itemSection(record.devices, 'q', 'medical-equipment', desk),
}

function itemSection(items: readonly OtherItem[], letter: string, section: string, desk: Desk): SectionContent {
  const { rows, entries } = itemsOf(items, letter, section, desk)
  return rows.length === 0 ? nothingToTell : { blocks: [table('', head, rows)], entries }
}

function itemsOf(
  items: readonly OtherItem[],
  letter: string,
  section: string,
  desk: Desk,
): { rows: XmlNode[]; entries: XmlNode[] } {
  const rows: XmlNode[] = []
  const entries: XmlNode[] = []
  const kinds = new Map<string, string>()
  for (const item of items) {
    const id = desk.narrativeId(letter)
    desk.ledger.placed(item.key, section, id)
    let kind = kinds.get(item.type)
    if (kind === undefined) kinds.set(item.type, (kind = kindName(item.type)))
    rows.push(
      row(id, [kind, [content(`${id}c`, item.code.text)], readableWhen(item.when), details(item), recordedBy(item)]),
    )
    entries.push(entry(act(item, id, desk)))
  }
  return { rows, entries }
}

/** `QuestionnaireResponse` is `Questionnaire response`. */
function kindName(type: string): string {
  const words = type.replaceAll(/(?<=.)([A-Z])/g, (capital) => ` ${capital.toLowerCase()}`)
  return words
}

/** A word that is none of CDA's is no status there: the row has it. */
const statusCode = statusCodes({
  active: 'active',
  current: 'active',
  completed: 'completed',
  final: 'completed',
  finished: 'completed',
  amended: 'completed',
  'in-progress': 'active',
  cancelled: 'cancelled',
  stopped: 'aborted',
  aborted: 'aborted',
  suspended: 'suspended',
  'on-hold': 'suspended',
  'entered-in-error': 'nullified',
})

function act(item: OtherItem, id: string, desk: Desk): XmlTemplate {
  return xml`<act classCode="ACT" moodCode="EVN" negationInd="${item.notDone ? 'true' : undefined}">
    ${desk.ids(item.key, item.identifiers)}
    ${coded('code', item.code, `${id}c`)}
    <text><reference value="#${id}"/></text>
    ${statusCode(item.status)}
    ${effectiveTime(item.when)}
    ${author(item, desk)}
    ${encounterLink(item, desk)}
  </act>`
}
