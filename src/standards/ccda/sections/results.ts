import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { type Desk, identifier } from '../desk.ts'
import { coded } from '../entries/code.ts'
import { comment } from '../entries/comment.ts'
import { details, type MarkedFact, recordedBy, stated } from '../entries/details.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author, performer } from '../entries/participation.ts'
import { partyName, useParty } from '../entries/people.ts'
import {
  interpretation,
  isResultStatus,
  mistakenValue,
  referenceRanges,
  resultStatus,
  resultValue,
  targetSite,
} from '../entries/result.ts'
import { templates } from '../entries/template.ts'
import { appendLines, caption, content, contentOf, lineBreak, lines, paragraph, row, table } from '../narrative.ts'
import type { Component, Observation, Report, Specimen, When } from '../record.ts'
import { effectiveTime, interval, readable, readableWhen, toTs } from '../time.ts'
import { isHeading, observationsIn } from './classify.ts'
import { interpretationText, rangeText, resultText } from './item-text.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const headings = ['Test', 'Result', 'Range', 'Interpretation', 'Time', 'Details', 'Recorded']

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
    const loose = observationsIn('results', record).filter((one) => !told.has(one.key))
    if (loose.length > 0) {
      const made = groups(loose, desk, told, undefined)
      blocks.push(
        table(
          record.reports.length > 0 ? 'Results that belong to no report' : 'Results',
          headings,
          made.flatMap((one) => one.rows),
        ),
      )
      for (const one of made) entries.push(entry(one.organizer))
    }
    return entries.length === 0 ? nothingToTell : { blocks, entries }
  },
}

function reportParts(report: Report, desk: Desk, told: Set<string>): { blocks: XmlNode[]; entries: XmlNode[] } {
  const id = desk.narrativeId('r')
  desk.ledger.placed(report.key, 'results', id)
  if (report.performer) useParty(report.performer, 'Performer of a report', desk)
  for (const specimen of report.specimens) desk.ledger.used(specimen.key, 'The specimen of a report')
  const fresh = report.results.filter((one) => !told.has(one.key))
  const made = groups(fresh, desk, told, report)
  const when = readableWhen(report.when) || readable(report.issued)
  const noteId = `${id}n`
  const facts = details(report, undefined, [
    statusFact(report.status, id),
    { label: 'Issued', text: readable(report.issued) },
    { label: 'By', text: partyName(report.performer) },
    ...report.specimens.map((specimen) => ({ label: 'Specimen', text: specimenText(specimen) })),
  ])
  const blocks: XmlNode[] = [
    caption(`${report.code.text || 'Report'}${when === '' ? '' : `, ${when}`}`),
    paragraph(contentOf(id, facts)),
    ...(report.conclusion === undefined
      ? []
      : [paragraph(contentOf(noteId, ['Conclusion: ', ...lines(report.conclusion)]))]),
  ]
  const rows = made.flatMap((one) => one.rows)
  if (rows.length > 0) blocks.push(table('', headings, rows))
  return { blocks, entries: [entry(reportOrganizer(report, id, desk)), ...made.map((one) => entry(one.organizer))] }
}

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
    ${templates('4.1', '2015-08-01')}
    ${desk.ids(report)}
    ${coded('code', report.code, { reference: id })}
    <statusCode code="${resultStatus(report.status)}"/>
    ${report.specimens.map((specimen) => specimenElement(specimen, desk))}
    ${performer(report.performer, desk)}
    ${author(report, desk)}
    <component><observation classCode="OBS" moodCode="EVN">
      ${templates('4.2', '2015-08-01')}
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

type Group = { readonly rows: XmlNode[]; readonly organizer: XmlNode }

/** A heading with the results under it is an organizer; each result without a heading is one of its own. */
function groups(
  observations: readonly Observation[],
  desk: Desk,
  told: Set<string>,
  report: Report | undefined,
): Group[] {
  const here = new Map<string, Observation>()
  const under = new Set<string>()
  for (const one of observations) {
    here.set(one.key, one)
    if (isHeading(one)) for (const key of one.members) if (key !== one.key) under.add(key)
  }
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
  if (speaks) components.push(...resultElements(heading, id, desk, isHeading(heading)))
  for (const member of members) {
    const memberId = desk.narrativeId('r')
    desk.ledger.placed(member.key, 'results', memberId)
    if (member.specimen) desk.ledger.used(member.specimen.key, 'The specimen of a result')
    rows.push(resultRow(member, memberId, report))
    components.push(...resultElements(member, memberId, desk, false))
  }
  return {
    rows,
    organizer: xml`<organizer classCode="${alone ? 'CLUSTER' : 'BATTERY'}" moodCode="EVN">
      ${templates('4.1', '2015-08-01')}
      ${speaks ? desk.id(heading.key, 'group') : desk.ids(heading)}
      ${coded('code', heading.code, { reference: `${id}c` })}
      <statusCode code="${resultStatus(status)}"/>
      ${groupTime(heading.when)}
      ${heading.specimen && specimenElement(heading.specimen, desk)}
      ${components.map((component) => xml`<component>${component}</component>`)}
    </organizer>`,
  }
}

/** An organizer's time is an interval with both its ends, or none. */
function groupTime({ at, start = at, end = at }: When): XmlTemplate | undefined {
  return start !== undefined && end !== undefined && toTs(start) !== undefined && toTs(end) !== undefined
    ? interval({ start, end })
    : undefined
}

function resultRow(observation: Observation, id: string, report: Report | undefined): XmlNode {
  const when = readableWhen(observation.when)
  const specimen = observation.specimen
  const more =
    specimen && !report?.specimens.includes(specimen) ? { label: 'Specimen', text: specimenText(specimen) } : undefined
  return row(id, [
    [
      content(
        `${id}c`,
        isHeading(observation) ? boldName(observation) : observation.code.text || 'Test without a name',
      ),
    ],
    resultCell(observation),
    rangeText(observation),
    interpretationText(observation),
    when,
    details(observation, observation.notes.length > 0 ? `${id}n` : undefined, [
      more,
      stated('Body site', observation.bodySite?.text),
      stated('Method', observation.method?.text),
      observation.status !== 'final' && statusFact(observation.status, id),
    ]),
    recordedBy(observation),
  ])
}

function boldName(observation: Observation): XmlTemplate {
  return xml`<content styleCode="Bold">${observation.code.text || 'Group without a name'}</content>`
}

export function resultCell(observation: Observation): readonly XmlNode[] {
  if (observation.components.length === 0) return lines(resultText(observation))
  const nodes: XmlNode[] = [...lines(resultText(observation))]
  for (const component of observation.components) {
    if (nodes.length > 0) nodes.push(lineBreak)
    nodes.push(component.code.text, ': ')
    appendLines(nodes, resultText(component))
  }
  return nodes
}

/** Result Observations of one observation: itself, and each of its components. */
function resultElements(observation: Observation, id: string, desk: Desk, heading: boolean): XmlNode[] {
  const { components } = observation
  const made = [resultElement(observation, observation, id, undefined, desk, heading || components.length > 0)]
  components.forEach(
    (component, at) => void made.push(resultElement(observation, component, id, `component ${at + 1}`, desk, false)),
  )
  return made
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
  return xml`<observation classCode="OBS" moodCode="EVN">
    ${templates('4.2', '2015-08-01')}
    ${own ? desk.ids(observation) : desk.id(observation.key, name)}
    ${coded('code', part.code, own ? { reference: `${id}c` } : undefined)}
    <text><reference value="#${id}"/></text>
    <statusCode code="${resultStatus(observation.status)}"/>
    ${effectiveTime(observation.when)}
    ${observation.mistaken === undefined ? resultValue(part, heading) : mistakenValue}
    ${observation.mistaken === undefined && interpretation(part.interpretation)}
    ${own && observation.method && coded('methodCode', observation.method)}
    ${own && targetSite(observation.bodySite)}
    ${own && author(observation, desk)}
    ${own && observation.notes.length > 0 && comment(`${id}n`)}
    ${own && unstated(observation.status) && comment(`${id}s`)}
    ${own && encounterLink(observation, desk)}
    ${referenceRanges(part.ranges)}
  </observation>`
}
