import type { Allergy, Coded, Fact } from '../ccda/record.ts'
import { extension } from './extensions.ts'
import { array, objects, rawString } from './json.ts'
import { nameOf } from './people.ts'
import { item, mistakenStatus, type Reader, whenOf } from './item.ts'
import { areaOfList } from './lists.ts'
import { elements, sayTheRest } from './say.ts'
import type { SourceEntry } from './source.ts'

const read = elements(
  'clinicalStatus',
  'verificationStatus',
  'type',
  'category',
  'criticality',
  'code',
  'onsetDateTime',
  'onsetPeriod',
  'onsetString',
  'assertedDate',
  'recorder',
  'asserter',
  'lastOccurrence',
  'note',
  'reaction',
)
const readOfReaction = elements(
  'substance',
  'manifestation',
  'description',
  'onset',
  'severity',
  'exposureRoute',
  'note',
)

/**
 * https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-AllergyIntolerance-1
 * Ended ones come only as resources contained in a list. `verificationStatus` is always `unconfirmed` and says nothing.
 */
export function readAllergy(reader: Reader, entry: SourceEntry): Allergy {
  const { source, people, datatypes } = reader
  const { text, coded, notes, fact } = datatypes
  source.current = entry
  const { resource } = entry
  const ending = extension(resource, 'AllergyIntoleranceEnd')
  const end = text(extension(ending, 'endDate')?.valueDateTime)
  const endReason = text(extension(ending, 'reasonEnded')?.valueString)
  const clinicalStatus = rawString(resource.clinicalStatus)
  const code = coded(resource.code)
  // A time in which it began, not one in which it began and ended.
  const { at, start, end: latest } = whenOf(reader, entry, 'onset')
  const facts: Fact[] = []
  fact(facts, 'Began by', latest)
  fact(facts, 'Last occurrence', text(resource.lastOccurrence))
  fact(facts, 'Onset', text(resource.onsetString))
  const mistaken = mistakenStatus(resource.verificationStatus)
  const asserter = people.party(resource.asserter)
  const recorder = people.party(resource.recorder)
  if (asserter && (asserter.name === 'The patient' || (recorder && asserter !== recorder)))
    fact(facts, 'Asserted by', nameOf(asserter))
  for (const reaction of objects(resource.reaction)) sayTheRest(reader, facts, reaction, readOfReaction, 'Reaction: ')
  const base = item(reader, entry, {
    code,
    when: at === undefined ? { start } : { at },
    recorded: resource.assertedDate,
    author: recorder ?? asserter,
    notes: resource.note,
    facts,
    mistaken,
    read,
  })
  return {
    ...base,
    status: clinicalStatus ?? base.status,
    ended:
      mistaken !== undefined ||
      isContainedAsEnded(entry) ||
      ending !== undefined ||
      (clinicalStatus !== undefined && clinicalStatus !== 'active'),
    noneKnown: code !== undefined && saysNone(code),
    categories: array(resource.category)
      .map(text)
      .filter((one) => one !== undefined),
    reactions: objects(resource.reaction).map((reaction) => ({
      manifestations: objects(reaction.manifestation)
        .map((one) => coded(one))
        .filter((one) => one !== undefined),
      notes: notes(reaction.note),
      severity: text(reaction.severity),
      description: text(reaction.description),
      substance: coded(reaction.substance),
      onset: text(reaction.onset),
      route: coded(reaction.exposureRoute),
    })),
    end,
    endReason,
    type: text(resource.type),
    criticality: text(resource.criticality),
  }
}

/** Ended allergies are contained in their list; one contained in the list of those that are not is as its status says. */
function isContainedAsEnded({ owner }: SourceEntry): boolean {
  return owner?.type === 'List' && areaOfList(owner) !== 'allergies'
}

/** By its code; by its words, and nothing but these words, where the code is another system's (Read 1151.) or missing. */
function saysNone({ codings, text }: Coded): boolean {
  return codings.some(({ code }) => code !== undefined && noneKnown.has(code)) || noneInWords.test(text.trim())
}
const noneInWords = /^(?:no known (?:drug |food )?allerg(?:y|ies)|nkd?a)\.?$/i

/** SNOMED CT 716186003 |No known allergy| and its descendants. */
const noneKnown = new Set([
  '716186003',
  '409137002',
  '428607008',
  '429625007',
  '428197003',
  '716184000',
  '716220001',
  '1003774007',
])
