import type { PatientMatch } from '../../../standards/ihe/hl7v3/patient-answer.ts'
import type { QueryByParameter } from '../../../standards/ihe/hl7v3/patient-query.ts'

/** What is left of an answer that was given in part. ITI TF-2 3.47.4.3 */
export type WaitingAnswer = {
  readonly query: QueryByParameter
  readonly matches: readonly PatientMatch[]
  /** How many were given so far. */
  readonly given: number
}
export type Continuations = {
  keep(key: string, answer: WaitingAnswer): void
  find(key: string): WaitingAnswer | undefined
  /** False where there was none. */
  drop(key: string): boolean
}
