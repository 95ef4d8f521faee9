import type { XmlNode } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { smokingStatus, socialTopic } from '../codes/social-history.ts'
import type { Desk } from '../desk.ts'
import { codedValue, codedWithMore } from '../entries/code.ts'
import { comment } from '../entries/comment.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { finding } from '../entries/finding.ts'
import { author } from '../entries/participation.ts'
import { templates } from '../entries/template.ts'
import { valueElement } from '../entries/value.ts'
import { table } from '../narrative.ts'
import type { Coded, Observation } from '../record.ts'
import { effectiveTime, point } from '../time.ts'
import { observationsIn } from './classify.ts'
import { findingHeadings, findingRow } from './finding-row.ts'
import { entry, nothingToTell, type Section } from './section.ts'

/** Social History Section: smoking, alcohol, exercise, employment, by the codes the record uses for them. */
export const socialHistory: Section = {
  name: 'social-history',
  title: 'Social history',
  code: '29762-2',
  codeName: 'Social history Narrative',
  areas: ['uncategorised'],
  byCodes: true,
  required: true,
  templates: () => templates('2.17', '2015-08-01'),
  content(record, desk) {
    const mine = observationsIn('social-history', record)
    if (mine.length === 0) return nothingToTell
    const made = mine.map((observation) => {
      const id = desk.narrativeId('s')
      desk.ledger.placed(observation.key, 'social-history', id)
      return { row: findingRow(observation, id), entry: entry(socialEntry(observation, id, desk)) }
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

function socialEntry(observation: Observation, id: string, desk: Desk): XmlNode {
  // Why there is no answer, and answers in parts, have no room in the templates: without them the question would be one.
  if (observation.absent !== undefined || observation.components.length > 0)
    return finding(observation, id, desk, observation.notes.length > 0 ? comment(`${id}n`) : undefined)
  const status = smokingStatus(observation.code)
  if (status !== undefined && observation.value === undefined && observation.when.at !== undefined)
    return xml`<observation classCode="OBS" moodCode="EVN">
      <templateId root="2.16.840.1.113883.10.20.22.4.78"/>
      <templateId root="2.16.840.1.113883.10.20.22.4.78" extension="2014-06-09"/>
      ${desk.ids(observation.key, observation.identifiers)}
      <code code="72166-2" codeSystem="2.16.840.1.113883.6.1" displayName="Tobacco smoking status"/>
      <text><reference value="#${id}"/></text>
      <statusCode code="completed"/>
      ${point('effectiveTime', observation.when.at)}
      ${codedValue(withFirst(status, observation.code), `${id}c`)}
      ${author(observation, desk)}
      ${observation.notes.length > 0 && comment(`${id}n`)}
      ${encounterLink(observation, desk)}
    </observation>`
  const topic = socialTopic(observation.code)
  const translation =
    topic &&
    xml`<translation code="${topic.loinc}" codeSystem="2.16.840.1.113883.6.1" displayName="${topic.loincName}"/>`
  // A finding ("ex-smoker") is the value of its topic; a measure ("units a week") is a code with a value.
  const isMeasure = observation.value !== undefined
  return xml`<observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.38"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.38" extension="2015-08-01"/>
    ${desk.ids(observation.key, observation.identifiers)}
    ${
      isMeasure || topic === undefined
        ? codedWithMore(translation, 'code', observation.code, `${id}c`)
        : xml`<code code="${topic.code}" codeSystem="2.16.840.1.113883.6.96" displayName="${topic.display}">${translation}</code>`
    }
    <text><reference value="#${id}"/></text>
    <statusCode code="completed"/>
    ${effectiveTime(observation.when)}
    ${observation.value ? valueElement(observation.value) : codedValue(observation.code, `${id}c`)}
    ${author(observation, desk)}
    ${observation.notes.length > 0 && comment(`${id}n`)}
    ${encounterLink(observation, desk)}
  </observation>`
}

function withFirst(code: string, { text, codings }: Coded): Coded {
  return { text, codings: codings.toSorted((a, b) => Number(b.code === code) - Number(a.code === code)) }
}
