import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import { coded } from '../entries/code.ts'
import { comment } from '../entries/comment.ts'
import { details, recordedBy, stated } from '../entries/details.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author, performer } from '../entries/participation.ts'
import { useParty } from '../entries/people.ts'
import { statusCodes } from '../entries/status-code.ts'
import { routeCode } from '../entries/route.ts'
import { templates } from '../entries/template.ts'
import { quantity, quantityText } from '../entries/value.ts'
import { broken, type Cell, contentOf, headings, lineBreak, lines, table, writtenRow } from '../narrative.ts'
import type { Coded, Medication, MedicationIssue } from '../record.ts'
import { effectiveTime, interval, readableWhen } from '../time.ts'
import { otherName } from './allergies.ts'
import { listed } from './item-text.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const issuesHead = headings('Issued', 'Dosage', 'Quantity', 'Status', 'Details', 'Recorded')
const head = headings('Medication', 'Dosage', 'Quantity', 'When', 'Status', 'Details', 'Recorded')

/** Medications Section (entries required): current and past, each with the issues made under it. Dosage is the record's own words. */
export const medications: Section = {
  name: 'medications',
  title: 'Medications',
  code: '10160-0',
  codeName: 'History of Medication use Narrative',
  areas: ['medications'],
  required: true,
  templates: () => templates('2.1.1', '2014-06-09'),
  content(record, desk) {
    if (record.medications.length === 0) return nothingToTell
    const parts = record.medications.map((medication) => ({ medication, ...medicationParts(medication, desk) }))
    const isPast = ({ status }: Medication) => pastStatuses.has(status ?? '')
    const current = parts.filter(({ medication }) => isCurrent(medication))
    const planned = parts.filter(({ medication }) => isPlanned(medication))
    const past = parts.filter(({ medication }) => isPast(medication))
    const mistaken = parts.filter(({ medication }) => medication.mistaken !== undefined)
    // Neither current nor past as far as anybody can tell: not to be overlooked among the past.
    const unknown = parts.filter(
      ({ medication }) =>
        !isCurrent(medication) && !isPlanned(medication) && !isPast(medication) && medication.mistaken === undefined,
    )
    const tables = [
      { title: 'Current medications', rows: current },
      { title: 'Proposed, planned or in draft: not known to be taken', rows: planned },
      { title: 'Medications whose status is not known', rows: unknown },
      { title: 'Past medications', rows: past },
      { title: 'Entered in error: not medications of the patient', rows: mistaken },
    ].filter((one) => one.rows.length > 0)
    const issues = parts.filter((one) => one.issues.length > 0)
    const named = new Map<string, number>()
    for (const { code } of record.medications) named.set(code.text, (named.get(code.text) ?? 0) + 1)
    return {
      blocks: [
        ...tables.map(({ title, rows }) =>
          table(
            title,
            head,
            rows.map((one) => one.row),
          ),
        ),
        ...issues.map((one) => table(issuesTitle(one.medication, named), issuesHead, one.issues)),
      ],
      entries: tables.flatMap(({ rows }) => rows.map((one) => one.entry)),
    }
  },
}

/** Two medications of one name, an old dose and a new one, say whose issues these are. */
function issuesTitle({ code, when, status }: Medication, named: ReadonlyMap<string, number>): string {
  const title = `Issues of ${code.text || 'a medication without a name'}`
  if (named.get(code.text) === 1) return title
  return `${title} (${listed(readableWhen(when), statusWords(status).toLowerCase())})`
}

function isCurrent({ status, proposed }: Medication): boolean {
  return (status === 'active' || status === 'on-hold') && !proposed
}

/** Nobody says that it was taken up. */
function isPlanned({ status, proposed }: Medication): boolean {
  return status === 'intended' || status === 'draft' || (proposed && (status === 'active' || status === 'on-hold'))
}

const pastStatuses = new Set(['completed', 'stopped', 'cancelled'])

function medicationParts(medication: Medication, desk: Desk): { row: XmlNode; entry: XmlNode; issues: XmlNode[] } {
  const id = desk.narrativeId('m')
  desk.ledger.placed(medication.key, 'medications', id)
  for (const key of medication.sameAs) desk.ledger.placed(key, 'medications', id)
  if (medication.product.key !== undefined) desk.ledger.used(medication.product.key, 'The product of a medication')
  const noteId = medication.notes.length > 0 ? `${id}n` : undefined
  const issues = medication.issues.map((issue, at) => {
    const issueId = `${id}i${at + 1}`
    desk.ledger.placed(issue.key, 'medications', issueId)
    if (issue.product?.key !== undefined) desk.ledger.used(issue.product.key, 'The product of a medication')
    if (issue.performer) useParty(issue.performer, 'Dispenser of a medication', desk)
    return {
      row: issueRow(issue, medication, issueId, encounterWords(issue, medication, desk)),
      entry: supply(issue, medication, issueId, desk),
    }
  })
  const dosage = medication.dosage.length === 0 ? 'Not recorded' : contentOf(`${id}d`, wordsOf(medication.dosage))
  const written = writtenRow(xml`<tr ID="${id}">
    <td><content ID="${`${id}c`}">${medication.code.text || 'Medication without a name'}</content>${otherName(medication.code)}</td>
    <td>${dosage}</td>
    <td>${quantityWords(medication.quantity)}</td>
    <td>${readableWhen(medication.when)}</td>
    <td>${statusWords(medication.status)}</td>
    <td>${details(medication, noteId, [stated('Route', medication.route?.text)])}</td>
    <td>${recordedBy(medication)}</td>
  </tr>`)
  return {
    row: written,
    entry: entry(
      activity(
        medication,
        id,
        noteId,
        issues.map((one) => one.entry),
        desk,
      ),
    ),
    issues: issues.map((one) => one.row),
  }
}

function dosageCell(dosage: readonly string[]): Cell {
  const [first] = dosage
  return first !== undefined && dosage.length === 1 ? broken(first) : wordsOf(dosage)
}

function wordsOf(dosage: readonly string[]): readonly XmlNode[] {
  return dosage.flatMap((words, at) => [...(at > 0 ? [lineBreak] : []), ...lines(words)])
}

function quantityWords(supplied: Medication['quantity']): string {
  if (supplied === undefined) return ''
  const amount = supplied.quantity === undefined ? '' : quantityText(supplied.quantity)
  const { text } = supplied
  // The quantity in words is often the unit alone, or the whole of it again.
  if (text === undefined || text === amount) return amount
  if (amount === '') return text
  return supplied.quantity?.unit === undefined && !text.includes(supplied.quantity?.value ?? '')
    ? `${amount} ${text}`
    : `${amount} (${text})`
}

function statusWords(status: string | undefined): string {
  if (status === undefined) return 'Not stated'
  if (status === 'completed') return 'Completed'
  return status.charAt(0).toUpperCase() + status.slice(1).replaceAll('-', ' ')
}

/** C-CDA's statuses of a medication; what has none of them is said to be unknown. */
const statusCode = statusCodes({
  active: 'active',
  intended: 'active',
  completed: 'completed',
  stopped: 'aborted',
  cancelled: 'aborted',
  'entered-in-error': 'nullified',
  'on-hold': 'suspended',
})

/** Medication Activity: what the patient takes or was given to take. */
function activity(
  medication: Medication,
  id: string,
  noteId: string | undefined,
  issues: readonly XmlNode[],
  desk: Desk,
): XmlTemplate {
  const { status, notTaken } = medication
  const moodCode = isPlanned(medication) ? 'INT' : 'EVN'
  return xml`<substanceAdministration classCode="SBADM" moodCode="${moodCode}" negationInd="${notTaken ? 'true' : undefined}">
    <templateId root="2.16.840.1.113883.10.20.22.4.16"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.16" extension="2014-06-09"/>
    ${desk.ids(medication.key, medication.identifiers)}
    ${medication.sameAs.map((key) => desk.id(key))}
    <text><reference value="#${id}"/></text>
    ${statusCode(status)}
    ${interval(medication.when, pastStatuses.has(status ?? ''), 'IVL_TS')}
    ${medication.route && routeCode(medication.route)}
    <doseQuantity nullFlavor="UNK"/>
    <consumable>${product(medication.code, `${id}c`, desk.id(medication.product.key ?? medication.key, 'product'))}</consumable>
    ${author(medication, desk)}
    ${medication.dosage.length > 0 && instruction(`${id}d`)}
    ${authorised(medication, id, desk)}
    ${issues}
    ${noteId !== undefined && comment(noteId)}
    ${encounterLink(medication, desk)}
  </substanceAdministration>`
}

/** Medication Supply Order for the medication as a whole: how much of it, and how often, may be supplied. */
function authorised({ key, quantity: supplied, authorised: given }: Medication, id: string, desk: Desk) {
  const amount = supplied?.quantity
  const repeats = given?.issuesAllowed
  if (amount === undefined && repeats === undefined) return undefined
  return xml`<entryRelationship typeCode="REFR"><supply classCode="SPLY" moodCode="INT">
    <templateId root="2.16.840.1.113883.10.20.22.4.17"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.17" extension="2014-06-09"/>
    ${desk.id(key, 'authorisation')}
    <text><reference value="#${id}"/></text>
    ${statusCode(given?.status)}
    ${effectiveTime(given?.period ?? {}, 'IVL_TS')}
    ${repeats !== undefined && /^\d+$/.test(repeats) && xml`<repeatNumber value="${repeats}"/>`}
    ${amount && quantity('quantity', amount)}
  </supply></entryRelationship>`
}

/** Medication Information. */
function product(code: Coded, reference: string, id: XmlNode): XmlTemplate {
  return xml`<manufacturedProduct classCode="MANU">
    <templateId root="2.16.840.1.113883.10.20.22.4.23"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.23" extension="2014-06-09"/>
    ${id}
    <manufacturedMaterial>${coded('code', code, reference)}</manufacturedMaterial>
  </manufacturedProduct>`
}

/** The dosage as text, in the form that C-CDA has for directions (Medication Free Text Sig). */
function instruction(reference: string): XmlTemplate {
  return xml`<entryRelationship typeCode="COMP"><substanceAdministration classCode="SBADM" moodCode="INT">
    <templateId root="2.16.840.1.113883.10.20.22.4.147"/>
    <code code="76662-6" codeSystem="2.16.840.1.113883.6.1" displayName="Instructions Medication"/>
    <text><reference value="#${reference}"/></text>
    <consumable><manufacturedProduct><manufacturedLabeledDrug nullFlavor="NA"/></manufacturedProduct></consumable>
  </substanceAdministration></entryRelationship>`
}

/** In words, since a supply order takes no reference to another entry. */
function encounterWords({ encounter }: MedicationIssue, medication: Medication, desk: Desk): string {
  const item = encounter === undefined || encounter === medication.encounter ? undefined : desk.item(encounter)
  return item === undefined ? '' : readableWhen(item.when)
}

function issueRow(issue: MedicationIssue, medication: Medication, id: string, encounter: string): XmlNode {
  const other = issue.code.text !== '' && issue.code.text !== medication.code.text
  const more = [stated('Recorded at an encounter', encounter)]
  return writtenRow(xml`<tr ID="${id}">
    <td>${readableWhen(issue.when)}</td>
    <td>${other ? [`${issue.code.text}: `, ...wordsOf(issue.dosage)] : dosageCell(issue.dosage)}</td>
    <td>${quantityWords(issue.quantity)}</td>
    <td>${statusWords(issue.status)}</td>
    <td>${details(issue, issue.notes.length > 0 ? `${id}n` : undefined, more)}</td>
    <td>${recordedBy(issue)}</td>
  </tr>`)
}

/** Medication Supply Order: one issue of the medication. */
function supply(issue: MedicationIssue, medication: Medication, id: string, desk: Desk): XmlTemplate {
  const amount = issue.quantity?.quantity
  return xml`<entryRelationship typeCode="REFR"><supply classCode="SPLY" moodCode="INT">
    <templateId root="2.16.840.1.113883.10.20.22.4.17"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.17" extension="2014-06-09"/>
    ${desk.ids(issue.key, issue.identifiers)}
    <text><reference value="#${id}"/></text>
    ${statusCode(issue.status)}
    ${effectiveTime(issue.when, 'IVL_TS')}
    ${amount && quantity('quantity', amount)}
    ${issue.product && supplyProduct(issue, medication, id, desk)}
    ${performer(issue.performer, desk)}
    ${author(issue, desk)}
  </supply></entryRelationship>`
}

function supplyProduct(
  issue: MedicationIssue,
  medication: Medication,
  id: string,
  desk: Desk,
): XmlTemplate | undefined {
  if (issue.product?.key === undefined || issue.product.key === medication.product.key) return undefined
  return xml`<product>${product(issue.code, id, desk.id(issue.product.key, 'product'))}</product>`
}
