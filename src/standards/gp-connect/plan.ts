import type { Fact, Link, Party, Plan } from '../ccda/record.ts'
import { optional } from './datatypes.ts'
import { object, objects, rawString } from './json.ts'
import { item, type Reader, whenOf } from './item.ts'
import type { SourceEntry } from './source.ts'

/** Diary entries (intent `plan`) and test requests. https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-ProcedureRequest-1 */
export function readProcedureRequest(reader: Reader, entry: SourceEntry): Plan {
  const { source, people, datatypes } = reader
  const { coded, fact, text } = datatypes
  source.current = entry
  const { resource } = entry
  const facts: Fact[] = []
  for (const reason of objects(resource.reasonCode)) fact(facts, 'Reason', coded(reason)?.text)
  for (const site of objects(resource.bodySite)) fact(facts, 'Body site', coded(site)?.text)
  const requester = people.party(object(resource.requester)?.agent)
  const performer = people.party(resource.performer)
  return {
    ...item(reader, entry, {
      code: coded(resource.code),
      when: whenOf(reader, entry, 'occurrence'),
      recorded: resource.authoredOn,
      author: requester,
      notes: resource.note,
      facts,
    }),
    kind: rawString(resource.intent) === 'plan' ? 'diary' : 'request',
    recipients: performer ? [performer] : [],
    links: [],
    ...optional('requester', requester),
    ...optional('priority', text(resource.priority)),
  }
}

/** https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-ReferralRequest-1 */
export function readReferral(reader: Reader, entry: SourceEntry): Plan {
  const { source, people, datatypes } = reader
  const { coded, fact, text } = datatypes
  source.current = entry
  const { resource } = entry
  const facts: Fact[] = []
  const reasons = objects(resource.reasonCode)
    .map((one) => coded(one))
    .filter((one) => one !== undefined)
  for (const more of reasons.slice(1)) fact(facts, 'Also for', more.text)
  for (const service of objects(resource.serviceRequested)) fact(facts, 'Service', coded(service)?.text)
  fact(facts, 'Specialty', coded(resource.specialty)?.text)
  fact(facts, 'Type', coded(resource.type)?.text)
  fact(facts, 'Description', text(resource.description))
  const requester = people.party(object(resource.requester)?.agent)
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
      ...optional('key', target?.key),
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
    }),
    kind: 'referral',
    recipients,
    links,
    ...optional('requester', requester),
    ...optional('priority', text(resource.priority)),
  }
}
