import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { vitalSign } from '../codes/vital-signs.ts'
import type { Desk } from '../desk.ts'
import { asTranslations, coded, codedAsLoinc } from '../entries/code.ts'
import { comment, commentAct } from '../entries/comment.ts'
import { none, recordedBy } from '../entries/details.ts'
import { observationDetails } from '../entries/observation-details.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author } from '../entries/participation.ts'
import { atTheEnd, circumstances, knownInterpretation, referenceRanges } from '../entries/result.ts'
import { templates } from '../entries/template.ts'
import { quantity } from '../entries/value.ts'
import { headings, table, writtenRow } from '../narrative.ts'
import type { Component, Observation } from '../record.ts'
import { effectiveTime, readableWhen } from '../time.ts'
import { isHeading, observationsIn } from './classify.ts'
import { interpretationText, rangeText } from './item-text.ts'
import { resultCell } from './results.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const head = headings('Measurement', 'Value', 'Range', 'Interpretation', 'When', 'Details', 'Recorded')

/** Vital Signs Section (entries required): those observations that are vital signs, each with the parts it was measured in. */
export const vitalSigns: Section = {
  name: 'vital-signs',
  title: 'Vital signs',
  code: '8716-3',
  codeName: 'Vital signs note',
  areas: ['uncategorised'],
  byCodes: true,
  required: true,
  templates: () => templates('2.4.1', '2015-08-01'),
  content(record, desk) {
    const mine = observationsIn('vital-signs', record)
    if (mine.length === 0) return nothingToTell
    const told = new Set<string>()
    const rows: XmlNode[] = []
    const entries: XmlNode[] = []
    const take = (first: Observation, members: readonly Observation[]): void =>
      void entries.push(entry(organizer(first, members, rows, desk)))
    if (!mine.some(isHeading)) {
      for (const observation of mine) {
        const before = told.size
        if (told.add(observation.key).size > before) take(observation, none)
      }
      return { blocks: [table('', head, rows)], entries }
    }
    const under = new Set<string>()
    for (const one of mine) if (isHeading(one)) for (const key of one.members) under.add(key)
    const here = new Map(under.size === 0 ? [] : mine.map((one) => [one.key, one]))
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
      blocks: [table('', head, rows)],
      entries,
    }
  },
}

/** Vital Signs Organizer: what was measured together. */
function organizer(first: Observation, members: readonly Observation[], rows: XmlNode[], desk: Desk): XmlTemplate {
  const heading = isHeading(first)
  const measured: XmlNode[] = []
  const tell = (observation: Observation): string => {
    const id = desk.narrativeId('v')
    desk.ledger.placed(observation.key, 'vital-signs', id)
    rows.push(vitalRow(observation, id))
    return id
  }
  const measure = (observation: Observation, id: string): void => {
    const { components } = observation
    if (components.length === 0) measured.push(vital(observation, observation, id, undefined, desk))
    components.forEach(
      (component, at) => void measured.push(vital(observation, component, id, `component ${at + 1}`, desk)),
    )
  }
  const id = tell(first)
  if (!heading) measure(first, id)
  for (const member of members) measure(member, tell(member))
  const own = heading || first.components.length > 0
  if (!own)
    return xml`<organizer classCode="CLUSTER" moodCode="EVN">
        <templateId root="2.16.840.1.113883.10.20.22.4.26"/>
        <templateId root="2.16.840.1.113883.10.20.22.4.26" extension="2015-08-01"/>
        ${desk.id(first.key, 'group')}
        <code code="46680005" codeSystem="2.16.840.1.113883.6.96" codeSystemName="SNOMED CT" displayName="Vital signs">
          <translation code="74728-7" codeSystem="2.16.840.1.113883.6.1" codeSystemName="LOINC" displayName="Vital signs"/>
        </code>
        <statusCode code="completed"/>
        ${effectiveTime(first.when)}
        ${measured}
      </organizer>`
  return xml`<organizer classCode="CLUSTER" moodCode="EVN">
      <templateId root="2.16.840.1.113883.10.20.22.4.26"/>
      <templateId root="2.16.840.1.113883.10.20.22.4.26" extension="2015-08-01"/>
      ${desk.ids(first.key, first.identifiers)}
      <code code="46680005" codeSystem="2.16.840.1.113883.6.96" codeSystemName="SNOMED CT" displayName="Vital signs">
        <originalText>${first.code.text}<reference value="#${`${id}c`}"/></originalText>
        <translation code="74728-7" codeSystem="2.16.840.1.113883.6.1" codeSystemName="LOINC" displayName="Vital signs"/>
        ${asTranslations(first.code)}
      </code>
      <statusCode code="completed"/>
      ${effectiveTime(first.when)}
      ${author(first, desk)}
      ${measured}
      ${first.notes.length > 0 && xml`<component>${commentAct(`${id}n`)}</component>`}
    </organizer>`
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
  const reference = own ? `${id}c` : undefined
  const noted = own && observation.notes.length > 0 ? [comment(`${id}n`)] : undefined
  return xml`<component><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.27"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.27" extension="2014-06-09"/>
    ${own ? desk.ids(observation.key, observation.identifiers) : desk.id(observation.key, name)}
    ${known ? codedAsLoinc(known, part.code, reference) : coded('code', part.code, reference)}
    <text><reference value="#${id}"/></text>
    <statusCode code="completed"/>
    ${effectiveTime(observation.when)}
    ${
      part.value?.kind === 'quantity'
        ? quantity('value', part.value.quantity, 'PQ')
        : xml`<value xsi:type="PQ" nullFlavor="UNK"/>`
    }
    ${circumstances(knownInterpretation(part.interpretation), observation.method, observation.bodySite)}
    ${author(observation, desk)}
    ${atTheEnd(noted, encounterLink(observation, desk), referenceRanges(part.ranges))}
  </observation></component>`
}

function vitalRow(observation: Observation, id: string): XmlNode {
  return writtenRow(xml`<tr ID="${id}">
    <td><content ID="${`${id}c`}">${observation.code.text || 'Measurement without a name'}</content></td>
    <td>${resultCell(observation)}</td>
    <td>${rangeText(observation)}</td>
    <td>${interpretationText(observation)}</td>
    <td>${readableWhen(observation.when)}</td>
    <td>${observationDetails(observation, id)}</td>
    <td>${recordedBy(observation)}</td>
  </tr>`)
}
