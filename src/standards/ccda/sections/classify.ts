import { socialTopic } from '../codes/social-history.ts'
import { ucumUnit } from '../codes/units.ts'
import { type VitalSign, vitalSign } from '../codes/vital-signs.ts'
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

type Groups = ReadonlyMap<ObservationPlace, readonly Observation[]>
const places = new WeakMap<HealthRecord, Groups>()

/**
 * The observations of a record that have their place there, in its order. Each has one place. GP systems put nearly everything
 * that is no allergy, medicine or problem into observations.
 */
export function observationsIn(place: ObservationPlace, record: HealthRecord): readonly Observation[] {
  let known = places.get(record)
  if (!known) places.set(record, (known = grouped(record)))
  return known.get(place) ?? []
}

function grouped(record: HealthRecord): Groups {
  const moved = classify(record)
  const groups = new Map<ObservationPlace, Observation[]>()
  record.observations.forEach((observation, at) => {
    const place = moved[at] ?? 'other'
    const group = groups.get(place)
    if (group) group.push(observation)
    else groups.set(place, [observation])
  })
  return groups
}

/** The place of each observation, in their order. */
function classify({ observations, reports, consultations }: HealthRecord): ObservationPlace[] {
  const reported = new Set<string>()
  for (const report of reports) for (const result of report.results) reported.add(result.key)
  const index: Index = {
    position: onDemand(() => new Map(observations.map((one, at) => [one.key, at]))),
    member: (key) => {
      const at = index.position().get(key)
      return at === undefined ? undefined : observations[at]
    },
  }
  const comments: number[] = []
  const found = observations.map((one, at): ObservationPlace => {
    if (reported.has(one.key)) return 'results'
    const place = placeOf(one, index)
    if (place === 'other' && isComment(one)) comments.push(at)
    return place
  })
  if (comments.length > 0) {
    const keys = new Set<string>()
    for (const at of comments) keys.add((observations[at] as Observation).key)
    const told = new Set<string>()
    for (const consultation of consultations) collect(consultation.parts, keys, told)
    for (const at of comments) if (told.has((observations[at] as Observation).key)) found[at] = 'notes'
  }
  // What stands under a heading stays with it.
  observations.forEach((observation, at) => {
    if (found[at] === 'results')
      for (const key of observation.members) {
        const member = index.position().get(key)
        if (member !== undefined && found[member] === 'other') found[member] = 'results'
      }
  })
  return found
}

/** What few observations have to be looked up in. */
type Index = {
  position(): ReadonlyMap<string, number>
  member(key: string): Observation | undefined
}

function onDemand<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

function collect(parts: readonly ConsultationPart[], wanted: ReadonlySet<string>, into: Set<string>): void {
  for (const part of parts) {
    if (part.kind === 'item' && wanted.has(part.key)) into.add(part.key)
    else if (part.kind === 'heading') collect(part.parts, wanted, into)
  }
}

/** Whether notes tell it is another question. */
function placeOf(observation: Observation, { member }: Index): ObservationPlace {
  if (observation.about === 'immunisations') return 'immunizations'
  // A template that says "completed" is not for what was never so.
  if (observation.status === 'entered-in-error' || observation.status === 'cancelled') return 'other'
  if (isVital(observation)) return 'vital-signs'
  if (isHeading(observation)) {
    const members = observation.members.map(member).filter((one) => one !== undefined)
    if (members.length > 0 && members.every(isValidVital)) return 'vital-signs'
  }
  if (
    observation.facts.some((fact) => fact.label === 'Category' && /laboratory|pathology|radiology/i.test(fact.text)) ||
    observation.specimen
  )
    return 'results'
  if (observation.members.length > 0 && observation.members.every((key) => member(key)?.specimen !== undefined))
    return 'results'
  if (socialTopic(observation.code)) return 'social-history'
  if (isFamilyHistory(observation)) return 'family-history'
  if (isProcedure(observation)) return 'procedures'
  return 'other'
}

/** A number with a unit C-CDA knows, or parts that are all such. */
export function isVital(observation: Observation): boolean {
  if (observation.components.length > 0)
    return (
      observation.value === undefined &&
      observation.components.every(({ code, value }) => isVitalValue(vitalSign(code), value))
    )
  return isVitalValue(vitalSign(observation.code), observation.value)
}
function isValidVital(observation: Observation): boolean {
  return observation.status !== 'entered-in-error' && observation.status !== 'cancelled' && isVital(observation)
}

function isVitalValue(sign: VitalSign | undefined, value: Observation['value']): boolean {
  if (
    sign === undefined ||
    value?.kind !== 'quantity' ||
    value.approximate ||
    value.quantity.comparator !== undefined ||
    value.quantity.value === undefined ||
    !/^-?\d+(?:\.\d+)?$/.test(value.quantity.value) ||
    value.quantity.unit === undefined
  )
    return false
  const unit = ucumUnit(value.quantity)
  return unit !== undefined && (sign.loinc === undefined || sign.loinc.units.includes(unit))
}

export function isHeading(observation: Observation): boolean {
  return observation.value === undefined && observation.components.length === 0 && observation.members.length > 0
}

/** SNOMED CT's family history terms begin with their context; so do their counterparts in Read. */
function isFamilyHistory({ code }: Observation): boolean {
  return (
    beginsAsFamilyHistory(code.text) ||
    code.codings.some((coding) => coding.display !== undefined && beginsAsFamilyHistory(coding.display))
  )
}
/** Few terms begin with its letters: most need no regular expression. */
function beginsAsFamilyHistory(term: string): boolean {
  const first = term.charCodeAt(0) | 0x20
  return (first === 0x66 || first === 0x6e) && familyHistory.test(term)
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
      ({ display }) =>
        display !== undefined && (display.endsWith('(procedure)') || display.endsWith('(regime/therapy)')),
    )
  )
}

/** SNOMED CT 37331000000100 |Comment note|. */
export function isComment({ code, value, components }: Observation): boolean {
  if (value !== undefined || components.length > 0) return false
  for (const coding of code.codings) if (coding.code === '37331000000100') return true
  return false
}
