import { lookup } from '../../lookup.ts'
import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import { coded } from '../entries/code.ts'
import { comment } from '../entries/comment.ts'
import { details, recordedBy, stated } from '../entries/details.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author } from '../entries/participation.ts'
import { partyName, useParty } from '../entries/people.ts'
import { statusCodes } from '../entries/status-code.ts'
import { templates } from '../entries/template.ts'
import { headings, table, writtenRow } from '../narrative.ts'
import type { Party, Plan } from '../record.ts'
import { effectiveTime, readableWhen } from '../time.ts'
import { otherName } from './allergies.ts'
import { itemText } from './item-text.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const diaryHead = planHead('What')
const referralHead = planHead('Referral')
const requestHead = planHead('Request')
function planHead(first: string): XmlTemplate {
  return headings(first, 'Due', 'Status', 'To', 'Details', 'Recorded')
}

/** Plan of Treatment Section: diary entries (recalls), requests for tests, referrals. */
export const planOfTreatment: Section = {
  name: 'plan-of-treatment',
  title: 'Plan of treatment',
  code: '18776-5',
  codeName: 'Plan of care note',
  areas: ['diary', 'referrals'],
  templates: () => templates('2.10', '2014-06-09'),
  content(record, desk) {
    if (record.plans.length === 0) return nothingToTell
    const made = record.plans.map((plan) => ({ plan, ...planParts(plan, desk) }))
    const of = (kind: Plan['kind']) => made.filter((one) => one.plan.kind === kind)
    const tables = [
      { title: 'Diary entries', head: diaryHead, of: of('diary') },
      { title: 'Referrals', head: referralHead, of: of('referral') },
      { title: 'Requests', head: requestHead, of: of('request') },
    ].filter((one) => one.of.length > 0)
    return {
      blocks: tables.map((one) =>
        table(
          one.title,
          one.head,
          one.of.map((part) => part.row),
        ),
      ),
      entries: tables.flatMap((one) => one.of.map((part) => part.entry)),
    }
  },
}

function planParts(plan: Plan, desk: Desk): { row: XmlNode; entry: XmlNode } {
  const id = desk.narrativeId('t')
  desk.ledger.placed(plan.key, 'plan-of-treatment', id)
  for (const party of [...plan.recipients, ...(plan.requester ? [plan.requester] : [])])
    useParty(party, 'Requester or recipient of a plan', desk)
  const name = plan.code.text || (plan.kind === 'referral' ? 'Referral without a reason' : 'Entry without a name')
  const more = [
    stated('Priority', plan.priority),
    ...plan.links.map((link) => {
      const item = link.key === undefined ? undefined : desk.item(link.key)
      return { label: link.relation, text: link.text || (item ? itemText(item) : (link.key ?? '')) }
    }),
    ...plan.identifiers
      .filter((one) => one.system?.endsWith('/ubr-number'))
      .map((one) => ({ label: 'Unique booking reference', text: one.value })),
  ]
  const written = writtenRow(xml`<tr ID="${id}">
    <td><content ID="${`${id}c`}">${name}</content>${otherName(plan.code)}</td>
    <td>${readableWhen(plan.when)}</td>
    <td>${plan.status}</td>
    <td>${plan.recipients.map(recipientName).filter(Boolean).join(', ')}</td>
    <td>${details(plan, plan.notes.length > 0 ? `${id}n` : undefined, more)}</td>
    <td>${recordedBy(plan)}</td>
  </tr>`)
  return { row: written, entry: entry(planned(plan, id, desk)) }
}

function recipientName(party: Party): string {
  const name = partyName(party)
  const organisation = party.organisation?.name
  return organisation === undefined || organisation === name ? name : `${name} (${organisation})`
}

/** Planned Act where the plan stands; without that template where it was cancelled or nobody knows, since it says "active". */
function planned(plan: Plan, id: string, desk: Desk): XmlNode {
  const active = plan.status === 'active' || plan.status === 'draft'
  const moodCode = plan.kind === 'diary' ? 'INT' : 'RQO'
  return xml`<act classCode="ACT" moodCode="${moodCode}" negationInd="${plan.notToBeDone ? 'true' : undefined}">
    ${active && templates('4.39', '2014-06-09')}
    ${desk.ids(plan.key, plan.identifiers)}
    ${coded('code', plan.code, `${id}c`)}
    <text><reference value="#${id}"/></text>
    ${statusCode(plan.status)}
    ${effectiveTime(plan.when)}
    ${priority(plan.priority)}
    ${author(plan, desk)}
    ${plan.notes.length > 0 && comment(`${id}n`)}
    ${encounterLink(plan, desk)}
  </act>`
}

const statusCode = statusCodes({
  active: 'active',
  draft: 'active',
  suspended: 'suspended',
  completed: 'completed',
  cancelled: 'cancelled',
  'entered-in-error': 'nullified',
})

const priorities: Readonly<Record<string, string>> = lookup({ routine: 'R', urgent: 'UR', asap: 'A', stat: 'S' })
function priority(value: string | undefined): XmlNode | undefined {
  const code = value === undefined ? undefined : priorities[value]
  return code === undefined
    ? undefined
    : xml`<priorityCode code="${code}" codeSystem="2.16.840.1.113883.5.7" displayName="${value}"/>`
}
