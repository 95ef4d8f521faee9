import type { Encounter, Fact } from '../ccda/record.ts'
import { object, objects } from './json.ts'
import { item, type Reader } from './item.ts'
import { nameOf } from './people.ts'
import { elements, sayTheRest } from './say.ts'
import type { SourceEntry } from './source.ts'

const read = elements('status', 'type', 'period', 'length', 'reason', 'participant', 'location', 'serviceProvider')
/** https://hl7.org/fhir/STU3/valueset-encounter-participant-type.html: those who took part and did not see the patient. */
const outsiders: ReadonlyMap<string, string> = new Map([
  ['REF', 'Referrer'],
  ['CALLBCK', 'Contact for questions'],
  ['ESC', 'Escort'],
  ['TRANSLATOR', 'Translator'],
  ['TRANS', 'Translator'],
  ['EMERGENCY', 'Emergency contact'],
])
const readOfParticipant = elements('type', 'individual')
const readOfLocation = elements('location')

/** https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Encounter-1 */
export function readEncounter(reader: Reader, entry: SourceEntry): Encounter {
  const { source, people, datatypes } = reader
  const { coded, codedFact, amount, fact, text } = datatypes
  source.current = entry
  const { resource } = entry
  const facts: Fact[] = []
  fact(facts, 'Length', amount(resource.length))
  for (const reason of objects(resource.reason)) fact(facts, 'Reason', coded(reason)?.text)
  const participants: Encounter['participants'][number][] = []
  for (const type of objects(resource.type).slice(1)) codedFact(facts, 'Type', type)
  for (const place of objects(resource.location)) sayTheRest(reader, facts, place, readOfLocation, 'Place: ')
  for (const participant of objects(resource.participant)) {
    sayTheRest(reader, facts, participant, readOfParticipant, 'Participant: ')
    const party = people.party(participant.individual)
    if (!party) continue
    const roles = objects(participant.type).map((type) => {
      const role = coded(type)
      return (role?.codings[0]?.code ?? role?.text ?? 'PART').toUpperCase()
    })
    for (const role of roles.length === 0 ? ['PART'] : roles) {
      // Who referred the patient or spoke for them was no performer of the encounter.
      const named = outsiders.get(role)
      if (named !== undefined) fact(facts, named, nameOf(party))
      else participants.push({ role, party })
    }
  }
  const provider = people.organisation(resource.serviceProvider)
  const display = provider === undefined ? text(object(resource.serviceProvider)?.display) : undefined
  fact(facts, 'Provider', display)
  const recorder = participants.find((one) => one.role === 'REC') ?? participants[0]
  return {
    ...item(reader, entry, {
      code: coded(objects(resource.type)[0]),
      when: datatypes.period(resource.period) ?? {},
      author: recorder?.party,
      facts,
      read,
    }),
    participants,
    locations: objects(resource.location)
      .map((one) => people.place(one.location))
      .filter((place) => place !== undefined),
    provider,
  }
}
