/**
 * Where patients and records come from, as the transactions see it. Each way a question can end is an outcome of its
 * own: "not found" is said only when the source looked and there was nobody.
 */
import type { Call } from '../../../kernel/ports.ts'
import type { Bundle } from '../../../standards/fhir/types.ts'
import type { NhsNumber } from '../../../standards/nhs/nhs-number.ts'
import type { OdsCode } from '../../../standards/nhs/ods-code.ts'

export type Sources = {
  findPatient(call: Call, asking: Asking, query: PatientQuery): Promise<PatientAnswer>
  /** `patient` is what `findPatient` gave; `areas` what the document is to hold. */
  structuredRecord(call: Call, asking: Asking, patient: LocatedPatient, areas: Areas): Promise<RecordAnswer>
}

/** The person behind the request and on whose behalf; goes into the GP Connect JWT, the cache key and the audit. */
export type Asking = {
  /** The user's id where they logged on. */
  readonly userId: string
  readonly name: { readonly family: string; readonly given: readonly string[]; readonly prefix: readonly string[] }
  /** https://fhir.nhs.uk/Id/sds-user-id and sds-role-profile-id, for a smartcard user. */
  readonly sdsUserId?: string
  readonly sdsRoleProfileId?: string
  readonly role: Coded
  readonly purposeOfUse: Coded
  readonly organisation: { readonly name: string; readonly odsCode: OdsCode }
  /** homeCommunityId of the asking community, `urn:oid:…`. */
  readonly community: string
}
export type Coded = { readonly code: string; readonly system?: string; readonly display?: string }

export type PatientQuery =
  /** Demographics given beside a number are compared with what the number finds. */
  | { readonly by: 'nhs-number'; readonly nhsNumber: string; readonly demographics?: Partial<SearchDemographics> }
  | { readonly by: 'demographics'; readonly demographics: SearchDemographics; readonly fuzzy?: boolean }

export type SearchDemographics = {
  readonly family?: string
  readonly given?: readonly string[]
  readonly gender?: Gender
  /** YYYY-MM-DD, or a range of which either end may be open. */
  readonly birthDate?: string | { readonly from?: string; readonly to?: string }
  readonly postcode?: string
}
export type Gender = 'male' | 'female' | 'other' | 'unknown'

/** A patient as PDS holds them. Restricted ones have no address, telecom or practice. */
export type Demographics = {
  readonly nhsNumber: NhsNumber
  readonly name: PersonName
  /** Every other name PDS holds, with its use. */
  readonly otherNames: readonly PersonName[]
  readonly gender?: Gender
  /** As PDS holds it: YYYY, YYYY-MM or YYYY-MM-DD. */
  readonly birthDate?: string
  readonly addresses: readonly Address[]
  readonly telecoms: readonly { readonly system: string; readonly value: string; readonly use?: string }[]
  readonly deceased?: { readonly at?: string; readonly status: 'formal' | 'informal' | 'unknown' }
  readonly restricted: boolean
}
export type PersonName = {
  readonly use?: string
  readonly family: string
  readonly given: readonly string[]
  readonly prefix: readonly string[]
  readonly suffix: readonly string[]
}
export type Address = {
  readonly use?: string
  readonly lines: readonly string[]
  readonly city?: string
  readonly postcode?: string
}

/** A patient with the practice that keeps their record today. Only such a patient's record can be asked for. */
export type LocatedPatient = { readonly demographics: Demographics; readonly practice: OdsCode }

export type PatientAnswer = CurrentPatientAnswer | Superseded
/** The number asked for was merged into another; `current` is what is known under that one. */
export type Superseded = {
  readonly outcome: 'superseded'
  readonly asked: NhsNumber
  readonly nhsNumber: NhsNumber
  readonly current: CurrentPatientAnswer
}
export type CurrentPatientAnswer =
  | { readonly outcome: 'found'; readonly patient: LocatedPatient; readonly score?: number }
  /** PDS looked and there is nobody. */
  | { readonly outcome: 'none' }
  | { readonly outcome: 'too-many' }
  /** PDS needs more to search by; `wanted` names what. */
  | {
      readonly outcome: 'more-needed'
      readonly wanted: readonly ('family' | 'given' | 'birthDate' | 'gender' | 'postcode')[]
    }
  | { readonly outcome: 'deceased'; readonly demographics: Demographics; readonly practice?: OdsCode }
  /** Location withheld by PDS: exists, must not be routed to. */
  | { readonly outcome: 'restricted'; readonly demographics: Demographics }
  /** Known, but registered with no practice today. */
  | { readonly outcome: 'no-practice'; readonly demographics: Demographics }
  /** Fails its check digit, or PDS says it is none. Nothing was searched. */
  | { readonly outcome: 'invalid-number' }
  /** PDS holds the number as never valid. */
  | { readonly outcome: 'invalidated' }
  /** The number is another person's than the demographics given. `differs` names elements, never values. */
  | { readonly outcome: 'demographics-mismatch'; readonly differs: readonly string[] }
  | Unavailable

/** We could not look. Says nothing about the patient. */
export type Unavailable = {
  readonly outcome: 'unavailable'
  readonly upstream: Upstream
  readonly reason:
    | 'timeout'
    | 'busy'
    | 'unreachable'
    /** Too many failures lately: not asked at all. */
    | 'circuit-open'
    /** Our credentials, ASID or registration were refused. */
    | 'access-denied'
    /** Answered something that is not an answer. */
    | 'bad-answer'
    /** We asked wrongly: our fault, not the patient's. */
    | 'bad-request'
    | 'not-configured'
  /** For operators and for the error text towards the EHR: no names, numbers or content. */
  readonly detail: string
  readonly retryAfterSeconds?: number
}
export type Upstream = 'token' | 'pds' | 'sds' | 'gp-connect'

/** https://digital.nhs.uk/developer/api-catalogue/gp-connect-access-record-structured-fhir: the include* parameters. */
export type Areas = {
  readonly allergies?: { readonly resolved: boolean }
  readonly medication?: { readonly prescriptionIssues?: boolean; readonly searchFrom?: string }
  readonly consultations?: { readonly period?: Period } | { readonly mostRecent: number }
  readonly problems?: {
    readonly filters?: readonly { readonly status?: 'active' | 'inactive'; readonly significance?: 'major' | 'minor' }[]
  }
  readonly immunisations?: { readonly notGiven?: boolean; readonly status?: boolean }
  readonly uncategorisedData?: { readonly period?: Period }
  readonly investigations?: { readonly period?: Period }
  readonly referrals?: { readonly period?: Period }
  readonly diaryEntries?: { readonly until?: string }
}
export type Area = keyof Areas
/** Whole dates, YYYY-MM-DD. */
export type Period = { readonly start?: string; readonly end?: string }

export type RecordAnswer =
  | {
      readonly outcome: 'record'
      /** FHIR STU3, as the practice's system sent it. */
      readonly bundle: Bundle
      readonly practice: OdsCode
      /** When the practice answered: earlier than now where the answer comes from the cache. */
      readonly retrievedAt: Date
      readonly from: 'source' | 'cache'
      /** The reader of a document MUST be told of each. Not empty: the record is incomplete. */
      readonly warnings: readonly RecordWarning[]
    }
  | { readonly outcome: 'no-consent' }
  | { readonly outcome: 'no-organisation-consent' }
  | { readonly outcome: 'no-relationship' }
  /** The practice knows no such patient; also said by GP Connect of inactive, deceased and sensitive patients. */
  | { readonly outcome: 'patient-not-at-practice' }
  /** The patient is known there, and there is no record. */
  | { readonly outcome: 'no-record' }
  /** The practice is registered, and its GP Connect is switched off or was never on. */
  | { readonly outcome: 'practice-disabled'; readonly practice: OdsCode }
  /** The record that came back is another person's. `differs` names elements, never values. */
  | { readonly outcome: 'demographics-mismatch'; readonly differs: readonly string[] }
  | { readonly outcome: 'invalid-number' }
  | Unavailable

/** Two mechanisms say that a record is incomplete: an OperationOutcome in the Bundle, and a code on a List. */
export type RecordWarning =
  /** The practice's system does not give this area at all. */
  | { readonly warning: 'area-not-given'; readonly area: Area | undefined; readonly text: string }
  | {
      readonly warning: 'confidential-items' | 'data-in-transit' | 'data-awaiting-filing' | 'other'
      /** SNOMED CT code of the List. */
      readonly list: string | undefined
      readonly text: string
    }
