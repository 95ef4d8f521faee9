import type { XmlNode } from '../../xml/element.ts'
import { details, recordedBy } from '../entries/details.ts'
import { content, row } from '../narrative.ts'
import type { Observation } from '../record.ts'
import { readableWhen } from '../time.ts'
import { otherName } from './allergies.ts'
import { rangesText } from './item-text.ts'
import { resultCell } from './results.ts'

export const findingHeadings = ['What', 'Value', 'When', 'Details', 'Recorded'] as const

/** An observation that is neither a result nor a vital sign, as a row. */
export function findingRow(observation: Observation, id: string): XmlNode {
  return row(id, [
    [content(`${id}c`, observation.code.text || 'Entry without a name'), ...otherName(observation.code)],
    resultCell(observation),
    readableWhen(observation.when),
    details(observation, observation.notes.length > 0 ? `${id}n` : undefined, [
      {
        label: 'Interpretation',
        text: [observation.interpretation?.text, ...observation.components.map((one) => one.interpretation?.text)]
          .filter(Boolean)
          .join(', '),
      },
      {
        label: 'Range',
        text: [rangesText(observation.ranges), ...observation.components.map((one) => rangesText(one.ranges))]
          .filter(Boolean)
          .join('; '),
      },
      { label: 'Body site', text: observation.bodySite?.text ?? '' },
      { label: 'Method', text: observation.method?.text ?? '' },
      {
        label: 'Status',
        text: observation.status === undefined || observation.status === 'final' ? '' : observation.status,
      },
    ]),
    recordedBy(observation),
  ])
}
