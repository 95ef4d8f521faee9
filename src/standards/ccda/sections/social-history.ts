import { element, type XmlNode } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { smokingStatus, socialTopic } from '../codes/social-history.ts'
import { loinc, snomed } from '../codes/systems.ts'
import type { Desk } from '../desk.ts'
import { coded } from '../entries/code.ts'
import { comment, textReference } from '../entries/comment.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author } from '../entries/participation.ts'
import { templates } from '../entries/template.ts'
import { valueElement } from '../entries/value.ts'
import { table } from '../narrative.ts'
import type { Observation } from '../record.ts'
import { effectiveTime, point } from '../time.ts'
import { observationsIn } from './classify.ts'
import { findingHeadings, findingRow } from './finding-row.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const completed = xml`<statusCode code="completed"/>`

/** Social History Section: smoking, alcohol, exercise, employment, by the codes the record uses for them. */
export const socialHistory: Section = {
  name: 'social-history',
  title: 'Social history',
  code: '29762-2',
  codeName: 'Social history Narrative',
  areas: ['uncategorised'],
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
  const status = smokingStatus(observation.code)
  if (status !== undefined && observation.value === undefined && observation.when.at !== undefined)
    return element(
      'observation',
      { classCode: 'OBS', moodCode: 'EVN' },
      templates('4.78', '2014-06-09'),
      ...desk.ids(observation),
      element('code', { code: '72166-2', codeSystem: loinc, displayName: 'Tobacco smoking status' }),
      textReference(id),
      completed,
      point('effectiveTime', observation.when.at),
      coded(
        'value',
        {
          ...observation.code,
          codings: observation.code.codings.toSorted((a, b) => Number(b.code === status) - Number(a.code === status)),
        },
        { type: 'CD', reference: `${id}c` },
      ),
      author(observation, desk),
      observation.notes.length > 0 && comment(`${id}n`),
      encounterLink(observation, desk),
    )
  const topic = socialTopic(observation.code)
  const translation =
    topic && element('translation', { code: topic.loinc, codeSystem: loinc, displayName: topic.loincName })
  // A finding ("ex-smoker") is the value of its topic; a measure ("units a week") is a code with a value.
  const isMeasure = observation.value !== undefined
  return element(
    'observation',
    { classCode: 'OBS', moodCode: 'EVN' },
    templates('4.38', '2015-08-01'),
    ...desk.ids(observation),
    isMeasure || topic === undefined
      ? coded('code', observation.code, { reference: `${id}c`, more: translation })
      : element('code', { code: topic.code, codeSystem: snomed, displayName: topic.display }, translation),
    textReference(id),
    completed,
    effectiveTime(observation.when),
    observation.value
      ? valueElement(observation.value)
      : coded('value', observation.code, { type: 'CD', reference: `${id}c` }),
    author(observation, desk),
    observation.notes.length > 0 && comment(`${id}n`),
    encounterLink(observation, desk),
  )
}
