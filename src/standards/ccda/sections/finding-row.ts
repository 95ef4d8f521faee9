import type { XmlNode } from '../../xml/element.ts'
import { details, recordedBy, stated } from '../entries/details.ts'
import { content, row } from '../narrative.ts'
import type { Observation } from '../record.ts'
import { readableWhen } from '../time.ts'
import { otherName } from './allergies.ts'
import { interpretationText, rangeText } from './item-text.ts'
import { resultCell } from './results.ts'

export const findingHeadings = ['What', 'Value', 'When', 'Details', 'Recorded'] as const

/** An observation that is neither a result nor a vital sign, as a row. */
export function findingRow(observation: Observation, id: string): XmlNode {
  return row(id, [
    [content(`${id}c`, observation.code.text || 'Entry without a name'), ...otherName(observation.code)],
    resultCell(observation),
    readableWhen(observation.when),
    details(observation, observation.notes.length > 0 ? `${id}n` : undefined, [
      stated('Interpretation', interpretationText(observation)),
      stated('Range', rangeText(observation)),
      stated('Body site', observation.bodySite?.text),
      stated('Method', observation.method?.text),
      observation.status !== 'final' && stated('Status', observation.status),
    ]),
    recordedBy(observation),
  ])
}
