import { nhsNumberSystem } from '../../../standards/nhs/nhs-number.ts'
import type { Demographics, PersonName, SearchDemographics } from './port.ts'
import { type Json, objects, text, texts } from './upstream.ts'

/** In what the one who was asked about differs from the one who was found: names of elements, never values. */
export function differsFrom(asked: Partial<SearchDemographics>, found: Demographics): string[] {
  const names = [found.name, ...found.otherNames]
  const [first] = asked.given ?? []
  return [
    asked.family !== undefined && !names.some(({ family }) => alike(family, asked.family)) && 'family',
    first !== undefined && !names.some(({ given }) => given.some((one) => alike(one, first))) && 'given',
    !sameGender(asked.gender, found.gender) && 'gender',
    !isBorn(asked.birthDate, found.birthDate) && 'birthDate',
  ].filter((element) => element !== false)
}

/**
 * The Patient of a GP record against the patient PDS knows: the number and the birth date must agree, and the name as
 * far as a name can: somebody who married is known by the old one at the practice for a while, but not by another given
 * name and gender too. https://developer.nhs.uk/apis/gpconnect-1-5-1/accessrecord_structured_development_retrieve_patient_record.html
 */
export function recordDiffersFrom(expected: Demographics, patient: Json): string[] {
  const number = objects(patient['identifier']).find(({ system }) => system === nhsNumberSystem)
  const nhsNumber = text(number?.['value'])?.replaceAll(' ', '')
  const names = objects(patient['name'])
  const known = [expected.name, ...expected.otherNames]
  const family = names.some((name) => known.some((one) => alike(one.family, text(name['family']))))
  const given = names.some((name) => texts(name['given']).some((one) => isFirstGiven(known, one)))
  const gender = text(patient['gender']) === expected.gender
  return [
    nhsNumber !== expected.nhsNumber && 'identifier',
    !isBorn(text(patient['birthDate']), expected.birthDate) && 'birthDate',
    !family && !(given && gender) && 'name',
  ].filter((element) => element !== false)
}

const isFirstGiven = (known: readonly PersonName[], given: string) =>
  known.some((name) => name.given.some((one) => alike(one, given)))

const sameGender = (asked: string | undefined, held: string | undefined) =>
  !asked || !held || asked === held || asked === 'unknown' || held === 'unknown'

/** A year or a month is all that is known of some birth dates. */
function isBorn(asked: SearchDemographics['birthDate'], held: string | undefined): boolean {
  if (asked === undefined || held === undefined) return true
  if (typeof asked === 'string') return held.startsWith(asked) || asked.startsWith(held)
  return (
    (asked.from === undefined || held >= asked.from.slice(0, held.length)) &&
    (asked.to === undefined || held <= asked.to)
  )
}

/** By letters alone: capitals, accents, hyphens and apostrophes are written differently everywhere. */
function alike(held: string | undefined, asked: string | undefined): boolean {
  const [one, other] = [lettersOf(held ?? ''), lettersOf((asked ?? '').replace(/\*$/, ''))]
  return asked?.endsWith('*') ? one.startsWith(other) : one === other
}
const lettersOf = (name: string) =>
  name
    .normalize('NFD')
    .replaceAll(/[^\p{Letter}]/gu, '')
    .toLowerCase()
