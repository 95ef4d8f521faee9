import { type Json, object, objects, rawString } from './json.ts'
import { recent } from './recent.ts'

/**
 * Extensions by the name in their URL, whichever organisation's URL it is: suppliers write
 * `https://fhir.nhs.uk/…/Extension-CareConnect-GPC-ActualProblem-1` and `https://fhir.hl7.org.uk/…/Extension-CareConnect-ActualProblem-1`.
 */
export function extensions(holder: Json | undefined, name: ExtensionName): readonly Json[] {
  const all = objects(holder?.extension)
  return all.length === 0 ? all : all.filter((one) => meaningOf(one.url).name === name)
}

export function extension(holder: Json | undefined, name: ExtensionName): Json | undefined {
  const value = holder?.extension
  if (value === undefined) return undefined
  const all = Array.isArray(value) ? value : objects(value)
  for (let at = 0; at < all.length; at++) {
    const one = object(all[at])
    if (one !== undefined && meaningOf(one.url).name === name) return one
  }
  return undefined
}

/** Extensions that a reader understands and tells in its own way; every other one is told as it stands. */
export function isRead(url: unknown): boolean {
  return meaningOf(url).isRead
}

type Meaning = { readonly name: ExtensionName | undefined; readonly isRead: boolean }

function meaningOf(value: unknown): Meaning {
  const url = rawString(value) ?? ''
  const known = meanings.get(url)
  if (known) return known
  const word = lastWord.exec(url)?.[1]
  const name = word === undefined ? undefined : spellings.get(word.toLowerCase())
  const meaning = { name, isRead: (name !== undefined && !inside.has(name)) || ofCoding.test(url) }
  meanings.set(url, meaning)
  return meaning
}
const meanings = recent<Meaning>()
const lastWord = /(?:^|[/-])([A-Za-z]+)(?:-\d+)?$/
/** Of a coding, and for software alone. */
const ofCoding = /(?:^|[/-])coding-sct(?:descid|decsid)(?:-\d+)?$/i

export type ExtensionName = (typeof names)[number] | (typeof namesInside)[number]
const names = [
  'ActualProblem',
  'RelatedClinicalContent',
  'RelatedProblemHeader',
  'ProblemSignificance',
  'AllergyIntoleranceEnd',
  'associatedEncounter',
  'VaccinationProcedure',
  'ParentPresent',
  'DateRecorded',
  'PrescribingAgency',
  'PrescriptionType',
  'MedicationRepeatInformation',
  'MedicationStatusReason',
  'LastIssueDate',
  'DosageLastChanged',
  'MedicationQuantityText',
  'ValueApproximation',
  'RegistrationDetails',
  'NHSNumberVerificationStatus',
  'EthnicCategory',
  'NHSCommunication',
] as const
/** Those that stand within one of the others, and one that only lists have: found by their readers, and told where they stand elsewhere. */
const namesInside = [
  'ListWarningCode',
  'communicationProficiency',
  'authorisationExpiryDate',
  'endDate',
  'interpreterRequired',
  'language',
  'modeOfCommunication',
  'numberOfRepeatPrescriptionsAllowed',
  'numberOfRepeatPrescriptionsIssued',
  'preferred',
  'preferredBranchSurgery',
  'reasonEnded',
  'registrationPeriod',
  'registrationType',
  'statusChangeDate',
  'statusReason',
  'target',
  'type',
] as const
const inside: ReadonlySet<string> = new Set(namesInside)
const spellings: ReadonlyMap<string, ExtensionName> = new Map<string, ExtensionName>([
  ...[...names, ...namesInside].map((name) => [name.toLowerCase(), name] as const),
  ['medicationstatementlastissuedate', 'LastIssueDate'],
  ['medicationdosagelastchanged', 'DosageLastChanged'],
  ['medicationstatementdosagelastchanged', 'DosageLastChanged'],
])
