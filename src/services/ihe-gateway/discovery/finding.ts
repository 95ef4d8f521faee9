import type { InstanceIdentifier } from '../../../standards/ihe/hl7v3/data-types.ts'
import type { AcknowledgementDetail, PatientMatch } from '../../../standards/ihe/hl7v3/patient-answer.ts'
import type { CurrentPatientAnswer, Demographics, PatientAnswer } from '../sources/port.ts'
import { matchOf } from './match.ts'

/** What came of looking for a patient, apart from how ITI-47 and ITI-55 say it. */
export type Finding = {
  readonly word: string
  readonly matches: readonly PatientMatch[]
  /** Told beside what was found, or as the error. */
  readonly details: readonly AcknowledgementDetail[]
  /** Absent: the sources looked, and what is in `matches` is all there is. */
  readonly trouble?: 'busy' | 'no-answer' | 'ask-better'
  readonly wanted?: readonly string[]
}

/** `otherIdsOf` gives the EHR's own identifiers for a number. */
export function findingOf(
  answer: PatientAnswer,
  otherIdsOf: (nhsNumber: string) => readonly InstanceIdentifier[],
): Finding {
  if (answer.outcome !== 'superseded') return currentFinding(answer, otherIdsOf)
  const current = currentFinding(answer.current, otherIdsOf)
  const told = warning(`NHS number ${answer.asked} has been superseded by ${answer.nhsNumber}`)
  return { ...current, word: `superseded, ${current.word}`, details: [told, ...current.details] }
}

type Of<Outcome extends CurrentPatientAnswer['outcome']> = Extract<CurrentPatientAnswer, { outcome: Outcome }>
type OtherIds = (nhsNumber: string) => readonly InstanceIdentifier[]

function currentFinding(answer: CurrentPatientAnswer, otherIdsOf: OtherIds): Finding {
  const find = findings[answer.outcome] as (answer: CurrentPatientAnswer, otherIdsOf: OtherIds) => Finding
  return { ...find(answer, otherIdsOf) }
}

const known = (
  word: string,
  demographics: Demographics,
  practice: string | undefined,
  otherIdsOf: OtherIds,
  text: string,
): Finding => ({
  word,
  matches: [matchOf(demographics, practice, otherIdsOf(demographics.nhsNumber))],
  details: [warning(text)],
})
const refused = (word: string, text: string, code?: string, location?: string): Finding => ({
  word,
  matches: [],
  details: [{ type: 'E', text, ...(code && { code }), ...(location && { location }) }],
  trouble: 'no-answer',
})

const idLocation = '/PRPA_IN201305UV02/controlActProcess/queryByParameter/parameterList/livingSubjectId/value'

/** Every outcome of the sources is told as itself. A patient who is known is found, also where their record cannot be had. */
const findings: {
  [Outcome in CurrentPatientAnswer['outcome']]: (answer: Of<Outcome>, otherIdsOf: OtherIds) => Finding
} = {
  found: ({ patient, score }, otherIdsOf) => ({
    word: 'found',
    matches: [matchOf(patient.demographics, patient.practice, otherIdsOf(patient.demographics.nhsNumber), score)],
    details: [],
  }),
  none: () => ({ word: 'none', matches: [], details: [] }),
  'too-many': () => ({
    word: 'too-many',
    matches: [],
    details: [{ type: 'E', text: 'More than one patient matches; give more of what is known of the patient' }],
    trouble: 'ask-better',
    wanted: ['postcode', 'gender'],
  }),
  'more-needed': ({ wanted }) => ({
    word: 'more-needed',
    matches: [],
    details: [{ type: 'E', text: `The search needs more: ${wanted.join(', ')}` }],
    trouble: 'ask-better',
    wanted,
  }),
  deceased: ({ demographics, practice }, otherIdsOf) =>
    known('deceased', demographics, practice, otherIdsOf, 'The patient has died; no GP record is given'),
  restricted: ({ demographics }, otherIdsOf) =>
    known(
      'restricted',
      demographics,
      undefined,
      otherIdsOf,
      'The patient’s location is restricted; no GP record is given',
    ),
  'no-practice': ({ demographics }, otherIdsOf) =>
    known(
      'no-practice',
      demographics,
      undefined,
      otherIdsOf,
      'The patient is registered with no practice; there is no GP record to give',
    ),
  'invalid-number': () => refused('invalid-number', 'The NHS number is not valid', '204', idLocation),
  invalidated: () => refused('invalidated', 'The NHS number has been invalidated', '204', idLocation),
  'demographics-mismatch': ({ differs }) =>
    refused('demographics-mismatch', `The NHS number is of a patient with other demographics: ${differs.join(', ')}`),
  unavailable: ({ upstream, reason }) => ({
    word: `unavailable: ${upstream} ${reason}`,
    matches: [],
    details: [
      {
        type: 'E',
        text: `The patient could not be looked for: ${upstream}, ${reason}. This says nothing about the patient`,
      },
    ],
    trouble: reason === 'busy' || reason === 'timeout' || reason === 'circuit-open' ? 'busy' : 'no-answer',
  }),
}

const warning = (text: string): AcknowledgementDetail => ({ type: 'W', text })
