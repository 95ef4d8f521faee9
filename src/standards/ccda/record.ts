/**
 * A health record as the document sees it: who it is about, what was asked for, and the items. Whatever a record comes
 * from (GP Connect's STU3, US Core's R4) is read into this; nothing here or below knows where it came from.
 * Text has been cleaned of what XML cannot carry; numbers and times keep the characters they were recorded with.
 */
import type { Issue } from './issue.ts'

export type HealthRecord = {
  /** Identifies this copy of the record: the id of the message it came in, where it had one. */
  readonly id: string
  /** Whose ids the keys of the items are: the same key from another authority is another item. */
  readonly authority: string
  readonly patient: Patient | undefined
  readonly custodian: Organisation | undefined
  readonly practitioners: readonly Practitioner[]
  readonly areas: readonly Area[]
  /** Something of it, an item or what groups items, is marked as not to be disclosed to the patient. */
  readonly restricted: boolean
  /** What the reader must know about the whole record, in the source's words. */
  readonly warnings: readonly string[]

  readonly allergies: readonly Allergy[]
  readonly medications: readonly Medication[]
  readonly problems: readonly Problem[]
  readonly immunizations: readonly Immunization[]
  readonly reports: readonly Report[]
  readonly observations: readonly Observation[]
  readonly procedures: readonly Procedure[]
  readonly encounters: readonly Encounter[]
  readonly consultations: readonly Consultation[]
  readonly plans: readonly Plan[]
  readonly documents: readonly KnownDocument[]
  readonly coverages: readonly OtherItem[]
  readonly devices: readonly OtherItem[]
  readonly others: readonly OtherItem[]

  /** Every resource the record came with, in its order, for the account of what became of it. */
  readonly resources: readonly SourceResource[]
  /** Resources that are no item: where each is used, or why it is not. */
  readonly supporting: ReadonlyMap<string, { used: string } | { leftOut: string }>
  readonly issues: readonly Issue[]
}

export type SourceResource = { readonly key: string; readonly type: string }

/** One part of a record that can be asked for, and what became of the asking. */
export type Area = {
  readonly name: AreaName
  /** False: the answer holds no list of it, so it was not asked for or could not be given. */
  readonly asked: boolean
  /** The source says that its list is empty, in these words. */
  readonly empty?: string
  readonly warnings: readonly AreaWarning[]
}
export type AreaName =
  | 'allergies'
  | 'ended-allergies'
  | 'medications'
  | 'problems'
  | 'immunisations'
  | 'investigations'
  | 'consultations'
  | 'uncategorised'
  | 'referrals'
  | 'diary'
  | 'documents'
export type AreaWarning = {
  readonly kind: 'confidential' | 'in-transit' | 'awaiting-filing' | 'unsupported' | 'other'
  readonly text: string
}

export type Coding = {
  /** A URI. */
  readonly system: string | undefined
  readonly code: string | undefined
  readonly display: string | undefined
  readonly userSelected?: boolean
}
export type Coded = {
  readonly codings: readonly Coding[]
  /** The words to read: what the clinician chose or wrote, never empty for a code that came with any words. */
  readonly text: string
}
export type Identifier = { readonly system: string | undefined; readonly value: string }

/** As recorded: a year, a month, a day or an instant; see time.ts. */
export type When = {
  readonly at?: string | undefined
  readonly start?: string | undefined
  readonly end?: string | undefined
}

export type Quantity = {
  /** The digits as recorded. */
  readonly value: string | undefined
  readonly comparator?: string
  readonly unit?: string
  /** A code for the unit, in UCUM where `ucum`. */
  readonly code?: string
  readonly ucum?: boolean
}
export type Value =
  | { readonly kind: 'quantity'; readonly quantity: Quantity; readonly approximate?: boolean }
  | { readonly kind: 'coded'; readonly coded: Coded }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'time'; readonly when: string }
  | { readonly kind: 'period'; readonly when: When }
  | { readonly kind: 'range'; readonly low?: Quantity; readonly high?: Quantity }
  | { readonly kind: 'ratio'; readonly numerator: Quantity; readonly denominator: Quantity }
  | { readonly kind: 'boolean'; readonly value: boolean }

export type Note = { readonly text: string; readonly time?: string; readonly by?: Party }
/** A fact of an item in words, for the reader: `Prescription type: Repeat`. */
export type Fact = { readonly label: string; readonly text: string }

/**
 * What every item of a record has. Here and in the items below what is not there may also be `undefined`: items that all
 * have the same properties are made and read much quicker.
 */
export type Item = {
  /** `Type/id` of the resource it comes from. */
  readonly key: string
  readonly identifiers: readonly Identifier[]
  readonly code: Coded
  readonly when: When
  /** When it was written down. */
  readonly recorded?: string | undefined
  /** The source's own status word. */
  readonly status?: string | undefined
  readonly author?: Party | undefined
  readonly notes: readonly Note[]
  readonly facts: readonly Fact[]
  /** Marked by the source as not to be disclosed to the patient. */
  readonly notForPatient?: boolean | undefined
  /** Key of the encounter it was recorded in. */
  readonly encounter?: string | undefined
  /** The source says that it is not, or never was, true of the patient. */
  readonly mistaken?: 'Entered in error' | 'Refuted' | undefined
  /** What changes the meaning of all the rest, to be read before it. */
  readonly cautions?: readonly string[] | undefined
}

/** Who did or said something. A name alone, where the record gives no more. */
export type Party = {
  readonly practitioner?: Practitioner
  readonly organisation?: Organisation
  readonly name?: string
  /** The resource that stands for them in the record, where it is neither of the two: a healthcare service. */
  readonly service?: string
}

export type HumanName = {
  readonly use?: string
  readonly text?: string
  readonly family?: string
  readonly given: readonly string[]
  readonly prefix: readonly string[]
  readonly suffix: readonly string[]
  /** When it is or was in use. */
  readonly period?: When
}
export type Address = {
  readonly use?: string
  readonly lines: readonly string[]
  readonly city?: string
  readonly district?: string
  readonly state?: string
  readonly postalCode?: string
  readonly country?: string
  /** `postal` or `physical`. */
  readonly type?: string
  readonly period?: When
}
export type Telecom = {
  readonly system?: string
  readonly value: string
  readonly use?: string
  readonly period?: When
}

export type Organisation = {
  readonly key: string
  readonly identifiers: readonly Identifier[]
  readonly name: string | undefined
  readonly telecoms: readonly Telecom[]
  readonly addresses: readonly Address[]
}
export type Practitioner = {
  readonly key: string
  readonly identifiers: readonly Identifier[]
  readonly names: readonly HumanName[]
  readonly telecoms: readonly Telecom[]
  readonly addresses: readonly Address[]
  readonly roles: readonly PractitionerRole[]
}
export type PractitionerRole = {
  readonly key: string
  readonly code: Coded | undefined
  readonly organisation: Organisation | undefined
  readonly identifiers: readonly Identifier[]
}
export type Patient = {
  readonly key: string
  /** The NHS number among them. */
  readonly identifiers: readonly Identifier[]
  readonly names: readonly HumanName[]
  readonly telecoms: readonly Telecom[]
  readonly addresses: readonly Address[]
  readonly gender: string | undefined
  readonly birthDate: string | undefined
  readonly deceased?: string | boolean
  readonly maritalStatus?: Coded
  readonly languages: readonly {
    code: string
    name?: string
    preferred?: boolean
    mode?: string
    proficiency?: string
  }[]
  readonly interpreterRequired?: boolean
  readonly contacts: readonly {
    relationship?: string
    name?: HumanName
    telecoms: readonly Telecom[]
    address?: Address
  }[]
  readonly generalPractitioner?: Party
  /** Places the facts name. */
  readonly places: readonly Place[]
  readonly facts: readonly Fact[]
}

export type Allergy = Item & {
  /** Ended allergies are told apart from all others, and never shown as active. */
  readonly ended: boolean
  readonly end?: string | undefined
  readonly endReason?: string | undefined
  /** The record says that there are none: negation, not an allergy. */
  readonly noneKnown: boolean
  readonly categories: readonly string[]
  readonly type?: string | undefined
  readonly criticality?: string | undefined
  readonly reactions: readonly {
    readonly manifestations: readonly Coded[]
    readonly severity?: string | undefined
    readonly description?: string | undefined
    readonly substance?: Coded | undefined
    readonly onset?: string | undefined
    readonly route?: Coded | undefined
    readonly notes: readonly Note[]
  }[]
}

/** One medication: what was authorised, with every issue made under it. */
export type Medication = Item & {
  readonly product: Product
  readonly dosage: readonly string[]
  readonly quantity?: Supplied | undefined
  /** Keys of the other resources that say the same medication: the plan. */
  readonly sameAs: readonly string[]
  readonly route?: Coded | undefined
  readonly authorised?: Authorisation | undefined
  readonly issues: readonly MedicationIssue[]
  /** The record says that the patient does not take it. */
  readonly notTaken: boolean
  /** Somebody proposed it, and nobody prescribed it. */
  readonly proposed: boolean
}
export type Supplied = { readonly quantity?: Quantity | undefined; readonly text?: string | undefined }
/** What may be supplied under a medication. */
export type Authorisation = {
  readonly status?: string | undefined
  /** The time it holds for. */
  readonly period?: When | undefined
  /** How often it may be issued, the first time among them: the digits as recorded. */
  readonly issuesAllowed?: string | undefined
}
export type Product = { readonly key: string | undefined; readonly facts: readonly Fact[] }
export type MedicationIssue = Item & {
  readonly dosage: readonly string[]
  readonly quantity?: Supplied | undefined
  /** Of another product than the medication's, where the record says so. */
  readonly product?: Product | undefined
  readonly performer?: Party | undefined
}

export type Problem = Item & {
  readonly significance?: string | undefined
  readonly active: boolean | undefined
  /** What the record links to it, by key, in order. */
  readonly links: readonly Link[]
}
/** A pointer to another item, with the word for the relation; `text` where the target is no resource of the record. */
export type Link = { readonly relation: string; readonly key?: string | undefined; readonly text: string }

export type Immunization = Item & {
  readonly given: boolean
  readonly vaccine: Coded | undefined
  readonly lot?: string | undefined
  readonly manufacturer?: Organisation | undefined
  readonly expires?: string | undefined
  readonly site?: Coded | undefined
  readonly route?: Coded | undefined
  readonly dose?: Quantity | undefined
  readonly doseNumber?: string | undefined
  readonly reasonNotGiven?: Coded | undefined
  readonly place?: Place | undefined
  readonly performer?: Party | undefined
}

export type Observation = Item & {
  readonly value?: Value | undefined
  /** Why there is no value. */
  readonly absent?: Coded | undefined
  readonly interpretation?: Coded | undefined
  readonly ranges: readonly {
    readonly low?: Quantity | undefined
    readonly high?: Quantity | undefined
    readonly text?: string | undefined
    readonly meaning?: string | undefined
  }[]
  readonly bodySite?: Coded | undefined
  readonly method?: Coded | undefined
  readonly components: readonly Component[]
  /** Keys of the observations this one is the heading of. */
  readonly members: readonly string[]
  readonly specimen?: Specimen | undefined
  readonly performer?: Party | undefined
  /** The area whose list holds it, where that says more than its code: a reason why a vaccine was not given. */
  readonly about?: AreaName | undefined
}
export type Component = Pick<Observation, 'code' | 'value' | 'absent' | 'interpretation' | 'ranges'>
export type Specimen = {
  readonly key: string
  readonly identifiers: readonly Identifier[]
  readonly type: Coded | undefined
  readonly facts: readonly Fact[]
}

export type Report = Item & {
  readonly issued?: string | undefined
  readonly conclusion?: string | undefined
  readonly performer?: Party | undefined
  readonly specimens: readonly Specimen[]
  /** The results in order; headings of groups among them. */
  readonly results: readonly Observation[]
}

export type Procedure = Item & {
  readonly bodySite?: Coded | undefined
  readonly performer?: Party | undefined
  readonly outcome?: Coded | undefined
}

export type Encounter = Item & {
  readonly participants: readonly { readonly role: string; readonly party: Party }[]
  readonly locations: readonly Place[]
  readonly provider?: Organisation | undefined
}
export type Place = {
  readonly key?: string | undefined
  readonly name: string
  readonly address?: Address | undefined
  readonly telecoms: readonly Telecom[]
}

/** What was written at an encounter, under its headings, in order. */
export type Consultation = {
  readonly key: string
  readonly encounter: Encounter | undefined
  readonly title: string
  readonly parts: readonly ConsultationPart[]
}
export type ConsultationPart =
  | {
      readonly kind: 'heading'
      readonly key: string
      readonly title: string
      readonly parts: readonly ConsultationPart[]
      readonly problems: readonly Link[]
    }
  | { readonly kind: 'item'; readonly key: string; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }

export type Plan = Item & {
  readonly kind: 'diary' | 'referral' | 'request'
  /** It says what is not to be done. */
  readonly notToBeDone?: true | undefined
  readonly requester?: Party | undefined
  readonly recipients: readonly Party[]
  readonly priority?: string | undefined
  readonly links: readonly Link[]
}

export type KnownDocument = Item & {
  readonly contentType?: string | undefined
  readonly url?: string | undefined
  readonly size?: string | undefined
  readonly title?: string | undefined
  readonly custodian?: Organisation | undefined
}

/** What fits no other section: everything it says, in words. */
export type OtherItem = Item & {
  readonly type: string
  /** It says what was not done. */
  readonly notDone: boolean
}
