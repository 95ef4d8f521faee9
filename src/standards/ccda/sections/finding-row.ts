import type { XmlNode } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { none, recordedBy, stated } from '../entries/details.ts'
import { observationDetails } from '../entries/observation-details.ts'
import { headings, writtenRow } from '../narrative.ts'
import type { Observation } from '../record.ts'
import { readableWhen } from '../time.ts'
import { otherName } from './allergies.ts'
import { interpretationText, rangeText } from './item-text.ts'
import { resultCell } from './results.ts'

export const findingHeadings = headings('What', 'Value', 'When', 'Details', 'Recorded')

/** An observation that is neither a result nor a vital sign, as a row. */
export function findingRow(observation: Observation, id: string): XmlNode {
  const interpreted = interpretationText(observation)
  const range = rangeText(observation)
  const more =
    interpreted === '' && range === '' ? none : [stated('Interpretation', interpreted), stated('Range', range)]
  return writtenRow(xml`<tr ID="${id}">
    <td><content ID="${`${id}c`}">${observation.code.text || 'Entry without a name'}</content>${otherName(observation.code)}</td>
    <td>${resultCell(observation)}</td>
    <td>${readableWhen(observation.when)}</td>
    <td>${observationDetails(observation, id, more)}</td>
    <td>${recordedBy(observation)}</td>
  </tr>`)
}
