import type { Said } from '../http.ts'
import { pdsOutcome } from '../outcome.ts'
import type { SimulatedPatient, World } from '../world.ts'
import { soundex } from './soundex.ts'
import { visible } from './visible.ts'

const known = new Set([
  '_fuzzy-match',
  '_exact-match',
  '_history',
  '_max-results',
  'family',
  'given',
  'gender',
  'birthdate',
  'death-date',
  'address-postalcode',
  'address-postcode',
  'general-practitioner',
  'email',
  'phone',
])
const genders = ['male', 'female', 'other', 'unknown']

type Criteria = {
  readonly family: string | undefined
  readonly given: readonly string[]
  readonly gender: string | undefined
  readonly born: readonly { readonly prefix: string; readonly day: string }[]
  readonly postcode: string | undefined
  readonly practice: string | undefined
  readonly fuzzy: boolean
  readonly exact: boolean
}

/** One unique match, or none, or TOO_MANY_MATCHES: all an application-restricted caller gets. */
export function searchPatients(query: URLSearchParams, world: World): Said {
  const criteria = read(query)
  if ('status' in criteria) return criteria
  const matches = [...world.patients.values()]
    .filter((patient) => patient.pdsState !== 'invalidated')
    // Where somebody lives, or is registered, must not be told by a match.
    .filter((patient) => patient.pdsState !== 'restricted' || (!criteria.postcode && !criteria.practice))
    .flatMap((patient) => {
      const score = scoreOf(patient, criteria)
      return score === undefined ? [] : [{ patient: current(patient, world), score }]
    })
  const unique = new Map(matches.map((match) => [match.patient.nhsNumber, match]))
  if (unique.size > 1) return pdsOutcome('TOO_MANY_MATCHES')
  const entry = [...unique.values()].map(({ patient, score }) => ({
    fullUrl: `https://api.service.nhs.uk/personal-demographics/FHIR/R4/Patient/${patient.nhsNumber}`,
    search: { score },
    resource: visible(patient),
  }))
  return {
    status: 200,
    body: { resourceType: 'Bundle', type: 'searchset', total: entry.length, ...(entry.length > 0 && { entry }) },
  }
}

function current(patient: SimulatedPatient, world: World): SimulatedPatient {
  const { pdsState } = patient
  return (typeof pdsState === 'object' && world.patients.get(pdsState.supersededBy)) || patient
}

function read(query: URLSearchParams): Criteria | Said {
  if (query.size === 0) return pdsOutcome('UNSUPPORTED_SERVICE')
  for (const name of query.keys())
    if (!known.has(name))
      return pdsOutcome('ADDITIONAL_PROPERTIES', `Invalid search data provided - unknown parameter '${name}'`)
  const max = query.get('_max-results')
  if (max !== null && !/^([1-9]|[1-4]\d|50)$/.test(max))
    return pdsOutcome('INVALID_VALUE', "Invalid value in field '_max-results'")
  if (max !== null && max !== '1')
    return pdsOutcome('INVALID_VALUE', "Invalid value in field '_max-results': this application may have 1", 403)
  const flag = (name: string) => query.get(name) === 'true'
  for (const name of ['_fuzzy-match', '_exact-match', '_history'])
    if (!['true', 'false', null].includes(query.get(name)))
      return pdsOutcome('INVALID_VALUE', `Invalid value in field '${name}'`)
  const gender = query.get('gender') ?? undefined
  if (gender !== undefined && !genders.includes(gender))
    return pdsOutcome('INVALID_VALUE', "Invalid value in field 'gender'")
  const born = query.getAll('birthdate').map((text) => /^(eq|ge|le)?(\d{4}-\d\d-\d\d)$/.exec(text))
  if (born.includes(null) || born.length > 2) return pdsOutcome('INVALID_VALUE', "Invalid value in field 'birthdate'")
  const criteria: Criteria = {
    family: query.get('family')?.trim() || undefined,
    given: query.getAll('given'),
    gender,
    born: born.map((match) => ({ prefix: match?.[1] ?? 'eq', day: match?.[2] ?? '' })),
    postcode:
      (query.get('address-postalcode') ?? query.get('address-postcode'))?.replaceAll(' ', '').toUpperCase() ||
      undefined,
    practice: query.get('general-practitioner') ?? undefined,
    fuzzy: flag('_fuzzy-match'),
    exact: flag('_exact-match'),
  }
  return lacking(criteria) ?? criteria
}

function lacking(criteria: Criteria): Said | undefined {
  const { family, given, gender, born, postcode, fuzzy } = criteria
  if (born.length === 0)
    return pdsOutcome('MISSING_VALUE', "Missing value - 'birth_date/birth_date_range_start/birth_date_range_end'")
  if (!fuzzy && !family) return pdsOutcome('MISSING_VALUE', "Missing value - 'family'")
  if (fuzzy && !(family && given.length > 0) && !((family || given.length > 0) && gender && postcode))
    return pdsOutcome('INVALID_SEARCH_DATA', 'Invalid combination of search parameters for a fuzzy search')
  for (const text of [family, postcode, ...given].filter((value) => value?.includes('*'))) {
    if (fuzzy) return pdsOutcome('INVALID_SEARCH_DATA', 'Wildcards are not allowed in a fuzzy search')
    if (!/^[^*]{2,}\*$/.test(text ?? ''))
      return pdsOutcome('INVALID_SEARCH_DATA', 'A wildcard needs two characters before it')
  }
  return undefined
}

/** 1 for an exact match, undefined for none. */
function scoreOf(patient: SimulatedPatient, criteria: Criteria): number | undefined {
  const { pds } = patient
  const names = objects(pds['name'])
  const birthDate = String(pds['birthDate'] ?? '')
  const dated = criteria.born.every(
    ({ prefix, day }) =>
      (prefix === 'eq' && birthDate === day) ||
      (prefix === 'ge' && birthDate >= day) ||
      (prefix === 'le' && birthDate <= day),
  )
  if (!dated || (criteria.gender && pds['gender'] !== criteria.gender)) return undefined
  if (
    criteria.postcode &&
    !objects(pds['address']).some(({ postalCode }) =>
      like(String(postalCode ?? '').replaceAll(' ', ''), criteria.postcode ?? ''),
    )
  )
    return undefined
  if (criteria.practice && !JSON.stringify(pds['generalPractitioner'] ?? []).includes(`"${criteria.practice}"`))
    return undefined
  const plain = names.some((name) => nameMatches(name, criteria, like))
  if (plain) return criteria.family?.includes('*') ? 0.95 : 1
  if (criteria.exact || !criteria.fuzzy) return undefined
  return names.some((name) => nameMatches(name, criteria, sounds) || transposed(name, criteria)) ? 0.85 : undefined
}

type Same = (held: string, asked: string) => boolean

function nameMatches(name: Record<string, unknown>, { family, given }: Criteria, same: Same): boolean {
  const held = strings(name['given'])
  return (
    (family === undefined || same(String(name['family'] ?? ''), family)) &&
    given.every((asked) => held.some((one) => same(one, asked)))
  )
}

function transposed(name: Record<string, unknown>, { family, given }: Criteria): boolean {
  const [first] = given
  if (!family || !first) return false
  return like(String(name['family'] ?? ''), first) && strings(name['given']).some((held) => like(held, family))
}

const like: Same = (held, asked) =>
  asked.endsWith('*')
    ? held.toLowerCase().startsWith(asked.slice(0, -1).toLowerCase())
    : held.toLowerCase() === asked.toLowerCase()
const sounds: Same = (held, asked) => soundex(held) === soundex(asked)

const objects = (value: unknown) => (Array.isArray(value) ? (value as Record<string, unknown>[]) : [])
const strings = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
