import { lookup } from '../../../standards/lookup.ts'
import type { EntityName, InstanceIdentifier } from '../../../standards/ihe/hl7v3/data-types.ts'
import type { QueryByParameter } from '../../../standards/ihe/hl7v3/patient-query.ts'
import { nhsNumberOid, parseNhsNumber } from '../../../standards/nhs/nhs-number.ts'
import type { PatientQuery, SearchDemographics } from '../sources/port.ts'
import { datesOfTs } from '../times.ts'

/** What to ask the sources for, once the EHR's own identifiers are looked up. */
export type Question =
  | { readonly ask: readonly PatientQuery[] }
  /** Identifiers that no one patient has together, or one that nobody has: the answer is known without asking. */
  | { readonly nobody: true }
  | { readonly invalidNumber: true }
  | { readonly nothingAsked: true }

/** More spellings of a name than this are not asked for: each is a request to PDS. */
const maxNames = 5

/**
 * `numberOf` says which NHS number an EHR's identifier stands for, where that is known. Identifiers are AND, their
 * values OR, names OR: ITI TF-2 Table 3.47.4.1.2-2.
 */
export function questionOf(
  query: QueryByParameter,
  numberOf: (id: InstanceIdentifier) => string | undefined,
): Question {
  const demographics = demographicsOf(query)
  const named = query.names.slice(0, maxNames)
  let numbers: Set<string> | undefined
  let unknown = false
  for (const alternatives of query.ids) {
    const meant = alternatives.flatMap((id) => (id.root === nhsNumberOid ? [id.extension ?? ''] : (numberOf(id) ?? [])))
    const valid = meant.map(parseNhsNumber).filter((one) => one !== undefined)
    if (valid.length < meant.length) return { invalidNumber: true }
    // An identifier of the EHR's that we have not met yet says nothing against the patient.
    if (valid.length === 0) unknown = true
    else numbers = numbers ? numbers.intersection(new Set(valid)) : new Set(valid)
  }
  if (numbers?.size === 0) return { nobody: true }
  if (numbers) {
    const beside = { ...(named[0] && nameOf(named[0])), ...demographics }
    return {
      ask: [...numbers].map((nhsNumber) => ({
        by: 'nhs-number',
        nhsNumber,
        ...(Object.keys(beside).length > 0 && { demographics: beside }),
      })),
    }
  }
  if (named.length === 0 && Object.keys(demographics).length === 0)
    return unknown ? { nobody: true } : { nothingAsked: true }
  const asked = named.length ? named.map((name) => ({ ...nameOf(name), ...demographics })) : [demographics]
  const fuzzy = named.some((name) => name.search)
  return { ask: asked.map((one) => ({ by: 'demographics', demographics: one, ...(fuzzy && { fuzzy }) })) }
}

function nameOf({ parts }: EntityName): Partial<SearchDemographics> {
  const of = (wanted: string) => parts.filter(([part]) => part === wanted).map(([, text]) => text)
  const family = of('family').join(' ')
  const given = of('given')
  return { ...(family && { family }), ...(given.length && { given }) }
}

const genders: Record<string, SearchDemographics['gender']> = lookup({
  M: 'male',
  F: 'female',
  UN: 'other',
  UNK: 'unknown',
})

function demographicsOf(query: QueryByParameter): Partial<SearchDemographics> {
  const gender = genders[query.gender ?? '']
  const postcode = query.addresses.flat().find(([part]) => part === 'postalCode')?.[1]
  const birthDate = query.birthTime && birthDateOf(query.birthTime)
  return { ...(gender && { gender }), ...(birthDate && { birthDate }), ...(postcode && { postcode }) }
}

function birthDateOf(time: NonNullable<QueryByParameter['birthTime']>): SearchDemographics['birthDate'] {
  if ('value' in time) {
    const dates = datesOfTs(time.value)
    return dates && (dates.from === dates.to ? dates.from : dates)
  }
  const from = time.low === undefined ? undefined : datesOfTs(time.low)?.from
  const to = time.high === undefined ? undefined : datesOfTs(time.high)?.to
  return from || to ? { ...(from && { from }), ...(to && { to }) } : undefined
}
