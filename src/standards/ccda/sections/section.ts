import type { XmlNode, XmlTemplate, XmlWritten } from '../../xml/element.ts'
import { partWriter } from '../../xml/serialise.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import type { AreaName, HealthRecord } from '../record.ts'

/** A section of the document: what it is, and how its rows and entries come from a record. */
export type Section = {
  /** The name the ledger and issues call it by. */
  readonly name: string
  readonly title: string
  /** LOINC. */
  readonly code: string
  readonly codeName: string
  /** The areas of a record that feed it: their warnings stand at its top, and they say why it is empty. */
  readonly areas: readonly AreaName[]
  /** What belongs here is known by its codes, among other things of the same areas. */
  readonly byCodes?: boolean
  /** Wanted in every CCD, empty or not. */
  readonly required?: boolean
  /** Ids of its templates, given what it holds. */
  templates(content: SectionContent, record: HealthRecord): XmlTemplate | undefined
  content(record: HealthRecord, desk: Desk): SectionContent
}

export type SectionContent = {
  /** Narrative blocks; none where the section has nothing to tell. */
  readonly blocks: readonly XmlNode[]
  readonly entries: readonly XmlNode[]
}

export const nothingToTell: SectionContent = { blocks: [], entries: [] }

/** Nothing derived from the record says so: `DRIV` is for entries whose content the narrative tells in full. */
export function entry(child: XmlNode): XmlWritten {
  return writtenEntry(xml`<entry typeCode="DRIV">${child}</entry>`)
}
const writtenEntry = partWriter()
