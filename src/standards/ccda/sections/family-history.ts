import type { XmlNode } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import { codedValue } from '../entries/code.ts'
import { comment } from '../entries/comment.ts'
import { finding } from '../entries/finding.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author } from '../entries/participation.ts'
import { templates } from '../entries/template.ts'
import { table } from '../narrative.ts'
import type { Observation } from '../record.ts'
import { effectiveTime } from '../time.ts'
import { observationsIn } from './classify.ts'
import { findingHeadings, findingRow } from './finding-row.ts'
import { entry, nothingToTell, type Section } from './section.ts'

/** Family History Section. The record's terms hold both the condition and that it is the family's (or that there is none). */
export const familyHistory: Section = {
  name: 'family-history',
  title: 'Family history',
  code: '10157-6',
  codeName: 'History of family member diseases Narrative',
  areas: [],
  templates: () => templates('2.15', '2015-08-01'),
  content(record, desk) {
    const mine = observationsIn('family-history', record)
    if (mine.length === 0) return nothingToTell
    const made = mine.map((observation) => {
      const id = desk.narrativeId('f')
      desk.ledger.placed(observation.key, 'family-history', id)
      const made = saysMore(observation) ? finding(observation, id, desk) : organizer(observation, id, desk)
      return { row: findingRow(observation, id), entry: entry(made) }
    })
    return {
      blocks: [
        table(
          '',
          findingHeadings,
          made.map((one) => one.row),
        ),
      ],
      entries: made.map((one) => one.entry),
    }
  },
}

/** A term with a value (`No`, who it was) is more than the term: the template has no room for it. */
function saysMore({ value, absent, components, interpretation }: Observation): boolean {
  return value !== undefined || absent !== undefined || interpretation !== undefined || components.length > 0
}

/** Family History Organizer: the relative is not named apart from the term, so it is said to be unknown. */
function organizer(observation: Observation, id: string, desk: Desk): XmlNode {
  return xml`<organizer classCode="CLUSTER" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.45"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.45" extension="2015-08-01"/>
    ${desk.id(observation.key, 'relative')}
    <statusCode code="completed"/>
    <subject><relatedSubject classCode="PRS"><code nullFlavor="UNK"/></relatedSubject></subject>
    <component><observation classCode="OBS" moodCode="EVN">
      <templateId root="2.16.840.1.113883.10.20.22.4.46"/>
      <templateId root="2.16.840.1.113883.10.20.22.4.46" extension="2015-08-01"/>
      ${desk.ids(observation.key, observation.identifiers)}
      <code code="55607006" codeSystem="2.16.840.1.113883.6.96" displayName="Problem">
        <translation code="75326-9" codeSystem="2.16.840.1.113883.6.1" displayName="Problem"/>
      </code>
      <text><reference value="#${id}"/></text>
      <statusCode code="completed"/>
      ${effectiveTime(observation.when)}
      ${codedValue(observation.code, `${id}c`)}
      ${author(observation, desk)}
      ${observation.notes.length > 0 && comment(`${id}n`)}
      ${encounterLink(observation, desk)}
    </observation></component>
  </organizer>`
}
