import { element, type XmlElement, type XmlNode, type XmlTemplate } from '../xml/element.ts'
import { xml } from '../xml/template.ts'
import { loinc } from './codes/systems.ts'
import type { Desk } from './desk.ts'
import { header } from './header/header.ts'
import { notForPatient } from './items.ts'
import { paragraph } from './narrative.ts'
import type { AreaWarning, HealthRecord } from './record.ts'
import { whyEmpty } from './sections/empty.ts'
import { notices } from './sections/notices.ts'
import { sections } from './sections/index.ts'
import type { Section, SectionContent } from './sections/section.ts'

/** A Continuity of Care Document, C-CDA R2.1. https://hl7.org/cda/us/ccda/ */
export function ccd(record: HealthRecord, at: Date, desk: Desk): XmlElement {
  const top = header(record, at, desk)
  const body = sections.map((section) => ({ section, content: section.content(record, desk) }))
  const secret = new Set(notForPatient(record).map((item) => desk.ledger.sectionOf(item.key)))
  // The first section tells about the others, so it is made last.
  const first = { section: notices, content: notices.content(record, desk) }
  return element(
    'ClinicalDocument',
    {
      xmlns: 'urn:hl7-org:v3',
      'xmlns:sdtc': 'urn:hl7-org:sdtc',
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    },
    ...top,
    element(
      'component',
      undefined,
      element(
        'structuredBody',
        undefined,
        ...[first, ...body]
          .map((part) => sectionElement(part, record, secret.has(part.section.name)))
          .filter((part) => part !== undefined),
      ),
    ),
  )
}

function sectionElement(
  { section, content }: { section: Section; content: SectionContent },
  record: HealthRecord,
  secret: boolean,
): XmlElement | undefined {
  const warnings = warningsOf(section, record)
  const empty = content.entries.length === 0 && content.blocks.length === 0
  const areas = record.areas.filter((area) => section.areas.includes(area.name))
  const wanted =
    section.required || warnings.length > 0 || areas.some((area) => area.asked && section.areas[0] === area.name)
  if (empty && !wanted) return undefined
  const why = empty ? whyEmpty(section, record) : undefined
  const told: XmlNode[] = warnings.map((warning) => warningBlock(warning.text))
  if (secret) told.push(warningBlock('Items of this section are marked as not to be disclosed to the patient.'))
  const blocks = [...told, ...content.blocks]
  if (why) blocks.push(paragraph(why.text))
  const templates = section.templates(content, record)
  const nullFlavor = content.entries.length === 0 && templates !== undefined ? (why?.nullFlavor ?? 'NI') : undefined
  // A record may have more entries than a call may have arguments.
  const children: XmlNode[] = [
    ...(templates === undefined ? [] : [templates]),
    element('code', { code: section.code, codeSystem: loinc, codeSystemName: 'LOINC', displayName: section.codeName }),
    element('title', undefined, section.title),
    { name: 'text', children: blocks },
    ...content.entries,
  ]
  return element('component', undefined, { name: 'section', attributes: { nullFlavor }, children })
}

export function warningsOf(section: Pick<Section, 'areas'>, record: Pick<HealthRecord, 'areas'>): AreaWarning[] {
  const found: AreaWarning[] = []
  for (const area of record.areas)
    if (section.areas.includes(area.name))
      for (const warning of area.warnings) if (!found.some((one) => one.text === warning.text)) found.push(warning)
  return found
}

function warningBlock(text: string): XmlTemplate {
  return paragraph(xml`<content styleCode="Bold">${`Warning: ${text}`}</content>`)
}
