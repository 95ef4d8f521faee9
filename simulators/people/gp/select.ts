/** Which items of a person a request asks for: the include parameters of $gpc.getstructuredrecord as a pure filter. */
import type { Day } from '../dates.ts'
import type { Consultation, Medication, Problem } from '../person.ts'
import type { Item } from './item.ts'

/** Both ends included; either may be open. */
export type Period = { readonly start?: Day; readonly end?: Day }

/** An area that is absent was not asked for. */
export type Include = {
  readonly allergies?: { readonly includeResolvedAllergies: boolean }
  readonly medication?: { readonly includePrescriptionIssues?: boolean; readonly medicationSearchFromDate?: Day }
  readonly consultations?: { readonly consultationSearchPeriod?: Period; readonly includeNumberOfMostRecent?: number }
  /** Problems that match any of the filters; no filter asks for all. */
  readonly problems?: {
    readonly filters?: readonly {
      readonly filterStatus?: 'active' | 'inactive'
      readonly filterSignificance?: 'major' | 'minor'
    }[]
  }
  readonly immunisations?: { readonly includeNotGiven?: boolean; readonly includeStatus?: boolean }
  readonly uncategorisedData?: { readonly uncategorisedDataSearchPeriod?: Period }
  readonly investigations?: { readonly investigationSearchPeriod?: Period }
  readonly referrals?: { readonly referralSearchPeriod?: Period }
  readonly diaryEntries?: { readonly diaryEntriesSearchDate?: Day }
}

export const everything: Include = {
  allergies: { includeResolvedAllergies: true },
  medication: { includePrescriptionIssues: true },
  consultations: {},
  problems: {},
  immunisations: { includeNotGiven: true, includeStatus: true },
  uncategorisedData: {},
  investigations: {},
  referrals: {},
  diaryEntries: {},
}

export const within = ({ start, end }: Period = {}, day: Day) => (!start || day >= start) && (!end || day <= end)

/** Active ones, and those that ended on the day or later. */
export const medicationWanted = (medication: Medication, from: Day | undefined) =>
  !from || !medication.end || medication.end >= from

export function problemWanted(problem: Problem, filters: NonNullable<Include['problems']>['filters']): boolean {
  if (!filters || filters.length === 0) return true
  const status = problem.ended ? 'inactive' : 'active'
  return filters.some(
    ({ filterStatus, filterSignificance }) =>
      (filterStatus ?? status) === status && (filterSignificance ?? problem.significance) === problem.significance,
  )
}

export function consultationsWanted(
  visits: readonly Consultation[],
  { consultationSearchPeriod, includeNumberOfMostRecent }: NonNullable<Include['consultations']>,
): Consultation[] {
  const chosen = visits.filter(({ day }) => within(consultationSearchPeriod, day)).toReversed()
  return includeNumberOfMostRecent === undefined ? chosen : chosen.slice(0, includeNumberOfMostRecent)
}

/** Newest first, as Lists are "Sorted by Event Date". */
export const byDate = (items: readonly Item[]) => items.toSorted((a, b) => (a.day < b.day ? 1 : a.day > b.day ? -1 : 0))
