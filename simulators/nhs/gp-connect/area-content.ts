import type { Resource } from '../../../src/standards/fhir/types.ts'
import type { AreaParameter, RecordRequest } from './parameters.ts'

type Json = Record<string, unknown>
type Parts = ReadonlyMap<string, unknown>
type Content = (resource: Resource) => boolean
const everything: Content = () => true

/** Which resources of an area pass the parts it was asked with. */
export function contentOf(
  area: AreaParameter,
  parts: Parts,
  request: RecordRequest,
  all: readonly Resource[],
): Content {
  return filters[area]?.(parts, request, all) ?? everything
}

const filters: Partial<
  Record<AreaParameter, (parts: Parts, request: RecordRequest, all: readonly Resource[]) => Content | undefined>
> = {
  includeMedication(parts) {
    const from = parts.get('medicationSearchFromDate')
    if (typeof from !== 'string') return undefined
    return (resource) => {
      const end = dig(resource, 'effectivePeriod', 'end')
      return end === undefined || end >= from || resource['status'] === 'active'
    }
  },
  includeConsultations(parts, _request, all) {
    const most = parts.get('includeNumberOfMostRecent')
    if (typeof most !== 'number') return within(parts.get('consultationSearchPeriod'), ['period', 'start'])
    const recent = all
      .filter(({ resourceType }) => resourceType === 'Encounter')
      .toSorted((a, b) => (dig(b, 'period', 'start') ?? '').localeCompare(dig(a, 'period', 'start') ?? ''))
      .slice(0, most)
    return (resource) => recent.includes(resource)
  },
  includeProblems(_parts, { problemFilters }) {
    if (problemFilters.length === 0) return undefined
    return (resource) =>
      problemFilters.some(
        ({ status, significance }) =>
          (status === undefined || (resource['clinicalStatus'] === 'active') === (status === 'active')) &&
          (significance === undefined || significanceOf(resource) === significance),
      )
  },
  includeImmunisations: (parts) =>
    parts.get('includeNotGiven') === true ? undefined : (resource) => resource['notGiven'] !== true,
  includeUncategorisedData: (parts) =>
    within(parts.get('uncategorisedDataSearchPeriod'), ['effectiveDateTime'], ['effectivePeriod', 'start'], ['issued']),
  includeInvestigations: (parts) => within(parts.get('investigationSearchPeriod'), ['issued']),
  includeReferrals: (parts) => within(parts.get('referralSearchPeriod'), ['authoredOn']),
  includeDiaryEntries(parts) {
    const until = parts.get('diaryEntriesSearchDate')
    if (typeof until !== 'string') return undefined
    return (resource) =>
      (dig(resource, 'occurrenceDateTime') ?? dig(resource, 'occurrencePeriod', 'start') ?? '') <= `${until}~`
  },
}

/** By the first of these elements that is there; what has no date is not left out. */
function within(period: unknown, ...paths: string[][]): Content | undefined {
  if (typeof period !== 'object' || period === null) return undefined
  const { start, end } = period as { start?: string; end?: string }
  return (resource) => {
    const date = paths.map((path) => dig(resource, ...path)).find((value) => value !== undefined)
    if (date === undefined) return true
    return (start === undefined || date >= start) && (end === undefined || date.slice(0, 10) <= end)
  }
}

function significanceOf(condition: Resource): string | undefined {
  const extensions = (condition['extension'] ?? []) as Json[]
  return extensions.find(({ url }) => String(url).includes('ProblemSignificance'))?.['valueCode'] as string | undefined
}

function dig(value: unknown, ...path: string[]): string | undefined {
  let inner = value
  for (const element of path) inner = (inner as Json | undefined)?.[element]
  return typeof inner === 'string' ? inner : undefined
}
