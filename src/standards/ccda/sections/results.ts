import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { type Desk, identifier } from '../desk.ts'
import { coded } from '../entries/code.ts'
import { comment } from '../entries/comment.ts'
import { details, type MarkedFact, none, recordedBy } from '../entries/details.ts'
import { observationDetails } from '../entries/observation-details.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author, performer } from '../entries/participation.ts'
import { partyName, useParty } from '../entries/people.ts'
import {
  atTheEnd,
  circumstances,
  interpretation,
  isResultStatus,
  mistakenValue,
  referenceRanges,
  resultStatus,
  resultValue,
} from '../entries/result.ts'
import { templates } from '../entries/template.ts'
import {
  broken,
  type Cell,
  appendLines,
  caption,
  contentOf,
  headings,
  lineBreak,
  lines,
  paragraph,
  table,
  writtenRow,
} from '../narrative.ts'
import type { Component, Observation, Report, Specimen, When } from '../record.ts'
import { effectiveTime, readable, readableWhen, writtenTime } from '../time.ts'
import { isHeading, observationsIn } from './classify.ts'
import { interpretationText, observationText, rangeText, resultText } from './item-text.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const head = headings('Test', 'Result', 'Range', 'Interpretation', 'Time', 'Details', 'Recorded')

/** Results Section (entries required): reports with their groups and values, then results that belong to no report. */
export const results: Section = {
  name: 'results',
  title: 'Results',
  code: '30954-2',
  codeName: 'Relevant diagnostic tests/laboratory data Narrative',
  areas: ['investigations'],
  required: true,
  templates: () => templates('2.3.1', '2015-08-01'),
  content(record, desk) {
    const told = new Set<string>()
    const blocks: XmlNode[] = []
    const entries: XmlNode[] = []
    for (const report of record.reports) {
      const made = reportParts(report, desk, told)
      for (const block of made.blocks) blocks.push(block)
      for (const one of made.entries) entries.push(one)
    }
    const made = groups(observationsIn('results', record), desk, told, undefined)
    if (made.length > 0) {
      blocks.push(
        table(
          record.reports.length > 0 ? 'Results that belong to no report' : 'Results',
          head,
          made.flatMap((one) => one.rows),
        ),
      )
      for (const one of made) entries.push(one.entry)
    }
    return entries.length === 0 ? nothingToTell : { blocks, entries }
  },
}

function reportParts(report: Report, desk: Desk, told: Set<string>): { blocks: XmlNode[]; entries: XmlNode[] } {
  const id = desk.narrativeId('r')
  desk.ledger.placed(report.key, 'results', id)
  if (report.performer) useParty(report.performer, 'Performer of a report', desk)
  for (const specimen of report.specimens) desk.ledger.used(specimen.key, 'The specimen of a report')
  const before = report.results.filter((one) => told.has(one.key))
  const made = groups(report.results, desk, told, report)
  const when = readableWhen(report.when) || readable(report.issued)
  const noteId = `${id}n`
  const facts = details(report, undefined, [
    statusFact(report.status, id),
    { label: 'Issued', text: readable(report.issued) },
    { label: 'By', text: partyName(report.performer) },
    ...report.specimens.map((specimen) => ({ label: 'Specimen', text: specimenText(specimen) })),
    ...toldBefore(before),
  ])
  const blocks: XmlNode[] = [
    caption(`${report.code.text || 'Report'}${when === '' ? '' : `, ${when}`}`),
    paragraph(contentOf(id, facts)),
    ...(report.conclusion === undefined
      ? []
      : [paragraph(contentOf(noteId, ['Conclusion: ', ...lines(report.conclusion)]))]),
  ]
  const rows = made.flatMap((one) => one.rows)
  if (rows.length > 0) blocks.push(table('', head, rows))
  return { blocks, entries: [entry(reportOrganizer(report, id, desk)), ...made.map((one) => one.entry)] }
}

/** A result of two reports is told in full with the first; the second would look as if it had none. */
function toldBefore(results: readonly Observation[]): MarkedFact[] {
  const facts = results
    .slice(0, mostMentioned)
    .map((one) => ({ label: 'Result told with another report', text: observationText(one) }))
  const more = results.length - facts.length
  return more === 0 ? facts : [...facts, { label: 'Results told with other reports', text: `${more} more` }]
}
const mostMentioned = 20

/** A status that says nothing has no code among those a result may have, so that a comment has to say it. */
function unstated(status: string | undefined): boolean {
  return !isResultStatus(status)
}

function statusFact(status: string | undefined, id: string): MarkedFact {
  const text = status ?? 'not recorded'
  return unstated(status) ? { label: 'Status', text, id: `${id}s` } : { label: 'Status', text }
}

export function specimenText(specimen: Specimen): string {
  const facts = specimen.facts.map(
    (fact) =>
      `${fact.label.toLowerCase()} ${/^(?:Collected|Received)$/.test(fact.label) ? readable(fact.text) : fact.text}`,
  )
  return [specimen.type?.text ?? 'type not recorded', ...facts].join(', ')
}

/** The report itself, with its conclusion as the one result it gives of its own. */
function reportOrganizer(report: Report, id: string, desk: Desk): XmlTemplate {
  const when =
    report.when.at !== undefined || report.when.start !== undefined || report.issued === undefined
      ? report.when
      : { at: report.issued }
  return xml`<organizer classCode="CLUSTER" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.1"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.1" extension="2015-08-01"/>
    ${desk.ids(report.key, report.identifiers)}
    ${coded('code', report.code, id)}
    <statusCode code="${resultStatus(report.status)}"/>
    ${report.specimens.map((specimen) => specimenElement(specimen, desk))}
    ${performer(report.performer, desk)}
    ${author(report, desk)}
    <component><observation classCode="OBS" moodCode="EVN">
      <templateId root="2.16.840.1.113883.10.20.22.4.2"/>
      <templateId root="2.16.840.1.113883.10.20.22.4.2" extension="2015-08-01"/>
      ${desk.id(report.key, 'report')}
      ${coded('code', report.code)}
      <text><reference value="#${id}"/></text>
      <statusCode code="${resultStatus(report.status)}"/>
      ${effectiveTime(when)}
      ${
        report.conclusion === undefined
          ? xml`<value xsi:type="ST" nullFlavor="NI"/>`
          : report.mistaken === undefined
            ? xml`<value xsi:type="ST">${[report.conclusion]}</value>`
            : mistakenValue
      }
      ${unstated(report.status) && comment(`${id}s`)}
      ${encounterLink(report, desk)}
    </observation></component>
  </organizer>`
}

function specimenElement(specimen: Specimen, desk: Desk): XmlTemplate {
  return xml`<specimen><specimenRole>${[
    desk.id(specimen.key),
    ...specimen.identifiers.map(({ system, value }) => identifier(system, value)),
    specimen.type && xml`<specimenPlayingEntity>${coded('code', specimen.type)}</specimenPlayingEntity>`,
  ]}</specimenRole></specimen>`
}

type Group = { readonly rows: XmlNode[]; readonly entry: XmlNode }

/** A heading with the results under it is an organizer; each result without a heading is one of its own. */
function groups(all: readonly Observation[], desk: Desk, told: Set<string>, report: Report | undefined): Group[] {
  if (!all.some(isHeading)) return single(all, desk, told, report)
  const observations = all.filter((one) => !told.has(one.key))
  const under = new Set<string>()
  for (const one of observations) if (isHeading(one)) for (const key of one.members) if (key !== one.key) under.add(key)
  const here = new Map(under.size === 0 ? [] : observations.map((one) => [one.key, one]))
  const made: Group[] = []
  const take = (heading: Observation, members: readonly Observation[]): void =>
    void made.push(group(heading, members, desk, report))
  for (const observation of observations) {
    if (told.has(observation.key) || (under.has(observation.key) && !isHeading(observation))) continue
    told.add(observation.key)
    const members: Observation[] = []
    if (isHeading(observation))
      for (const key of observation.members) {
        const member = here.get(key)
        // A heading under a heading is a group of its own.
        if (member && !told.has(key) && !isHeading(member)) {
          told.add(key)
          members.push(member)
        }
      }
    take(observation, members)
  }
  // Results whose headings were told before, or that are their own headings in a circle.
  for (const observation of observations)
    if (!told.has(observation.key)) {
      told.add(observation.key)
      take(observation, [])
    }
  return made
}

/** Most reports have no headings. */
function single(
  observations: readonly Observation[],
  desk: Desk,
  told: Set<string>,
  report: Report | undefined,
): Group[] {
  const made: Group[] = []
  for (const observation of observations) {
    const before = told.size
    if (told.add(observation.key).size > before) made.push(group(observation, none, desk, report))
  }
  return made
}

function group(heading: Observation, members: readonly Observation[], desk: Desk, report: Report | undefined): Group {
  const id = desk.narrativeId('r')
  desk.ledger.placed(heading.key, 'results', id)
  if (heading.specimen) desk.ledger.used(heading.specimen.key, 'The specimen of a result')
  const status = heading.status ?? report?.status
  const alone = members.length === 0
  const rows = [resultRow(heading, id, report)]
  const components: XmlNode[] = []
  // A heading that says something itself is a result too; and an organizer has at least one.
  const speaks =
    !isHeading(heading) ||
    alone ||
    heading.notes.length > 0 ||
    heading.interpretation !== undefined ||
    heading.ranges.length > 0
  if (speaks) addResults(components, heading, id, desk, isHeading(heading))
  for (const member of members) {
    const memberId = desk.narrativeId('r')
    desk.ledger.placed(member.key, 'results', memberId)
    if (member.specimen) desk.ledger.used(member.specimen.key, 'The specimen of a result')
    rows.push(resultRow(member, memberId, report))
    addResults(components, member, memberId, desk, false)
  }
  return {
    rows,
    entry: entry(xml`<organizer classCode="${alone ? 'CLUSTER' : 'BATTERY'}" moodCode="EVN">
      <templateId root="2.16.840.1.113883.10.20.22.4.1"/>
      <templateId root="2.16.840.1.113883.10.20.22.4.1" extension="2015-08-01"/>
      ${speaks ? desk.id(heading.key, 'group') : desk.ids(heading.key, heading.identifiers)}
      ${coded('code', heading.code, `${id}c`)}
      <statusCode code="${resultStatus(status)}"/>
      ${groupTime(heading.when)}
      ${heading.specimen && specimenElement(heading.specimen, desk)}
      ${components}
    </organizer>`),
  }
}

/** An organizer's time is an interval with both its ends, or none. */
function groupTime({ at, start = at, end = at }: When): XmlTemplate | undefined {
  const low = writtenTime(start)
  const high = writtenTime(end)
  return low === undefined || high === undefined
    ? undefined
    : xml`<effectiveTime><low value="${low}"/><high value="${high}"/></effectiveTime>`
}

function resultRow(observation: Observation, id: string, report: Report | undefined): XmlNode {
  const specimen = observation.specimen
  const more =
    specimen && !report?.specimens.includes(specimen) ? [{ label: 'Specimen', text: specimenText(specimen) }] : none
  const name = isHeading(observation) ? boldName(observation) : observation.code.text || 'Test without a name'
  return writtenRow(xml`<tr ID="${id}">
    <td><content ID="${`${id}c`}">${name}</content></td>
    <td>${resultCell(observation)}</td>
    <td>${rangeText(observation)}</td>
    <td>${interpretationText(observation)}</td>
    <td>${readableWhen(observation.when)}</td>
    <td>${observationDetails(observation, id, more, statusFact)}</td>
    <td>${recordedBy(observation)}</td>
  </tr>`)
}

function boldName(observation: Observation): XmlTemplate {
  return xml`<content styleCode="Bold">${observation.code.text || 'Group without a name'}</content>`
}

export function resultCell(observation: Observation): Cell {
  if (observation.components.length === 0) return broken(resultText(observation))
  const nodes: XmlNode[] = [...lines(resultText(observation))]
  for (const component of observation.components) {
    if (nodes.length > 0) nodes.push(lineBreak)
    nodes.push(component.code.text, ': ')
    appendLines(nodes, resultText(component))
  }
  return nodes
}

/** Result Observations of one observation: itself, and each of its components. */
function addResults(to: XmlNode[], observation: Observation, id: string, desk: Desk, heading: boolean): void {
  const { components } = observation
  to.push(resultElement(observation, observation, id, undefined, desk, heading || components.length > 0))
  components.forEach(
    (component, at) => void to.push(resultElement(observation, component, id, `component ${at + 1}`, desk, false)),
  )
}

function resultElement(
  observation: Observation,
  part: Component,
  id: string,
  name: string | undefined,
  desk: Desk,
  heading: boolean,
): XmlTemplate {
  const own = name === undefined
  const interpreted = observation.mistaken === undefined && interpretation(part.interpretation)
  return xml`<component><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.2"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.2" extension="2015-08-01"/>
    ${own ? desk.ids(observation.key, observation.identifiers) : desk.id(observation.key, name)}
    ${coded('code', part.code, own ? `${id}c` : undefined)}
    <text><reference value="#${id}"/></text>
    <statusCode code="${resultStatus(observation.status)}"/>
    ${effectiveTime(observation.when)}
    ${observation.mistaken === undefined ? resultValue(part, heading) : mistakenValue}
    ${circumstances(interpreted, own ? observation.method : undefined, own ? observation.bodySite : undefined)}
    ${own && author(observation, desk)}
    ${atTheEnd(own ? commentsOf(observation, id) : undefined, own ? encounterLink(observation, desk) : undefined, referenceRanges(part.ranges))}
  </observation></component>`
}

function commentsOf({ notes, status }: Observation, id: string): XmlTemplate[] | undefined {
  if (notes.length === 0 && !unstated(status)) return undefined
  const comments = notes.length === 0 ? [] : [comment(`${id}n`)]
  if (unstated(status)) comments.push(comment(`${id}s`))
  return comments
}
