import type { Fact, Link, Party, Plan } from '../ccda/record.ts'
import { boolean, object, objects, rawString } from './json.ts'
import { item, type Reader, whenOf } from './item.ts'
import { elements } from './say.ts'
import type { SourceEntry } from './source.ts'

const readOfRequest = elements(
  'status',
  'intent',
  'priority',
  'code',
  'occurrenceDateTime',
  'occurrencePeriod',
  'authoredOn',
  'requester',
  'performer',
  'reasonCode',
  'bodySite',
  'note',
  'doNotPerform',
)
const readOfReferral = elements(
  'status',
  'intent',
  'priority',
  'occurrenceDateTime',
  'occurrencePeriod',
  'authoredOn',
  'requester',
  'recipient',
  'reasonCode',
  'serviceRequested',
  'specialty',
  'type',
  'description',
  'supportingInfo',
  'note',
)

/** Diary entries (intent `plan`) and test requests. https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-ProcedureRequest-1 */
export function readProcedureRequest(reader: Reader, entry: SourceEntry): Plan {
  const { source, people, datatypes } = reader
  const { coded, codedFact, fact, text } = datatypes
  source.current = entry
  const { resource } = entry
  const facts: Fact[] = []
  for (const reason of objects(resource.reasonCode)) codedFact(facts, 'Reason', reason)
  for (const site of objects(resource.bodySite)) fact(facts, 'Body site', coded(site)?.text)
  const intent = text(resource.intent)
  if (intent !== 'plan' && intent !== 'order') fact(facts, 'Intent', intent)
  const requester = people.party(object(resource.requester)?.agent)
  const performer = people.party(resource.performer)
  const base = item(reader, entry, {
    code: coded(resource.code),
    when: whenOf(reader, entry, 'occurrence'),
    recorded: resource.authoredOn,
    author: requester,
    notes: resource.note,
    facts,
    read: readOfRequest,
  })
  return {
    ...base,
    ...(boolean(resource.doNotPerform) === true && {
      notToBeDone: true,
      cautions: ['Not to be done.', ...(base.cautions ?? [])],
    }),
    kind: rawString(resource.intent) === 'plan' ? 'diary' : 'request',
    recipients: performer ? [performer] : [],
    links: [],
    requester,
    priority: text(resource.priority),
  }
}

/** https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-ReferralRequest-1 */
export function readReferral(reader: Reader, entry: SourceEntry): Plan {
  const { source, people, datatypes } = reader
  const { coded, codedFact, fact, text } = datatypes
  source.current = entry
  const { resource } = entry
  const facts: Fact[] = []
  const reasons = objects(resource.reasonCode)
    .map((one) => coded(one))
    .filter((one) => one !== undefined)
  for (const more of objects(resource.reasonCode).slice(1)) codedFact(facts, 'Also for', more)
  for (const service of objects(resource.serviceRequested)) codedFact(facts, 'Service', service)
  codedFact(facts, 'Specialty', resource.specialty)
  fact(facts, 'Type', coded(resource.type)?.text)
  fact(facts, 'Description', text(resource.description))
  const requester = people.party(object(resource.requester)?.agent)
  if (resource.intent !== 'order') fact(facts, 'Intent', text(resource.intent))
  const recipients: Party[] = []
  for (const one of objects(resource.recipient)) {
    const party = people.party(one)
    if (party) recipients.push(party)
  }
  const links: Link[] = []
  for (const reference of objects(resource.supportingInfo)) {
    const target = source.resolve(reference)
    links.push({
      relation: 'Supporting information',
      text: text(reference.display) ?? (target ? '' : (text(reference.reference) ?? '')),
      key: target?.key,
    })
  }
  const onBehalf = people.party(object(resource.requester)?.onBehalfOf)
  fact(facts, 'On behalf of', onBehalf?.organisation?.name ?? onBehalf?.name)
  return {
    ...item(reader, entry, {
      code: reasons[0],
      when: whenOf(reader, entry, 'occurrence'),
      recorded: resource.authoredOn,
      author: requester,
      notes: resource.note,
      facts,
      read: readOfReferral,
    }),
    kind: 'referral',
    recipients,
    links,
    requester,
    priority: text(resource.priority),
  }
}
