import { Problem, type ProblemKind } from '../../../kernel/problem.ts'
import { wireCodes } from '../../../standards/problems/table.ts'
import type { RegistryError } from '../../../standards/ihe/ebxml/registry-error.ts'
import type { CurrentPatientAnswer, PatientAnswer, RecordAnswer, Unavailable } from '../sources/port.ts'

/** A problem as ITI-38 (query) and ITI-39 (retrieve) tell it. */
export function registryError(problem: Problem, stage: 'query' | 'retrieve', location: string): RegistryError {
  // "Not authorised" is said of a document with the same code as "unknown": ITI TF-3 Table 4.2.4.1-2.
  const withheld = stage === 'retrieve' && problem.kind === 'forbidden' ? 'XDSDocumentUniqueIdError' : undefined
  return {
    errorCode: problem.code.xds ?? withheld ?? wireCodes[problem.kind][stage],
    codeContext: problem.at ? `${problem.message} (${problem.at})` : problem.message,
    location,
  }
}

/** Each reason a source gives for having no patient to answer about. */
export function patientProblem(answer: Exclude<PatientAnswer, { outcome: 'found' }>, patientId: string): Problem {
  if (answer.outcome === 'unavailable') return unavailable(answer)
  if (answer.outcome === 'superseded')
    return unknownPatient(`${patientId}: the NHS number has been superseded; discover the patient again`)
  const [kind, text] = patientReasons[answer.outcome]
  return kind === 'not-found' ? unknownPatient(`${patientId}: ${text}`) : new Problem(kind, text)
}

/** XDSUnknownPatientId of a query, XDSDocumentUniqueIdError of a retrieve. */
export const unknownPatient = (text: string) => new Problem('not-found', text)

type Reason = readonly [ProblemKind, string]
const patientReasons: Record<Exclude<CurrentPatientAnswer['outcome'], 'found' | 'unavailable'>, Reason> = {
  none: ['not-found', 'the patient is not known'],
  'invalid-number': ['not-found', 'the NHS number is not valid'],
  invalidated: ['not-found', 'the NHS number has been invalidated'],
  'demographics-mismatch': ['conflict', 'The NHS number is of a patient with other demographics'],
  'too-many': ['conflict', 'More than one patient matches'],
  'more-needed': ['invalid', 'The patient cannot be told from others'],
  deceased: ['precondition-failed', 'The patient has died; the GP record is not given'],
  restricted: ['forbidden', 'The patient is restricted; the GP record is not given'],
  'no-practice': ['precondition-failed', 'The patient is registered with no practice; there is no GP record'],
}

/** Each reason a practice gives for having no record to answer with. */
export function recordProblem(answer: Exclude<RecordAnswer, { outcome: 'record' }>): Problem {
  if (answer.outcome === 'unavailable') return unavailable(answer)
  const [kind, text] = recordReasons[answer.outcome]
  return new Problem(kind, text, kind === 'gone' ? { code: { xds: 'XDSDocumentUniqueIdError' } } : {})
}

const recordReasons: Record<Exclude<RecordAnswer['outcome'], 'record' | 'unavailable'>, Reason> = {
  'no-consent': ['forbidden', 'The patient does not consent to sharing the GP record'],
  'no-organisation-consent': ['forbidden', 'The practice does not share records with this organisation'],
  'no-relationship': ['forbidden', 'No legitimate relationship with the patient'],
  'patient-not-at-practice': [
    'gone',
    'The practice gives no record of the patient: inactive, deceased, sensitive or not registered there',
  ],
  'no-record': ['gone', 'The practice holds no record of the patient'],
  'practice-disabled': ['unavailable', 'The practice does not offer its records'],
  'demographics-mismatch': ['conflict', 'The record that came back is another patient’s; it was refused'],
  'invalid-number': ['conflict', 'The practice does not accept the NHS number'],
}

function unavailable({ upstream, reason }: Unavailable): Problem {
  const kind: ProblemKind = reason === 'busy' ? 'throttled' : reason === 'timeout' ? 'timeout' : 'unavailable'
  return new Problem(kind, `${upstream} gives no answer: ${reason}. This says nothing about the patient`)
}
