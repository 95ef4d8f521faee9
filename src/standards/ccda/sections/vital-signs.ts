import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { loinc, snomed } from '../codes/systems.ts'
import { vitalSign } from '../codes/vital-signs.ts'
import type { Desk } from '../desk.ts'
import { asTranslations, coded } from '../entries/code.ts'
import { comment, commentAct } from '../entries/comment.ts'
import { details, recordedBy, stated } from '../entries/details.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author } from '../entries/participation.ts'
import { knownInterpretation, referenceRanges, targetSite } from '../entries/result.ts'
import { templates } from '../entries/template.ts'
import { quantity } from '../entries/value.ts'
import { content, row, table } from '../narrative.ts'
import type { Component, Observation } from '../record.ts'
import { effectiveTime, readableWhen } from '../time.ts'
import { isHeading, observationsIn } from './classify.ts'
import { interpretationText, rangeText } from './item-text.ts'
import { resultCell } from './results.ts'
import { entry, nothingToTell, type Section } from './section.ts'

/** Vital Signs Section (entries required): those observations that are vital signs, each with the parts it was measured in. */
export const vitalSigns: Section = {
  name: 'vital-signs',
  title: 'Vital signs',
  code: '8716-3',
  codeName: 'Vital signs note',
  areas: ['uncategorised'],
  required: true,
  templates: () => templates('2.4.1', '2015-08-01'),
  content(record, desk) {
    const mine = observationsIn('vital-signs', record)
    if (mine.length === 0) return nothingToTell
    const here = new Map(mine.map((one) => [one.key, one]))
    const under = new Set(mine.flatMap((one) => (isHeading(one) ? one.members : [])))
    const told = new Set<string>()
    const rows: XmlNode[] = []
    const entries: XmlNode[] = []
    const take = (first: Observation, members: readonly Observation[]): void => {
      const made = organizer(first, members, desk)
      rows.push(...made.rows)
      entries.push(entry(made.organizer))
    }
    for (const observation of mine) {
      if (told.has(observation.key) || (under.has(observation.key) && !isHeading(observation))) continue
      told.add(observation.key)
      const members: Observation[] = []
      if (isHeading(observation))
        for (const key of observation.members) {
          const member = here.get(key)
          if (member && !told.has(key) && !isHeading(member)) {
            told.add(key)
            members.push(member)
          }
        }
      take(observation, members)
    }
    for (const observation of mine) if (!told.has(observation.key)) take(observation, [])
    return {
      blocks: [table('', ['Measurement', 'Value', 'Range', 'Interpretation', 'When', 'Details', 'Recorded'], rows)],
      entries,
    }
  },
}

/** Vital Signs Organizer: what was measured together. */
function organizer(
  first: Observation,
  members: readonly Observation[],
  desk: Desk,
): { rows: XmlNode[]; organizer: XmlNode } {
  const heading = isHeading(first)
  const parts: { observation: Observation; component: Component; id: string; name: string | undefined }[] = []
  const rows: XmlNode[] = []
  const tell = (observation: Observation): string => {
    const id = desk.narrativeId('v')
    desk.ledger.placed(observation.key, 'vital-signs', id)
    rows.push(vitalRow(observation, id))
    return id
  }
  const id = tell(first)
  if (!heading) {
    if (first.components.length === 0) parts.push({ observation: first, component: first, id, name: undefined })
    first.components.forEach(
      (component, at) => void parts.push({ observation: first, component, id, name: `component ${at + 1}` }),
    )
  }
  for (const member of members) {
    const memberId = tell(member)
    if (member.components.length === 0)
      parts.push({ observation: member, component: member, id: memberId, name: undefined })
    member.components.forEach(
      (component, at) => void parts.push({ observation: member, component, id: memberId, name: `component ${at + 1}` }),
    )
  }
  const own = heading || first.components.length > 0
  return {
    rows,
    organizer: xml`<organizer classCode="CLUSTER" moodCode="EVN">
      ${templates('4.26', '2015-08-01')}
      ${own ? desk.ids(first) : desk.id(first.key, 'group')}
      <code code="46680005" codeSystem="${snomed}" codeSystemName="SNOMED CT" displayName="Vital signs">
        ${own && xml`<originalText>${first.code.text}<reference value="${`#${id}c`}"/></originalText>`}
        <translation code="74728-7" codeSystem="${loinc}" codeSystemName="LOINC" displayName="Vital signs"/>
        ${own && asTranslations(first.code)}
      </code>
      <statusCode code="completed"/>
      ${effectiveTime(first.when)}
      ${own && author(first, desk)}
      ${parts.map(
        (part) => xml`<component>${vital(part.observation, part.component, part.id, part.name, desk)}</component>`,
      )}
      ${own && first.notes.length > 0 && xml`<component>${commentAct(`${id}n`)}</component>`}
    </organizer>`,
  }
}

/** Vital Sign Observation. */
function vital(
  observation: Observation,
  part: Component,
  id: string,
  name: string | undefined,
  desk: Desk,
): XmlTemplate {
  const own = name === undefined
  const known = vitalSign(part.code)?.loinc
  const first = known && { code: known.code, system: loinc, display: known.display }
  return xml`<observation classCode="OBS" moodCode="EVN">
    ${templates('4.27', '2014-06-09')}
    ${own ? desk.ids(observation) : desk.id(observation.key, name)}
    ${coded('code', part.code, { ...(first && { first }), ...(own && { reference: `${id}c` }) })}
    <text><reference value="#${id}"/></text>
    <statusCode code="completed"/>
    ${effectiveTime(observation.when)}
    ${
      part.value?.kind === 'quantity'
        ? quantity('value', part.value.quantity, 'PQ')
        : xml`<value xsi:type="PQ" nullFlavor="UNK"/>`
    }
    ${knownInterpretation(part.interpretation)}
    ${observation.method && coded('methodCode', observation.method)}
    ${targetSite(observation.bodySite)}
    ${author(observation, desk)}
    ${own && observation.notes.length > 0 && comment(`${id}n`)}
    ${encounterLink(observation, desk)}
    ${referenceRanges(part.ranges)}
  </observation>`
}

function vitalRow(observation: Observation, id: string): XmlNode {
  return row(id, [
    [content(`${id}c`, observation.code.text || 'Measurement without a name')],
    resultCell(observation),
    rangeText(observation),
    interpretationText(observation),
    readableWhen(observation.when),
    details(observation, observation.notes.length > 0 ? `${id}n` : undefined, [
      stated('Body site', observation.bodySite?.text),
      stated('Method', observation.method?.text),
      observation.status !== 'final' && stated('Status', observation.status),
    ]),
    recordedBy(observation),
  ])
}
