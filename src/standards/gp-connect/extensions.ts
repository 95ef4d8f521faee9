import { type Json, objects, rawString } from './json.ts'

/**
 * Extensions by the name in their URL, whichever organisation's URL it is: suppliers write
 * `https://fhir.nhs.uk/…/Extension-CareConnect-GPC-ActualProblem-1` and `https://fhir.hl7.org.uk/…/Extension-CareConnect-ActualProblem-1`.
 */
export function extensions(holder: Json | undefined, name: string): readonly Json[] {
  const all = objects(holder?.extension)
  if (all.length === 0) return all
  const wanted = patternFor(name)
  return all.filter((one) => wanted.test(rawString(one.url) ?? ''))
}

export function extension(holder: Json | undefined, name: string): Json | undefined {
  return extensions(holder, name)[0]
}

const patterns = new Map<string, RegExp>()
function patternFor(name: string): RegExp {
  const known = patterns.get(name)
  if (known) return known
  const pattern = new RegExp(`(?:^|[/-])${name}(?:-\\d+)?$`, 'i')
  patterns.set(name, pattern)
  return pattern
}

/** Extensions that a reader understands and tells in its own way; every other one is told as it stands. */
export function isRead(url: string): boolean {
  return understood.test(url)
}
const understood =
  /(?:^|[/-])(?:ActualProblem|RelatedClinicalContent|RelatedProblemHeader|ProblemSignificance|AllergyIntoleranceEnd|associatedEncounter|VaccinationProcedure|ParentPresent|DateRecorded|PrescribingAgency|PrescriptionType|MedicationRepeatInformation|MedicationStatusReason|(?:MedicationStatement)?LastIssueDate|(?:Medication(?:Statement)?)?DosageLastChanged|MedicationQuantityText|ValueApproximation|RegistrationDetails|NHSNumberVerificationStatus|EthnicCategory|NHSCommunication|coding-sctdescid|coding-sctdecsid)(?:-\d+)?$/i
