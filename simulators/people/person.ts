/**
 * A made person and the history of their care, before any standard's shape: the FHIR R4 resources and the GP record are
 * both written from this, so that they tell the same story.
 */
import type { Day } from './dates.ts'

/** A SNOMED CT concept with one of its terms. */
export type Concept = { readonly code: string; readonly display: string }

/** What the gateway meets besides ordinary patients; `undefined` is an ordinary one. */
export type Special =
  | 'restricted'
  | 'superseded'
  | 'invalidated'
  | 'deceased'
  | 'no-gp'
  | 'ended-gp'
  | 'dissent'
  | 'slow'
  | 'failing'
  | 'confidential'
  | 'in-transit'
  | 'awaiting-filing'
  | 'areas-disabled'
  | 'empty-record'
  | 'mismatch'

export type Supplier = 'emis' | 'tpp' | 'medicus'

export type Practice = {
  readonly id: string
  readonly odsCode: string
  readonly name: string
  readonly supplier: Supplier
  readonly address: Address
  readonly phone: string
}

export type Clinician = {
  readonly id: string
  readonly prefix: string
  readonly given: string
  readonly family: string
  readonly sex: Sex
  readonly role: 'gp' | 'nurse' | 'consultant'
  readonly practiceId: string
}

export type Sex = 'male' | 'female'
export type Address = { readonly line: readonly string[]; readonly city: string; readonly postcode: string }

export type Consultation = {
  readonly key: string
  readonly day: Day
  /** Minute of the day, e.g. 560 for 09:20. */
  readonly minute: number
  readonly minutes: number
  readonly manner: 'surgery' | 'telephone' | 'home' | 'hospital'
  readonly clinician: Clinician
  readonly reason: Concept
  /** What was written down, under the headings of the consultation. */
  readonly notes: readonly { readonly heading: 'History' | 'Examination' | 'Plan'; readonly text: string }[]
}

export type Problem = {
  readonly key: string
  readonly concept: Concept
  readonly onset: Day
  readonly ended?: Day
  readonly significance: 'major' | 'minor'
  readonly consultation: string
}

export type Drug = {
  readonly key: string
  /** Virtual medicinal product of the dictionary of medicines and devices (dm+d), a SNOMED CT concept. */
  readonly dmd: Concept
  readonly rxnorm?: Concept
  readonly dose: string
  readonly quantity: number
  readonly unit: string
  readonly days: number
}

export type Medication = {
  readonly key: string
  readonly drug: Drug
  readonly type: 'acute' | 'repeat' | 'repeat-dispensing'
  readonly start: Day
  /** Absent while it is being taken. */
  readonly end?: Day
  readonly stopReason?: string
  readonly issues: readonly Day[]
  readonly problem?: string
  readonly consultation: string
}

export type Allergy = {
  readonly key: string
  readonly concept: Concept
  readonly category: 'medication' | 'food' | 'environment'
  readonly recorded: Day
  readonly ended?: Day
  readonly reaction?: Concept
  readonly severity?: 'mild' | 'moderate' | 'severe'
  readonly consultation: string
}

export type Vaccine = {
  readonly key: string
  readonly text: string
  readonly cvx?: Concept
  readonly product?: Concept
  readonly procedure: Concept
  readonly disease: string
  readonly route: 'intramuscular' | 'oral' | 'nasal'
}

export type Vaccination = {
  readonly key: string
  readonly vaccine: Vaccine
  readonly dose: number
  readonly day: Day
  readonly given: boolean
  readonly batch?: string
  readonly expires?: Day
  readonly consultation: string
}

export type Quantity = { readonly value: number; readonly unit: string; readonly ucum: string }
export type Range = { readonly low?: number; readonly high?: number }

/** What can be measured, in the codes of both worlds. */
export type Measure = {
  readonly key: string
  readonly loinc?: Concept
  readonly snomed: Concept
  readonly unit: string
  readonly ucum: string
  readonly digits: number
  readonly range?: Range
}

export type Measurement = {
  readonly key: string
  readonly measure: Measure
  readonly day: Day
  readonly value: number
  readonly range?: Range
  readonly consultation: string
}

export type BloodPressure = {
  readonly key: string
  readonly day: Day
  readonly systolic: number
  readonly diastolic: number
  readonly consultation: string
}

export type Report = {
  readonly key: string
  readonly panel: { readonly loinc: Concept; readonly snomed: Concept }
  readonly requested: Day
  readonly day: Day
  readonly results: readonly Measurement[]
  readonly consultation: string
}

/** A coded statement without a value: smoking, alcohol, family history, a consent. */
export type Statement = {
  readonly key: string
  readonly concept: Concept
  readonly kind: 'smoking' | 'family-history' | 'other'
  readonly day: Day
  readonly text?: string
  readonly consultation: string
}

export type Procedure = {
  readonly key: string
  readonly concept: Concept
  readonly day: Day
  readonly problem?: string
  readonly consultation: string
}

export type Referral = {
  readonly key: string
  readonly concept: Concept
  readonly specialty: string
  readonly day: Day
  readonly priority: 'routine' | 'urgent'
  readonly problem?: string
  readonly consultation: string
}

export type DiaryEntry = {
  readonly key: string
  readonly concept: Concept
  readonly due: Day
  readonly authored: Day
  readonly consultation: string
}

export type LetterDocument = {
  readonly key: string
  readonly title: string
  readonly day: Day
  readonly size: number
  readonly contentType: string
  readonly consultation: string
}

export type Appointment = {
  readonly key: string
  readonly day: Day
  readonly minute: number
  readonly minutes: number
  readonly clinician: Clinician
  readonly status: 'booked' | 'fulfilled' | 'noshow' | 'cancelled'
  readonly reason: string
  readonly consultation?: string
}

export type History = {
  readonly consultations: readonly Consultation[]
  readonly problems: readonly Problem[]
  readonly medications: readonly Medication[]
  readonly allergies: readonly Allergy[]
  readonly noKnownAllergy?: { readonly day: Day; readonly consultation: string }
  readonly vaccinations: readonly Vaccination[]
  readonly measurements: readonly Measurement[]
  readonly bloodPressures: readonly BloodPressure[]
  readonly reports: readonly Report[]
  readonly statements: readonly Statement[]
  readonly procedures: readonly Procedure[]
  readonly referrals: readonly Referral[]
  readonly diary: readonly DiaryEntry[]
  readonly documents: readonly LetterDocument[]
  readonly appointments: readonly Appointment[]
}

export type Person = {
  /** Unique over seeds, fit for a FHIR id: `s1p0042`. */
  readonly id: string
  readonly nhsNumber: string
  /** The number that replaced it, for `superseded`. */
  readonly newNhsNumber?: string
  readonly special?: Special
  readonly sex: Sex
  readonly prefix: string
  readonly given: readonly string[]
  readonly family: string
  readonly formerFamily?: string
  readonly birthDate: Day
  readonly deathDate?: Day
  readonly address: Address
  readonly phone: string
  readonly mobile?: string
  readonly email?: string
  readonly ethnicity: Ethnicity
  readonly married: boolean
  readonly practice: Practice
  readonly gp: Clinician
  readonly registered: Day
  /** The day the person is described on. */
  readonly asOf: Day
  readonly history: History
}

/** The NHS category, and the nearest one of the US core races. */
export type Ethnicity = { readonly text: string; readonly race: Concept; readonly hispanic: boolean }
