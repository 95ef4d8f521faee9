import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import { valueUnlessMistaken } from '../entries/code.ts'
import { comment } from '../entries/comment.ts'
import { details, recordedBy } from '../entries/details.ts'
import { encounterLink, entryReference } from '../entries/encounter-link.ts'
import { author } from '../entries/participation.ts'
import { templates } from '../entries/template.ts'
import { headings, lineBreak, table, writtenRow } from '../narrative.ts'
import type { Link, Problem } from '../record.ts'
import { interval, readable, unknown } from '../time.ts'
import { otherName } from './allergies.ts'
import { itemText } from './item-text.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const head = headings('Problem', 'Significance', 'Start', 'End', 'Status', 'Details', 'Linked', 'Recorded')

/** Problem Section (entries required): active and inactive, with what the record links to each. */
export const problems: Section = {
  name: 'problems',
  title: 'Problems',
  code: '11450-4',
  codeName: 'Problem list - Reported',
  areas: ['problems'],
  required: true,
  templates: () => templates('2.5.1', '2015-08-01'),
  content(record, desk) {
    if (record.problems.length === 0) return nothingToTell
    const parts = record.problems.map((problem) => ({ problem, ...problemParts(problem, desk) }))
    const tables = [
      { title: 'Active problems', rows: parts.filter((one) => one.problem.active === true) },
      {
        title: 'Inactive problems',
        rows: parts.filter((one) => one.problem.active === false && one.problem.mistaken === undefined),
      },
      { title: 'Problems whose status is not recorded', rows: parts.filter((one) => one.problem.active === undefined) },
      {
        title: 'Entered in error or refuted: not problems of the patient',
        rows: parts.filter((one) => one.problem.mistaken !== undefined),
      },
    ].filter((one) => one.rows.length > 0)
    return {
      blocks: tables.map(({ title, rows }) =>
        table(
          title,
          head,
          rows.map((one) => one.row),
        ),
      ),
      entries: tables.flatMap(({ rows }) => rows.map((one) => one.entry)),
    }
  },
}

function problemParts(problem: Problem, desk: Desk): { row: XmlNode; entry: XmlNode } {
  const id = desk.narrativeId('p')
  desk.ledger.placed(problem.key, 'problems', id)
  const noteId = problem.notes.length > 0 ? `${id}n` : undefined
  const { significance: weight } = problem
  const written = writtenRow(xml`<tr ID="${id}">
    <td><content ID="${`${id}c`}">${problem.code.text || 'Problem without a name'}</content>${otherName(problem.code)}</td>
    <td>${weight === undefined ? '' : weight.charAt(0).toUpperCase() + weight.slice(1)}</td>
    <td>${readable(problem.when.start)}</td>
    <td>${readable(problem.when.end)}</td>
    <td>${statusWords(problem)}</td>
    <td>${details(problem, noteId)}</td>
    <td>${linked(problem.links, desk)}</td>
    <td>${recordedBy(problem)}</td>
  </tr>`)
  return { row: written, entry: entry(concern(problem, id, noteId, desk)) }
}

function statusWords({ active, status, mistaken }: Problem): string {
  if (mistaken !== undefined) return mistaken
  if (active === undefined) return status === undefined ? 'Not recorded' : `Recorded as “${status}”`
  const word = active ? 'Active' : 'Inactive'
  return status === undefined || status === word.toLowerCase() ? word : `${word} (${status})`
}

function linked(links: readonly Link[], desk: Desk): readonly XmlNode[] {
  const nodes: XmlNode[] = []
  for (const link of links) {
    const item = link.key === undefined ? undefined : desk.item(link.key)
    const words = link.text || (item ? itemText(item) : (link.key ?? ''))
    if (nodes.length > 0) nodes.push(lineBreak)
    nodes.push(`${link.relation}: ${words}`)
  }
  return nodes
}

/** Problem Concern Act around a Problem Observation. */
function concern(problem: Problem, id: string, noteId: string | undefined, desk: Desk): XmlTemplate {
  const written = author(problem, desk)
  const ended = problem.active === false
  const start = problem.recorded ?? problem.when.start
  const status =
    problem.active === undefined
      ? undefined
      : problem.mistaken !== undefined
        ? 'aborted'
        : ended
          ? 'completed'
          : 'active'
  const negationInd = problem.mistaken === 'Refuted' ? 'true' : undefined
  const { end } = problem.when
  // GP records list diagnoses, symptoms and plain facts as problems without telling them apart.
  return xml`<act classCode="ACT" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.3"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.3" extension="2015-08-01"/>
    ${desk.id(problem.key, 'concern')}
    <code code="CONC" codeSystem="2.16.840.1.113883.5.6" displayName="Concern"/>
    <statusCode code="${status}" nullFlavor="${unknown(status)}"/>
    ${interval({ ...(start !== undefined && { start }), ...(end !== undefined && { end }) }, ended)}
    ${written}
    <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN" negationInd="${negationInd}">
      <templateId root="2.16.840.1.113883.10.20.22.4.4"/>
      <templateId root="2.16.840.1.113883.10.20.22.4.4" extension="2015-08-01"/>
      ${desk.ids(problem.key, problem.identifiers)}
      <code code="55607006" codeSystem="2.16.840.1.113883.6.96" displayName="Problem">
        <translation code="75326-9" codeSystem="2.16.840.1.113883.6.1" displayName="Problem"/>
      </code>
      <text><reference value="#${id}"/></text>
      <statusCode code="completed"/>
      ${interval(problem.when, ended)}
      ${valueUnlessMistaken(problem.code, problem.mistaken, `${id}c`)}
      ${written}
      ${statusOf(problem)}
      ${significance(problem, desk)}
      ${noteId !== undefined && comment(noteId)}
    </observation></entryRelationship>
    ${problem.links.map((link) => reference(link, desk))}
    ${encounterLink(problem, desk)}
  </act>`
}

/** Problem Status. */
function statusOf({ active, status }: Problem): XmlTemplate | undefined {
  if (active === undefined) return undefined
  const value = active
    ? { code: '55561003', displayName: 'Active (qualifier value)' }
    : status === 'resolved'
      ? { code: '413322009', displayName: 'Problem resolved (finding)' }
      : { code: '73425007', displayName: 'Inactive (qualifier value)' }
  return xml`<entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.6"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.6" extension="2019-06-20"/>
    <code code="33999-4" codeSystem="2.16.840.1.113883.6.1" displayName="Status"/>
    <statusCode code="completed"/>
    <value xsi:type="CD" code="${value.code}" codeSystem="2.16.840.1.113883.6.96" displayName="${value.displayName}"/>
  </observation></entryRelationship>`
}

/** How much the practice makes of it, under an id of its own: C-CDA has priorities of the patient's, not the problem's significance. */
function significance({ significance: value, key }: Problem, desk: Desk): XmlTemplate | undefined {
  if (value === undefined) return undefined
  return xml`<entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN">
    ${desk.id(key, 'significance')}
    <code nullFlavor="OTH"><originalText>Problem significance</originalText></code>
    <statusCode code="completed"/>
    <value xsi:type="ST">${value}</value>
  </observation></entryRelationship>`
}

/** The id of another entry of this document, so that software can follow the link too. */
function reference(link: Link, desk: Desk): XmlTemplate | undefined {
  if (link.key === undefined || desk.item(link.key) === undefined) return undefined
  return entryReference(desk.id(link.key))
}
