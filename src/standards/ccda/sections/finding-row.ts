import type { XmlNode } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { details, none, recordedBy, stated } from '../entries/details.ts'
import { headings, writtenRow } from '../narrative.ts'
import type { Observation } from '../record.ts'
import { readableWhen } from '../time.ts'
import { otherName } from './allergies.ts'
import { interpretationText, isPlain, rangeText } from './item-text.ts'
import { resultCell } from './results.ts'

export const findingHeadings = headings('What', 'Value', 'When', 'Details', 'Recorded')

/** An observation that is neither a result nor a vital sign, as a row. */
export function findingRow(observation: Observation, id: string): XmlNode {
  const interpreted = interpretationText(observation)
  const range = rangeText(observation)
  return writtenRow(xml`<tr ID="${id}">
    <td><content ID="${`${id}c`}">${observation.code.text || 'Entry without a name'}</content>${otherName(observation.code)}</td>
    <td>${resultCell(observation)}</td>
    <td>${readableWhen(observation.when)}</td>
    <td>${details(
      observation,
      observation.notes.length > 0 ? `${id}n` : undefined,
      interpreted === '' && range === '' && isPlain(observation)
        ? none
        : [
            stated('Interpretation', interpreted),
            stated('Range', range),
            stated('Body site', observation.bodySite?.text),
            stated('Method', observation.method?.text),
            observation.status !== 'final' && stated('Status', observation.status),
          ],
    )}</td>
    <td>${recordedBy(observation)}</td>
  </tr>`)
}
