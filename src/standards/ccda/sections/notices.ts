import { element, type XmlNode } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { caption, headings, paragraph, row, table } from '../narrative.ts'
import type { Area, AreaName, AreaWarning, Fact, HealthRecord } from '../record.ts'
import { dates } from '../entries/details.ts'
import { isLanguageCode } from '../header/record-target.ts'
import { readable } from '../time.ts'
import type { Section } from './section.ts'

const patientHead = headings('What', 'In the record')
const head = headings('Part of the record', 'State')

/**
 * The first section: what the reader must know before reading on. What was asked for and what was not, what was
 * withheld, and what of the record could not be kept as it was.
 */
export const notices: Section = {
  name: 'notices',
  title: 'About this document',
  code: '48767-8',
  codeName: 'Annotation comment',
  areas: [],
  required: true,
  templates: () => undefined,
  content(record, desk) {
    const blocks: XmlNode[] = []
    for (const text of record.warnings) blocks.push(strong(`Warning: ${text}`))
    for (const { text, areas } of areaWarnings(record))
      blocks.push(strong(`Warning (${areas.map((name) => names[name]).join(', ')}): ${text}`))
    if (record.restricted) blocks.push(strong('Warning: items below are marked as not to be disclosed to the patient.'))
    blocks.push(
      paragraph(
        'Converted from the record that a GP system gave through GP Connect. Words, codes, numbers and dates are those of the record; nothing was computed.',
      ),
    )
    blocks.push(
      table(
        'What was asked for',
        head,
        record.areas
          .filter((area) => area.name !== 'documents')
          .map((area) => row(desk.narrativeId('z'), [names[area.name], stateOf(area, record)])),
      ),
    )
    for (const place of record.patient?.places ?? [])
      if (place.key !== undefined) desk.ledger.used(place.key, 'About the patient')
    const patient = [...(record.patient?.facts ?? []), ...unwrittenLanguages(record)]
    if (patient.length > 0)
      blocks.push(
        table(
          'About the patient',
          patientHead,
          patient.map(({ label, text }) =>
            row(desk.narrativeId('z'), [label, dates.has(label) ? readable(text) : text]),
          ),
        ),
      )
    const told = record.issues.filter((issue) => issue.severity !== 'information')
    if (told.length > 0) {
      blocks.push(caption('What could not be kept as it was'))
      blocks.push(
        element(
          'list',
          undefined,
          ...grouped(told.map((issue) => issue.text)).map((text) => element('item', undefined, text)),
        ),
      )
    }
    return { blocks, entries: [] }
  },
}

/** Languages that the header has no code for, such as a sign language. */
function unwrittenLanguages({ patient }: HealthRecord): Fact[] {
  return (patient?.languages ?? [])
    .filter((one) => !isLanguageCode(one.code))
    .map(({ code, name, preferred }) => ({
      label: preferred === true ? 'Language (preferred)' : 'Language',
      text: name ?? code,
    }))
}

function strong(text: string): XmlNode {
  return paragraph(xml`<content styleCode="Bold">${text}</content>`)
}

export const names: Readonly<Record<AreaName, string>> = {
  allergies: 'Allergies',
  'ended-allergies': 'Ended allergies',
  medications: 'Medications',
  problems: 'Problems',
  immunisations: 'Immunisations',
  investigations: 'Investigations',
  consultations: 'Consultations',
  uncategorised: 'Uncategorised data',
  referrals: 'Referrals',
  diary: 'Diary entries',
  documents: 'Documents',
}

/** Items of an area that came without its list are there all the same. */
function isHeld(name: AreaName, record: HealthRecord): boolean {
  const { allergies, medications, problems, immunizations, reports, consultations, plans } = record
  switch (name) {
    case 'allergies':
      return allergies.some((one) => !one.ended)
    case 'ended-allergies':
      return allergies.some((one) => one.ended)
    case 'medications':
      return medications.length > 0
    case 'problems':
      return problems.length > 0
    case 'immunisations':
      return immunizations.length > 0
    case 'investigations':
      return reports.length > 0
    case 'consultations':
      return consultations.length > 0
    case 'referrals':
      return plans.some((one) => one.kind === 'referral')
    case 'diary':
      return plans.some((one) => one.kind === 'diary')
    default:
      return false
  }
}

function stateOf(area: Area, record: HealthRecord): string {
  const unsupported = area.warnings.find((one) => one.kind === 'unsupported')
  if (!area.asked && isHeld(area.name, record))
    return 'Not given as a whole: items of this kind came with other parts of the record'
  if (!area.asked) return unsupported ? `Not given by the GP system: ${unsupported.text}` : 'Not asked for'
  if (area.empty === undefined) return 'Given'
  const of = (kind: AreaWarning['kind']): boolean => area.warnings.some((one) => one.kind === kind)
  if (of('confidential')) return 'Given; nothing shown, and items are withheld as confidential'
  if (of('in-transit')) return 'Given; nothing shown, and the record is still in transit from another practice'
  if (of('awaiting-filing')) return 'Given; nothing shown, and data await filing'
  return 'Given; nothing recorded'
}

function areaWarnings(record: HealthRecord): { text: string; areas: AreaName[] }[] {
  const found = new Map<string, AreaName[]>()
  for (const area of record.areas)
    for (const { text } of area.warnings) {
      const areas = found.get(text)
      if (areas) {
        if (!areas.includes(area.name)) areas.push(area.name)
      } else found.set(text, [area.name])
    }
  return [...found].map(([text, areas]) => ({ text, areas }))
}

/** The same trouble in many places is one line. */
function grouped(texts: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} (more than once)`))
}
