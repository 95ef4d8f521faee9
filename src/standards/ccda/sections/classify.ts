import { socialTopic } from '../codes/social-history.ts'
import { ucumUnit } from '../codes/units.ts'
import { vitalSign } from '../codes/vital-signs.ts'
import type { ConsultationPart, HealthRecord, Observation } from '../record.ts'

/** Where an observation is told in full; everywhere else it is only mentioned. */
export type ObservationPlace =
  | 'results'
  | 'vital-signs'
  | 'social-history'
  | 'family-history'
  | 'immunizations'
  | 'procedures'
  | 'notes'
  | 'other'

const places = new WeakMap<HealthRecord, ReadonlyMap<ObservationPlace, readonly Observation[]>>()

/**
 * The observations of a record that have their place there, in its order. Each has one place. GP systems put nearly everything
 * that is no allergy, medicine or problem into observations.
 */
export function observationsIn(place: ObservationPlace, record: HealthRecord): readonly Observation[] {
  let known = places.get(record)
  if (!known) places.set(record, (known = grouped(record.observations, classify(record))))
  return known.get(place) ?? []
}

function grouped(
  observations: readonly Observation[],
  found: ReadonlyMap<string, ObservationPlace>,
): Map<ObservationPlace, Observation[]> {
  const groups = new Map<ObservationPlace, Observation[]>()
  for (const observation of observations) {
    const place = found.get(observation.key) ?? 'other'
    const group = groups.get(place)
    if (group) group.push(observation)
    else groups.set(place, [observation])
  }
  return groups
}

function classify(record: HealthRecord): Map<string, ObservationPlace> {
  const found = new Map<string, ObservationPlace>()
  const byKey = new Map(record.observations.map((one) => [one.key, one]))
  for (const report of record.reports) for (const result of report.results) found.set(result.key, 'results')
  const inNotes = new Set<string>()
  for (const consultation of record.consultations) collect(consultation.parts, inNotes)
  for (const observation of record.observations) {
    if (found.has(observation.key)) continue
    found.set(observation.key, placeOf(observation, byKey, inNotes))
  }
  // What stands under a heading stays with it.
  for (const observation of record.observations) {
    const place = found.get(observation.key)
    if (place === 'results')
      for (const member of observation.members)
        if (!found.has(member) || found.get(member) === 'other') found.set(member, 'results')
  }
  return found
}

function collect(parts: readonly ConsultationPart[], into: Set<string>): void {
  for (const part of parts) {
    if (part.kind === 'item') into.add(part.key)
    else if (part.kind === 'heading') collect(part.parts, into)
  }
}

function placeOf(
  observation: Observation,
  byKey: ReadonlyMap<string, Observation>,
  inNotes: ReadonlySet<string>,
): ObservationPlace {
  if (observation.about === 'immunisations') return 'immunizations'
  // A template that says "completed" is not for what was never so.
  if (observation.status === 'entered-in-error' || observation.status === 'cancelled') return 'other'
  if (isVital(observation)) return 'vital-signs'
  if (isHeading(observation)) {
    const members = observation.members.map((key) => byKey.get(key)).filter((one) => one !== undefined)
    if (members.length > 0 && members.every(isValidVital)) return 'vital-signs'
  }
  if (
    observation.facts.some((fact) => fact.label === 'Category' && /laboratory|pathology|radiology/i.test(fact.text)) ||
    observation.specimen
  )
    return 'results'
  if (observation.members.length > 0 && observation.members.every((key) => byKey.get(key)?.specimen !== undefined))
    return 'results'
  if (socialTopic(observation.code)) return 'social-history'
  if (isFamilyHistory(observation)) return 'family-history'
  if (isProcedure(observation)) return 'procedures'
  if (inNotes.has(observation.key) && isComment(observation)) return 'notes'
  return 'other'
}

/** A number with a unit C-CDA knows, or parts that are all such. */
export function isVital(observation: Observation): boolean {
  if (observation.components.length > 0)
    return (
      observation.value === undefined &&
      observation.components.every(
        (component) => vitalSign(component.code) !== undefined && isMeasured(component.value),
      )
    )
  return vitalSign(observation.code) !== undefined && isMeasured(observation.value)
}
function isValidVital(observation: Observation): boolean {
  return observation.status !== 'entered-in-error' && observation.status !== 'cancelled' && isVital(observation)
}

function isMeasured(value: Observation['value']): boolean {
  return (
    value?.kind === 'quantity' &&
    !value.approximate &&
    value.quantity.comparator === undefined &&
    value.quantity.value !== undefined &&
    /^-?\d+(?:\.\d+)?$/.test(value.quantity.value) &&
    value.quantity.unit !== undefined &&
    ucumUnit(value.quantity) !== undefined
  )
}

export function isHeading(observation: Observation): boolean {
  return observation.value === undefined && observation.components.length === 0 && observation.members.length > 0
}

/** SNOMED CT's family history terms begin with their context; so do their counterparts in Read. */
function isFamilyHistory({ code }: Observation): boolean {
  return (
    familyHistory.test(code.text) ||
    code.codings.some((coding) => coding.display !== undefined && familyHistory.test(coding.display))
  )
}
const familyHistory = /^(?:FH\s*[:-]|No FH|FH of|Family history|No family history|No known family history)/i

/** Only where the term itself says so: without a terminology server nothing else tells a procedure from a finding. */
function isProcedure({ code, value, absent, components, interpretation, ranges }: Observation): boolean {
  return (
    value === undefined &&
    // Why there is no answer, or part of one: that is no procedure that was done.
    absent === undefined &&
    interpretation === undefined &&
    components.length === 0 &&
    ranges.length === 0 &&
    code.codings.some(
      (coding) => coding.display !== undefined && /\((?:procedure|regime\/therapy)\)$/.test(coding.display),
    )
  )
}

/** SNOMED CT 37331000000100 |Comment note|. */
export function isComment({ code, value, components }: Observation): boolean {
  return (
    value === undefined && components.length === 0 && code.codings.some((coding) => coding.code === '37331000000100')
  )
}
