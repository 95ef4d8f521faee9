import { Problem } from '../../kernel/problem.ts'
import type { HealthRecord, Observation, OtherItem, Specimen } from '../ccda/record.ts'
import { readAllergy } from './allergy-intolerance.ts'
import { readProblem } from './condition.ts'
import { readReport } from './diagnostic-report.ts'
import { readDocument } from './document-reference.ts'
import { readEncounter } from './encounter.ts'
import { readImmunization } from './immunization.ts'
import type { Reader } from './item.ts'
import { type Json, object, objects, rawString } from './json.ts'
import { codedLists, immunisationMembers, readAreas, readConsultations, readOutcomes } from './lists.ts'
import { readMedications } from './medication.ts'
import { readObservation, readSpecimen } from './observation.ts'
import { readOther } from './other.ts'
import { readPatient, readPeople } from './people.ts'
import { readProcedureRequest, readReferral } from './plan.ts'
import { readProcedure } from './procedure.ts'
import { otherVersions } from './version.ts'
import { indexBundle, type Source, type SourceEntry } from './source.ts'

/**
 * The record in a GP Connect Access Record Structured bundle (FHIR STU3, CareConnect-GPC). Never throws over what a
 * record says; throws an `invalid` or `unsupported` Problem over what is no such record: no Bundle, another FHIR
 * version, the records of two patients.
 * https://digital.nhs.uk/developer/api-catalogue/gp-connect-access-record-structured-fhir
 */
export function readGpConnectRecord(value: unknown): HealthRecord {
  const bundle = bundleOf(value)
  const refuseOther = otherVersions()
  const subjects = collectSubjects()
  let restricted = false
  const source = indexBundle(bundle, (entry, meta) => {
    refuseOther(entry, meta)
    subjects.add(entry.resource)
    if (entry.notForPatient) restricted = true
  })
  const { people, datatypes } = readPeople(source)
  const reader: Reader = { source, people, datatypes }
  const supporting = new Map<string, { used: string } | { leftOut: string }>()

  const patientEntry = onePatient(source)
  const patient = patientEntry && readPatient(source, patientEntry, people, datatypes)
  if (patientEntry) supporting.set(patientEntry.key, { used: 'recordTarget' })

  const read = <T>(type: string, one: (entry: SourceEntry) => T): T[] => source.ofType(type).map(one)
  const specimens = new Map<string, Specimen>()
  for (const entry of source.ofType('Specimen')) specimens.set(entry.key, readSpecimen(reader, entry))
  const observations = new Map<string, Observation>()
  const lists = codedLists(source)
  const underImmunisations = immunisationMembers(reader, lists)
  for (const entry of source.ofType('Observation')) {
    const about = underImmunisations.has(entry.key) ? 'immunisations' : undefined
    observations.set(entry.key, readObservation(reader, entry, specimens, about))
  }
  const reports = read('DiagnosticReport', (entry) => readReport(reader, entry, observations, specimens))
  const encounters = read('Encounter', (entry) => readEncounter(reader, entry))
  const outcomes = readOutcomes(reader, readAreas(reader, lists, supporting), supporting)

  const record = {
    id: rawString(bundle.id) ?? '',
    patient,
    practitioners: people.practitioners,
    areas: outcomes.areas,
    allergies: read('AllergyIntolerance', (entry) => readAllergy(reader, entry)),
    medications: readMedications(reader),
    problems: read('Condition', (entry) => readProblem(reader, entry)),
    immunizations: read('Immunization', (entry) => readImmunization(reader, entry)),
    reports,
    observations: [...observations.values()],
    procedures: read('Procedure', (entry) => readProcedure(reader, entry)),
    encounters,
    consultations: readConsultations(reader, lists, new Map(encounters.map((one) => [one.key, one])), supporting),
    plans: [
      ...read('ProcedureRequest', (entry) => readProcedureRequest(reader, entry)),
      ...read('ReferralRequest', (entry) => readReferral(reader, entry)),
    ],
    documents: read('DocumentReference', (entry) => readDocument(reader, entry)),
    coverages: readAll(reader, (type) => type === 'Coverage'),
    devices: readAll(reader, (type) => type === 'Device' || type === 'DeviceUseStatement' || type === 'DeviceRequest'),
    others: readAll(reader, (type) => !known.has(type)),
  }

  const custodian =
    people.organisation(patientEntry && object(patientEntry.resource.managingOrganization)) ?? practice(reader)
  const strangers = patientEntry !== undefined && isAboutOthers(source, patientEntry, subjects.references)
  if (patientEntry === undefined)
    source.issue({ severity: 'error', text: 'The record does not say whose it is: it holds no Patient' })
  if (strangers)
    source.issue({
      severity: 'error',
      text: 'Items of the record name another patient than the one it is about',
    })
  for (const [key, reason] of source.leftOut) supporting.set(key, { leftOut: reason })
  return {
    ...record,
    restricted,
    authority: `gp-connect:${custodian?.identifiers[0]?.value ?? ''}`,
    custodian,
    warnings: [
      ...(patientEntry === undefined ? ['The record does not say whose it is.'] : []),
      ...(strangers
        ? ['Items of this record name another patient than the one it is about. Check before relying on it.']
        : []),
      ...outcomes.warnings,
    ],
    resources: source.entries,
    supporting,
    issues: source.issues,
  }
}

function bundleOf(value: unknown): Json {
  const resource = object(value)
  const type = rawString(resource?.resourceType)
  if (!resource || type === undefined)
    throw new Problem('invalid', 'Not a FHIR Bundle: a GP record is a JSON object with "resourceType": "Bundle"', {
      code: { fhir: 'structure' },
    })
  if (type === 'OperationOutcome') {
    const issue = objects(resource.issue)[0]
    const details = object(issue?.details)
    const words =
      rawString(details?.text) ??
      rawString(objects(details?.coding)[0]?.display) ??
      rawString(issue?.diagnostics) ??
      rawString(issue?.code)
    throw new Problem(
      'invalid',
      `Not a GP record but the refusal of one (OperationOutcome): ${words ?? 'no reason given'}`,
    )
  }
  if (type !== 'Bundle') throw new Problem('invalid', `Not a GP record: a FHIR ${type}, where a Bundle is wanted`)
  const entries = Array.isArray(resource.entry) ? resource.entry : []
  if (entries.length === 0) throw new Problem('invalid', 'Not a GP record: the Bundle is empty')
  const isOfRecord = (entry: unknown): boolean => {
    const type = rawString(object(object(entry)?.resource)?.resourceType) ?? rawString(object(entry)?.resourceType)
    return type !== undefined && type !== 'OperationOutcome'
  }
  if (!entries.some(isOfRecord))
    throw new Problem('invalid', 'Not a GP record: the Bundle holds no resource of a record')
  return resource
}

/** The records of two people are never put into one document. */
function onePatient(source: Source): SourceEntry | undefined {
  const patients = source.ofType('Patient').filter((entry) => entry.owner === undefined)
  const [first, second] = patients
  if (second)
    throw new Problem('invalid', `Not the record of one patient: the Bundle holds ${patients.length} Patients`)
  return first
}

/** Whom the resources are about, by their references. */
function collectSubjects(): { readonly references: ReadonlySet<string>; add(resource: Json): void } {
  const references = new Set<string>()
  // Nearly all are about the same one.
  let last: string | undefined
  return {
    references,
    add(resource) {
      const reference = rawString(object(resource.subject ?? resource.patient)?.reference)
      if (reference === undefined || reference === last) return
      last = reference
      references.add(reference)
    },
  }
}

function isAboutOthers(source: Source, patient: SourceEntry, subjects: ReadonlySet<string>): boolean {
  for (const reference of subjects)
    if (!reference.startsWith('#') && source.resolve({ reference }) !== patient && /(^|\/)Patient\//.test(reference))
      return true
  return false
}

/** Who keeps the record, where the patient does not say: the practice, else the employer of the people in it. */
function practice({ source, people }: Reader) {
  const organisations = source.ofType('Organization')
  const isPractice = (entry: SourceEntry) =>
    objects(entry.resource.type).some(
      (type) =>
        objects(type.coding).some((coding) => rawString(coding.code) === 'gp-practice') ||
        rawString(type.text) === 'GP Practice',
    )
  const found = organisations.find(isPractice) ?? (organisations.length === 1 ? organisations[0] : undefined)
  if (found) return people.organisation({ reference: found.key })
  return people.practitioners.flatMap((one) => one.roles).find((role) => role.organisation)?.organisation
}

/** Of several types, in the record's order. */
function readAll(reader: Reader, wanted: (type: string) => boolean): OtherItem[] {
  const { source } = reader
  const types = new Set([...source.types()].filter(wanted))
  if (types.size === 0) return []
  return source.entries
    .filter((entry) => types.has(entry.type) && !source.leftOut.has(entry.key))
    .map((entry) => readOther(reader, entry))
}

/** Types that are items with a section, or support those. */
const known = new Set([
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'HealthcareService',
  'List',
  'OperationOutcome',
  'AllergyIntolerance',
  'MedicationStatement',
  'MedicationRequest',
  'Medication',
  'Condition',
  'Immunization',
  'Observation',
  'DiagnosticReport',
  'Specimen',
  'Encounter',
  'ProcedureRequest',
  'ReferralRequest',
  'DocumentReference',
  'Procedure',
  'Coverage',
  'Device',
  'DeviceUseStatement',
  'DeviceRequest',
])
