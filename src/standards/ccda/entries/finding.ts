import { lookup } from '../../lookup.ts'
import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import type { Component, Observation } from '../record.ts'
import { effectiveTime } from '../time.ts'
import { coded } from './code.ts'
import { encounterLink } from './encounter-link.ts'
import { author } from './participation.ts'
import { interpretation, mistakenValue, referenceRanges, resultValue, targetSite } from './result.ts'

const completed = xml`<statusCode code="completed"/>`

/** An observation of no template: a coded finding, with what it has of value, parts and time. `noted` stands where CDA has entry relationships. */
export function finding(observation: Observation, id: string, desk: Desk, noted?: XmlNode): XmlTemplate {
  return xml`<observation classCode="OBS" moodCode="EVN">
    ${desk.ids(observation)}
    ${coded('code', observation.code, { reference: `${id}c` })}
    <text><reference value="#${id}"/></text>
    ${statusOf(observation.status)}
    ${effectiveTime(observation.when)}
    ${valueOf(observation, observation)}
    ${observation.mistaken === undefined && interpretation(observation.interpretation)}
    ${observation.method && coded('methodCode', observation.method)}
    ${targetSite(observation.bodySite)}
    ${author(observation, desk)}
    ${observation.components.map((component, at) => part(component, observation, desk.id(observation.key, `component ${at + 1}`)))}
    ${noted}
    ${encounterLink(observation, desk)}
    ${referenceRanges(observation.ranges)}
  </observation>`
}

function part(component: Component, observation: Observation, id: XmlTemplate): XmlTemplate {
  return xml`<entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN">
    ${id}
    ${coded('code', component.code)}
    <statusCode code="${observation.mistaken === undefined ? 'completed' : 'nullified'}"/>
    ${valueOf(component, observation)}
    ${observation.mistaken === undefined && interpretation(component.interpretation)}
    ${referenceRanges(component.ranges)}
  </observation></entryRelationship>`
}

/** No value is no value; one that the record says is absent is absent for its reason. */
function valueOf(
  part: Pick<Observation, 'value' | 'absent'>,
  { mistaken }: Pick<Observation, 'mistaken'>,
): XmlTemplate | undefined {
  if (!part.value && !part.absent) return undefined
  return mistaken === undefined ? resultValue(part) : mistakenValue
}

const statuses: Readonly<Record<string, string>> = lookup({
  'entered-in-error': 'nullified',
  cancelled: 'cancelled',
  registered: 'active',
  preliminary: 'active',
})
function statusOf(status: string | undefined): XmlTemplate {
  const code = statuses[status ?? '']
  return code === undefined ? completed : xml`<statusCode code="${code}"/>`
}
