import { nhsNumberSystem, parseNhsNumber } from '../../../src/standards/nhs/nhs-number.ts'
import type { ProviderOutcomeCode } from '../outcome.ts'

export type RecordRequest = {
  readonly nhsNumber: string
  readonly areas: ReadonlyMap<AreaParameter, ReadonlyMap<string, unknown>>
  /** Repeating groups of filterStatus and filterSignificance. */
  readonly problemFilters: readonly { status?: string; significance?: string }[]
  /** What is answered with a warning. */
  readonly unrecognised: readonly string[]
}
export type Wrong = { readonly code: ProviderOutcomeCode; readonly why: string }
type Json = Record<string, unknown>

type PartCheck = (part: Json, today: string) => string | undefined

const day = /^\d{4}-\d\d-\d\d$/
const isDay = (value: unknown): value is string =>
  typeof value === 'string' &&
  day.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString().startsWith(value)
const yesOrNo: PartCheck = ({ valueBoolean }) => (typeof valueBoolean === 'boolean' ? undefined : 'is not a boolean')
const pastDay: PartCheck = ({ valueDate }, today) =>
  !isDay(valueDate) ? 'is not a whole date' : valueDate > today ? 'is in the future' : undefined
const comingDay: PartCheck = ({ valueDate }, today) =>
  !isDay(valueDate) ? 'is not a whole date' : valueDate < today ? 'is in the past' : undefined
const period: PartCheck = ({ valuePeriod }, today) => {
  if (typeof valuePeriod !== 'object' || valuePeriod === null) return 'is not a period'
  const { start, end } = valuePeriod as Json
  if (start === undefined && end === undefined) return 'has neither start nor end'
  for (const date of [start, end]) if (date !== undefined && !isDay(date)) return 'does not hold whole dates'
  if (typeof start === 'string' && start > today) return 'begins in the future'
  if (typeof start === 'string' && typeof end === 'string' && end < start) return 'ends before it begins'
  return undefined
}
const code =
  (...allowed: string[]): PartCheck =>
  ({ valueCode }) =>
    allowed.includes(String(valueCode)) ? undefined : `is none of ${allowed.join(', ')}`
const count: PartCheck = ({ valuePositiveInt }) =>
  Number.isInteger(valuePositiveInt) && Number(valuePositiveInt) > 0 ? undefined : 'is not a positive whole number'

/** https://developer.nhs.uk/apis/gpconnect-1-5-1/accessrecord_structured_development_retrieve_patient_record.html */
const known = {
  includeAllergies: { includeResolvedAllergies: yesOrNo },
  includeMedication: { includePrescriptionIssues: yesOrNo, medicationSearchFromDate: pastDay },
  includeConsultations: { consultationSearchPeriod: period, includeNumberOfMostRecent: count },
  includeProblems: { filterStatus: code('active', 'inactive'), filterSignificance: code('major', 'minor') },
  includeImmunisations: { includeNotGiven: yesOrNo, includeStatus: yesOrNo },
  includeUncategorisedData: { uncategorisedDataSearchPeriod: period },
  includeInvestigations: { investigationSearchPeriod: period },
  includeReferrals: { referralSearchPeriod: period },
  includeDiaryEntries: { diaryEntriesSearchDate: comingDay },
} as const satisfies Record<string, Record<string, PartCheck>>
export type AreaParameter = keyof typeof known

/** Parts that may not stand beside consultations or problems, which bring what is linked to them whatever its date. */
const narrowing = new Set([
  'medicationSearchFromDate',
  'uncategorisedDataSearchPeriod',
  'investigationSearchPeriod',
  'referralSearchPeriod',
  'diaryEntriesSearchDate',
])

/** What is asked for, or what is wrong with the asking. */
export function readParameters(body: unknown, today: string): RecordRequest | Wrong {
  if (typeof body !== 'object' || body === null) return { code: 'BAD_REQUEST', why: 'The body is not JSON' }
  const { resourceType, parameter } = body as Json
  if (resourceType !== 'Parameters' || !Array.isArray(parameter))
    return { code: 'INVALID_RESOURCE', why: 'The body is no Parameters' }
  const parameters = parameter as Json[]
  const nhsNumber = readNhsNumber(parameters)
  if (typeof nhsNumber !== 'string') return nhsNumber

  const areas = new Map<AreaParameter, Map<string, unknown>>()
  const problemFilters: { status?: string; significance?: string }[] = []
  const unrecognised: string[] = []
  for (const { name, part } of parameters) {
    if (name === 'patientNHSNumber') continue
    if (typeof name !== 'string' || !Object.hasOwn(known, name)) {
      unrecognised.push(String(name))
      continue
    }
    const area = name as AreaParameter
    if (areas.has(area) && area !== 'includeProblems') return invalid(`${area} occurs more than once`)
    const parts = (Array.isArray(part) ? part : []) as Json[]
    const read = readParts(area, parts, today, unrecognised)
    if (!(read instanceof Map)) return read
    if (area === 'includeProblems' && read.size > 0)
      problemFilters.push({
        ...(read.has('filterStatus') && { status: String(read.get('filterStatus')) }),
        ...(read.has('filterSignificance') && { significance: String(read.get('filterSignificance')) }),
      })
    areas.set(area, read)
  }
  return checkTogether(areas) ?? { nhsNumber, areas, problemFilters, unrecognised }
}

function readNhsNumber(parameters: readonly Json[]): string | Wrong {
  const given = parameters.filter(({ name }) => name === 'patientNHSNumber')
  if (given.length !== 1) return invalid('There is not one patientNHSNumber')
  const { system, value } = (given[0]?.['valueIdentifier'] ?? {}) as Json
  if (system !== nhsNumberSystem)
    return { code: 'INVALID_IDENTIFIER_SYSTEM', why: 'patientNHSNumber has another system' }
  const number = typeof value === 'string' && /^\d{10}$/.test(value) ? parseNhsNumber(value) : undefined
  return number ?? { code: 'INVALID_NHS_NUMBER', why: 'patientNHSNumber is no NHS number' }
}

function readParts(
  area: AreaParameter,
  parts: readonly Json[],
  today: string,
  unrecognised: string[],
): Map<string, unknown> | Wrong {
  const checks: Record<string, PartCheck> = known[area]
  const read = new Map<string, unknown>()
  for (const part of parts) {
    const name = String(part['name'])
    const check = checks[name]
    if (!check) {
      unrecognised.push(`${area}, ${name}`)
      continue
    }
    if (read.has(name)) return invalid(`${name} occurs more than once`)
    const why = check(part, today)
    if (why) return invalid(`${name} ${why}`)
    read.set(name, Object.entries(part).find(([element]) => element.startsWith('value'))?.[1])
  }
  if (area === 'includeAllergies' && !read.has('includeResolvedAllergies'))
    return invalid('Miss parameter part : includeResolvedAllergies')
  return read
}

function checkTogether(areas: ReadonlyMap<AreaParameter, ReadonlyMap<string, unknown>>): Wrong | undefined {
  const consultations = areas.get('includeConsultations')
  if (consultations && consultations.size > 1)
    return { code: 'INVALID_RESOURCE', why: 'consultationSearchPeriod and includeNumberOfMostRecent stand together' }
  if (!consultations && !areas.has('includeProblems')) return undefined
  for (const parts of areas.values())
    for (const part of parts.keys())
      if (narrowing.has(part)) return invalid(`${part} stands beside consultations or problems`)
  return undefined
}

const invalid = (why: string): Wrong => ({ code: 'INVALID_PARAMETER', why })
