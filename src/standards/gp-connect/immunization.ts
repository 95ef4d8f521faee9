import type { Fact, Immunization, Party } from '../ccda/record.ts'
import { extension } from './extensions.ts'
import { boolean, type Json, object, objects, rawString } from './json.ts'
import { item, nothing, type Reader } from './item.ts'
import { nameOf } from './people.ts'
import { elements, say, sayTheRest } from './say.ts'
import type { SourceEntry } from './source.ts'

const read = elements(
  'status',
  'notGiven',
  'vaccineCode',
  'date',
  'primarySource',
  'reportOrigin',
  'location',
  'manufacturer',
  'lotNumber',
  'expirationDate',
  'site',
  'route',
  'doseQuantity',
  'practitioner',
  'note',
  'explanation',
  'reaction',
  'vaccinationProtocol',
)
const readOfExplanation = elements('reason', 'reasonNotGiven')
const readOfProtocol = elements('doseSequence', 'seriesDoses', 'series', 'targetDisease', 'description')
const readOfReaction = elements('date', 'detail')

/**
 * https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Immunization-1
 * What was done is the vaccination procedure (an extension); the product is `vaccineCode`, often unknown.
 */
export function readImmunization(reader: Reader, entry: SourceEntry): Immunization {
  const { source, people, datatypes } = reader
  const { text, codedFact, coded, quantity, fact, word } = datatypes
  source.current = entry
  const { resource } = entry
  const procedure = coded(extension(resource, 'VaccinationProcedure')?.valueCodeableConcept)
  const vaccine = coded(resource.vaccineCode)
  const explanation = object(resource.explanation)
  const facts: Fact[] = []
  for (const reason of objects(explanation?.reason)) codedFact(facts, 'Reason', reason)
  const parent = extension(resource, 'ParentPresent')?.valueBoolean
  if (parent !== undefined) fact(facts, 'Parent present', parent === true ? 'Yes' : 'No')
  for (const protocol of objects(resource.vaccinationProtocol)) {
    fact(facts, 'Dose number', rawString(protocol.doseSequence))
    fact(facts, 'Doses in series', rawString(protocol.seriesDoses))
    fact(facts, 'Series', text(protocol.series))
    for (const disease of objects(protocol.targetDisease)) codedFact(facts, 'Against', disease)
    fact(facts, 'Protocol', text(protocol.description))
    // Among the rest is whether the dose counts.
    sayTheRest(reader, facts, protocol, readOfProtocol)
  }
  for (const reaction of objects(resource.reaction)) {
    fact(facts, 'Reaction on', text(reaction.date))
    say(reader, facts, 'Reaction', reaction.detail)
    sayTheRest(reader, facts, reaction, readOfReaction, 'Reaction: ')
  }
  if (explanation) {
    for (const more of objects(explanation.reasonNotGiven).slice(1)) codedFact(facts, 'Not given because', more)
    sayTheRest(reader, facts, explanation, readOfExplanation)
  }
  if (boolean(resource.primarySource) === false) fact(facts, 'Primary source', 'No')
  fact(facts, 'Report origin', coded(resource.reportOrigin)?.text)
  const place = people.place(resource.location)
  fact(facts, 'Place', place?.name)
  const { performer, recorder } = takePart(reader, resource, facts)
  const manufacturer = people.organisation(resource.manufacturer)
  if (manufacturer === undefined) say(reader, facts, 'Manufacturer', resource.manufacturer)
  const dose = object(objects(resource.vaccinationProtocol)[0])
  return {
    ...item(reader, entry, {
      code: procedure ?? vaccine ?? nothing,
      when: { at: text(resource.date) },
      recorded: extension(resource, 'DateRecorded')?.valueDateTime,
      author: recorder ?? performer,
      notes: resource.note,
      facts,
      read,
    }),
    given: !isNotGiven(resource),
    vaccine,
    lot: word(resource.lotNumber),
    manufacturer,
    expires: text(resource.expirationDate),
    site: coded(resource.site),
    route: coded(resource.route),
    dose: quantity(resource.doseQuantity),
    doseNumber: rawString(dose?.doseSequence),
    reasonNotGiven: coded(objects(explanation?.reasonNotGiven)[0]),
    place,
    performer,
  }
}

/** As STU3 says it, and as the versions before and after do. */
function isNotGiven({ notGiven, wasNotGiven, status }: Json): boolean {
  return boolean(notGiven) === true || boolean(wasNotGiven) === true || rawString(status) === 'not-done'
}

/**
 * Who gave it (AP), who wrote it down (EP), who ordered it (OP): one may be several of these. Who has no role that is
 * known is taken for the one who gave it, where nobody else is.
 */
function takePart(
  { people, datatypes }: Reader,
  resource: Json,
  facts: Fact[],
): { performer: Party | undefined; recorder: Party | undefined } {
  const parts = objects(resource.practitioner).map((one) => {
    const roles = objects(object(one.role)?.coding).map((coding) => rawString(coding.code))
    return {
      party: people.party(one.actor),
      gave: roles.includes('AP'),
      entered: roles.includes('EP'),
      ordered: roles.includes('OP'),
    }
  })
  const named = parts.filter((one) => one.party !== undefined)
  const giver = named.find((one) => one.gave) ?? named.find((one) => !one.entered && !one.ordered)
  const writer = named.find((one) => one.entered)
  for (const one of named) {
    if (one.ordered) datatypes.fact(facts, 'Ordered by', one.party && nameOf(one.party))
    else if (one !== giver && one !== writer) datatypes.fact(facts, 'Also by', one.party && nameOf(one.party))
  }
  return { performer: giver?.party, recorder: writer?.party }
}
