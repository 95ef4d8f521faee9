import type { Fact, Procedure } from '../ccda/record.ts'
import { boolean, objects } from './json.ts'
import { item, type Reader, whenOf } from './item.ts'
import { nameOf } from './people.ts'
import { elements } from './say.ts'
import type { SourceEntry } from './source.ts'

const read = elements(
  'status',
  'code',
  'performedDateTime',
  'performedPeriod',
  'performer',
  'reasonCode',
  'complication',
  'followUp',
  'notDone',
  'notDoneReason',
  'note',
  'bodySite',
  'outcome',
)

/** https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Procedure-1: not sent by GP systems today, and read all the same. */
export function readProcedure(reader: Reader, entry: SourceEntry): Procedure {
  const { source, people, datatypes } = reader
  const { coded, fact } = datatypes
  source.current = entry
  const { resource } = entry
  const facts: Fact[] = []
  for (const reason of objects(resource.reasonCode)) fact(facts, 'Reason', coded(reason)?.text)
  for (const complication of objects(resource.complication)) fact(facts, 'Complication', coded(complication)?.text)
  for (const follow of objects(resource.followUp)) fact(facts, 'Follow up', coded(follow)?.text)
  const notDone = boolean(resource.notDone) === true
  if (notDone) fact(facts, 'Not done', coded(resource.notDoneReason)?.text ?? 'The record says that it was not done')
  const [performer, ...others] = objects(resource.performer)
    .map((one) => people.party(one.actor))
    .filter((party) => party !== undefined)
  for (const other of others) fact(facts, 'Also by', nameOf(other))
  for (const site of objects(resource.bodySite).slice(1)) fact(facts, 'Body site', coded(site)?.text)
  return {
    ...item(reader, entry, {
      code: coded(resource.code),
      when: whenOf(reader, entry, 'performed'),
      author: performer,
      notes: resource.note,
      facts,
      read,
    }),
    ...(notDone && { status: 'not-done' }),
    bodySite: coded(objects(resource.bodySite)[0]),
    outcome: coded(resource.outcome),
    performer,
  }
}
