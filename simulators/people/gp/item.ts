/** A clinical item of a GP record: what a List points at, what comes with it, and where it belongs. */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import type { Day } from '../dates.ts'

export type Area =
  | 'allergies'
  | 'medication'
  | 'consultations'
  | 'problems'
  | 'immunisations'
  | 'uncategorisedData'
  | 'investigations'
  | 'referrals'
  | 'diaryEntries'
  | 'documents'

export type Item = {
  readonly area: Area
  /** The key in the history. */
  readonly key: string
  readonly day: Day
  readonly consultation?: string
  readonly problem?: string
  /** What Lists refer to. */
  readonly main: Resource
  /** What `main` cannot be understood without. */
  readonly others: readonly Resource[]
  /** Ended allergies live inside their List and nowhere else. */
  readonly ended?: boolean
  /** The heading of the consultation it is written under. */
  readonly heading: 'History' | 'Examination' | 'Plan' | 'Problem'
}
