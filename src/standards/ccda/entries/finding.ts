import { constant, element, type XmlElement } from '../../xml/element.ts'
import type { Desk } from '../desk.ts'
import type { Observation } from '../record.ts'
import { effectiveTime } from '../time.ts'
import { coded } from './code.ts'
import { textReference } from './comment.ts'
import { author } from './participation.ts'
import { interpretation, referenceRanges, resultValue, targetSite } from './result.ts'

const completed = constant(element('statusCode', { code: 'completed' }))

/** An observation of no template: a coded finding, with what it has of value, parts and time. */
export function finding(observation: Observation, id: string, desk: Desk): XmlElement {
  return element(
    'observation',
    { classCode: 'OBS', moodCode: 'EVN' },
    ...desk.ids(observation),
    coded('code', observation.code, { reference: `${id}c` }),
    textReference(id),
    statusOf(observation.status),
    effectiveTime(observation.when),
    valueOf(observation),
    interpretation(observation.interpretation),
    observation.method && coded('methodCode', observation.method),
    targetSite(observation.bodySite),
    author(observation, desk),
    ...observation.components.map((component, at) =>
      element(
        'entryRelationship',
        { typeCode: 'COMP' },
        element(
          'observation',
          { classCode: 'OBS', moodCode: 'EVN' },
          desk.id(observation.key, `component ${at + 1}`),
          coded('code', component.code),
          completed,
          valueOf(component),
          interpretation(component.interpretation),
          ...referenceRanges(component.ranges),
        ),
      ),
    ),
    ...referenceRanges(observation.ranges),
  )
}

/** No value is no value; one that the record says is absent is absent for its reason. */
function valueOf(part: Pick<Observation, 'value' | 'absent'>): XmlElement | undefined {
  return part.value || part.absent ? resultValue(part) : undefined
}

const statuses: Readonly<Record<string, string>> = {
  'entered-in-error': 'nullified',
  cancelled: 'cancelled',
  registered: 'active',
  preliminary: 'active',
}
function statusOf(status: string | undefined): XmlElement {
  const code = statuses[status ?? '']
  return code === undefined ? completed : element('statusCode', { code })
}
