import type { XmlNode } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import { codeUnlessMistaken } from '../entries/code.ts'
import { comment } from '../entries/comment.ts'
import { details, recordedBy, stated } from '../entries/details.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author, performer } from '../entries/participation.ts'
import { targetSite } from '../entries/result.ts'
import { statusCodes } from '../entries/status-code.ts'
import { templates } from '../entries/template.ts'
import { headings, table, writtenRow } from '../narrative.ts'
import type { Procedure } from '../record.ts'
import { effectiveTime, readableWhen } from '../time.ts'
import { otherName } from './allergies.ts'
import { observationsIn } from './classify.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const head = headings('Procedure', 'When', 'Body site', 'Status', 'Details', 'Recorded')

/** Procedures Section (entries required): procedures, and observations whose term says that they are one. */
export const procedures: Section = {
  name: 'procedures',
  title: 'Procedures',
  code: '47519-4',
  codeName: 'History of Procedures Document',
  areas: [],
  templates: () => templates('2.7.1', '2014-06-09'),
  content(record, desk) {
    const observed = observationsIn('procedures', record)
    const all: readonly Procedure[] = [
      ...record.procedures,
      ...observed.map((one) => ({ ...one, status: 'completed' })),
    ]
    if (all.length === 0) return nothingToTell
    const made = all.map((procedure) => {
      const id = desk.narrativeId('x')
      desk.ledger.placed(procedure.key, 'procedures', id)
      return { row: procedureRow(procedure, id), entry: entry(activity(procedure, id, desk)) }
    })
    return {
      blocks: [
        table(
          '',
          head,
          made.map((one) => one.row),
        ),
      ],
      entries: made.map((one) => one.entry),
    }
  },
}

function procedureRow(procedure: Procedure, id: string): XmlNode {
  const more = [stated('Outcome', procedure.outcome?.text)]
  return writtenRow(xml`<tr ID="${id}">
    <td><content ID="${`${id}c`}">${procedure.code.text || 'Procedure without a name'}</content>${otherName(procedure.code)}</td>
    <td>${readableWhen(procedure.when)}</td>
    <td>${procedure.bodySite?.text}</td>
    <td>${procedure.status}</td>
    <td>${details(procedure, procedure.notes.length > 0 ? `${id}n` : undefined, more)}</td>
    <td>${recordedBy(procedure)}</td>
  </tr>`)
}

/** C-CDA's ProcedureAct statusCode. */
const statusCode = statusCodes({
  completed: 'completed',
  'in-progress': 'active',
  preparation: 'active',
  suspended: 'active',
  aborted: 'aborted',
  'entered-in-error': 'aborted',
  'not-done': 'cancelled',
})

/** Procedure Activity Procedure. */
function activity(procedure: Procedure, id: string, desk: Desk): XmlNode {
  const negationInd = procedure.status === 'not-done' ? 'true' : undefined
  return xml`<procedure classCode="PROC" moodCode="EVN" negationInd="${negationInd}">
    <templateId root="2.16.840.1.113883.10.20.22.4.14"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.14" extension="2014-06-09"/>
    ${desk.ids(procedure.key, procedure.identifiers)}
    ${codeUnlessMistaken(procedure.code, procedure.mistaken, `${id}c`)}
    <text><reference value="#${id}"/></text>
    ${statusCode(procedure.status)}
    ${effectiveTime(procedure.when)}
    ${targetSite(procedure.bodySite)}
    ${performer(procedure.performer, desk)}
    ${author(procedure, desk)}
    ${procedure.notes.length > 0 && comment(`${id}n`)}
    ${encounterLink(procedure, desk)}
  </procedure>`
}
