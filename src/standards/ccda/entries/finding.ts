import { lookup } from '../../lookup.ts'
import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import type { Component, Observation } from '../record.ts'
import { effectiveTime } from '../time.ts'
import { coded } from './code.ts'
import { encounterLink } from './encounter-link.ts'
import { author } from './participation.ts'
import { atTheEnd, circumstances, interpretation, mistakenValue, referenceRanges, resultValue } from './result.ts'

const completed = xml`<statusCode code="completed"/>`

/** An observation of no template: a coded finding, with what it has of value, parts and time. `noted` stands where CDA has entry relationships. */
export function finding(observation: Observation, id: string, desk: Desk, noted?: XmlNode): XmlTemplate {
  const { mistaken, method, bodySite, components } = observation
  const parts = noted === undefined && components.length === 0 ? undefined : partsOf(observation, desk, noted)
  return xml`<observation classCode="OBS" moodCode="EVN">
    ${desk.ids(observation.key, observation.identifiers)}
    ${coded('code', observation.code, `${id}c`)}
    <text><reference value="#${id}"/></text>
    ${statusOf(observation.status)}
    ${effectiveTime(observation.when)}
    ${valueOf(observation, observation)}
    ${circumstances(mistaken === undefined && interpretation(observation.interpretation), method, bodySite)}
    ${author(observation, desk)}
    ${atTheEnd(parts, encounterLink(observation, desk), referenceRanges(observation.ranges))}
  </observation>`
}

function partsOf(observation: Observation, desk: Desk, noted: XmlNode | undefined): XmlNode[] {
  const parts: XmlNode[] = observation.components.map((component, at) =>
    part(component, observation, desk.id(observation.key, `component ${at + 1}`)),
  )
  if (noted !== undefined) parts.push(noted)
  return parts
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
  if (status === 'final') return completed
  const code = statuses[status ?? '']
  return code === undefined ? completed : xml`<statusCode code="${code}"/>`
}
