import { type Json, objects, rawString } from './json.ts'

/**
 * Extensions by the name in their URL, whichever organisation's URL it is: suppliers write
 * `https://fhir.nhs.uk/…/Extension-CareConnect-GPC-ActualProblem-1` and `https://fhir.hl7.org.uk/…/Extension-CareConnect-ActualProblem-1`.
 */
export function extensions(holder: Json | undefined, name: string): readonly Json[] {
  const all = objects(holder?.extension)
  if (all.length === 0) return all
  const isNamed = matching(name)
  return all.filter((one) => isNamed(rawString(one.url) ?? ''))
}

export function extension(holder: Json | undefined, name: string): Json | undefined {
  const all = objects(holder?.extension)
  if (all.length === 0) return undefined
  const isNamed = matching(name)
  for (const one of all) if (isNamed(rawString(one.url) ?? '')) return one
  return undefined
}

const named = new Map<string, (url: string) => boolean>()
function matching(name: string): (url: string) => boolean {
  const known = named.get(name)
  if (known) return known
  const made = remembered(new RegExp(`(?:^|[/-])${name}(?:-\\d+)?$`, 'i'))
  named.set(name, made)
  return made
}

/** Whether a URL is of the pattern: a record has the same few URLs again and again. */
function remembered(pattern: RegExp): (url: string) => boolean {
  const told = new Map<string, boolean>()
  return (url) => {
    const known = told.get(url)
    if (known !== undefined) return known
    // URLs come from the record: a hostile one could write another in each extension, or write long ones.
    if (url.length > 300) return pattern.test(url)
    if (told.size > 1000) told.clear()
    const found = pattern.test(url)
    told.set(url, found)
    return found
  }
}

/** Extensions that a reader understands and tells in its own way; every other one is told as it stands. */
export function isRead(url: string): boolean {
  return isUnderstood(url)
}
const understood =
  /(?:^|[/-])(?:ActualProblem|RelatedClinicalContent|RelatedProblemHeader|ProblemSignificance|AllergyIntoleranceEnd|associatedEncounter|VaccinationProcedure|ParentPresent|DateRecorded|PrescribingAgency|PrescriptionType|MedicationRepeatInformation|MedicationStatusReason|(?:MedicationStatement)?LastIssueDate|(?:Medication(?:Statement)?)?DosageLastChanged|MedicationQuantityText|ValueApproximation|RegistrationDetails|NHSNumberVerificationStatus|EthnicCategory|NHSCommunication|coding-sctdescid|coding-sctdecsid)(?:-\d+)?$/i
const isUnderstood = remembered(understood)
