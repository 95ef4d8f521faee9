import type { Bundle, Resource } from '../../../src/standards/fhir/types.ts'
import { contentOf } from './area-content.ts'
import type { AreaParameter, RecordRequest } from './parameters.ts'

type Json = Record<string, unknown>

/** The primary Lists of each area, by their SNOMED CT codes. */
export const primaryLists: Readonly<Record<AreaParameter, readonly (readonly [code: string, title: string])[]>> = {
  includeAllergies: [
    ['886921000000105', 'Allergies and adverse reactions'],
    ['1103671000000101', 'Ended allergies'],
  ],
  includeMedication: [['933361000000108', 'Medications and medical devices']],
  includeProblems: [['717711000000103', 'Problems']],
  includeImmunisations: [['1102181000000102', 'Immunisations']],
  includeInvestigations: [['887191000000108', 'Investigations and results']],
  includeConsultations: [['1149501000000101', 'List of consultations']],
  includeUncategorisedData: [['826501000000100', 'Miscellaneous record']],
  includeReferrals: [['792931000000107', 'Outbound referral']],
  includeDiaryEntries: [['714311000000108', 'Patient recall administration']],
}
const endedAllergies = '1103671000000101'
/** The beginning of the codes of the secondary Lists that come with an area. */
const secondaryLists: Partial<Record<AreaParameter, string>> = {
  includeProblems: 'problems-',
  includeConsultations: 'consultations-',
}

/** Who and where: belongs to whatever refers to it. */
const common = ['Patient', 'Practitioner', 'PractitionerRole', 'Organization', 'Location', 'HealthcareService']
/** A consultation's own List, which refers to its Encounter. */
const consultationList = '325851000000107'
/** Which types an area brings beside the common ones; `*`: everything that is linked, `-X` but not X. */
const brings: Readonly<Record<AreaParameter, readonly string[]>> = {
  includeAllergies: ['AllergyIntolerance'],
  includeMedication: ['MedicationStatement', 'MedicationRequest', 'Medication'],
  includeProblems: ['*'],
  includeImmunisations: ['Immunization', 'Observation'],
  includeInvestigations: ['DiagnosticReport', 'Observation', 'Specimen', 'ProcedureRequest'],
  includeConsultations: ['*', '-Encounter'],
  includeUncategorisedData: ['Observation', 'QuestionnaireResponse'],
  includeReferrals: ['ReferralRequest', 'DocumentReference'],
  includeDiaryEntries: ['ProcedureRequest'],
}

/** The part of a whole record that was asked for. */
export function filterRecord(record: Bundle, request: RecordRequest): Bundle {
  const resources = (record.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []))
  const byReference = new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]))
  const kept = new Set<Resource>(resources.filter(({ resourceType }) => resourceType === 'Patient'))
  const lists: Resource[] = []

  const follow = (from: readonly Resource[], types: readonly string[]) => {
    const waiting = [...from]
    for (let resource = waiting.pop(); resource; resource = waiting.pop()) {
      if (kept.has(resource)) continue
      kept.add(resource)
      for (const reference of referencesIn(resource)) {
        const target = byReference.get(reference)
        if (target && brought(target.resourceType, types)) waiting.push(target)
      }
    }
  }
  // The Patient's own practice and doctor.
  for (const patient of Array.from(kept)) {
    kept.delete(patient)
    follow([patient], common)
  }

  for (const [area, parts] of request.areas) {
    const content = contentOf(area, parts, request, resources)
    for (const [code, title] of primaryLists[area]) {
      if (code === endedAllergies && parts.get('includeResolvedAllergies') !== true) continue
      const found = resources.filter((resource) => resource.resourceType === 'List' && listCode(resource) === code)
      for (const list of found.length > 0 ? found : [emptyList(code, title)]) {
        const entries = entriesOf(list).filter((entry) => {
          const target = byReference.get(referenceOf(entry))
          return target ? content(target) : true
        })
        lists.push(withEntries(list, entries))
        const targets = entries.flatMap((entry) => byReference.get(referenceOf(entry)) ?? [])
        follow(targets, [...common, ...brings[area]])
      }
    }
    if (area === 'includeConsultations')
      follow(
        resources.filter((list) => {
          const encounter = byReference.get(String((list['encounter'] as Json | undefined)?.['reference']))
          return listCode(list) === consultationList && encounter !== undefined && kept.has(encounter)
        }),
        brings[area],
      )
    // A plan that a consultation or a problem leads to is half a medication: its statement refers to it.
    if (brings[area].includes('*')) follow(statementsOn(resources, kept), brings[area])
    if (area === 'includeMedication') keepOrders(resources, kept, parts.get('includePrescriptionIssues') === true)
  }
  for (const [area, beginning] of Object.entries(secondaryLists)) {
    if (!request.areas.has(area as AreaParameter)) continue
    for (const list of resources.filter(
      (resource) => resource.resourceType === 'List' && listCode(resource)?.startsWith(beginning),
    )) {
      const entries = entriesOf(list).filter((entry) => {
        const target = byReference.get(referenceOf(entry))
        return !target || kept.has(target)
      })
      lists.push(withEntries(list, entries))
    }
  }
  const ordered = resources.filter(
    (resource) =>
      kept.has(resource) &&
      !lists.some((list) => list.id !== undefined && list.id === resource.id && resource.resourceType === 'List'),
  )
  return {
    resourceType: 'Bundle',
    meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-StructuredRecord-Bundle-1'] },
    type: 'collection',
    entry: [...lists, ...ordered].map((resource) => ({ resource })),
  }
}

const brought = (type: string, types: readonly string[]) =>
  types.includes(type) || (types.includes('*') && !types.includes(`-${type}`))

function statementsOn(resources: readonly Resource[], kept: ReadonlySet<Resource>): Resource[] {
  const known = new Set(Array.from(kept, ({ resourceType, id }) => `${resourceType}/${id}`))
  return resources.filter(
    (resource) =>
      resource.resourceType === 'MedicationStatement' &&
      referencesIn(resource['basedOn']).some((reference) => known.has(reference)),
  )
}

/** Issues (`order`) of a medication refer to its plan; without them the plan alone is given. */
function keepOrders(resources: readonly Resource[], kept: Set<Resource>, issues: boolean): void {
  const plans = new Set(Array.from(kept, ({ resourceType, id }) => `${resourceType}/${id}`))
  for (const resource of resources) {
    if (resource.resourceType !== 'MedicationRequest' || resource['intent'] !== 'order') continue
    const ofKept = referencesIn(resource['basedOn']).some((reference) => plans.has(reference))
    if (issues && ofKept) kept.add(resource)
    if (!issues) kept.delete(resource)
  }
}

function emptyList(code: string, title: string): Resource {
  return {
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
    title,
    code: { coding: [{ system: 'http://snomed.info/sct', code, display: title }] },
    entry: [],
  }
}

/** A List that has lost its last entry says that there is nothing, in the words of GP Connect. */
function withEntries(list: Resource, entries: readonly Json[]): Resource {
  const { entry: _entry, emptyReason, note, ...rest } = list
  if (entries.length > 0) return { ...rest, ...(note !== undefined && { note }), entry: entries } as Resource
  const reason = {
    coding: [
      {
        system: 'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListEmptyReasonCode-1',
        code: 'no-content-recorded',
        display: 'No Content Recorded',
      },
    ],
  }
  const notes = Array.isArray(note) ? (note as Json[]) : []
  const nothing = { text: 'Information not available' }
  return {
    ...rest,
    note: notes.some(({ text }) => text === nothing.text) ? notes : [...notes, nothing],
    emptyReason: emptyReason ?? reason,
  } as Resource
}

/** Every `reference` anywhere inside, contained resources included. */
export function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([element, inner]) =>
    element === 'reference' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  )
}

const entriesOf = (list: Resource) => (Array.isArray(list['entry']) ? (list['entry'] as Json[]) : [])
const referenceOf = (entry: Json) => String((entry['item'] as Json | undefined)?.['reference'] ?? '')
export const listCode = (list: Resource) => {
  const coding = (list['code'] as { coding?: { code?: string }[] } | undefined)?.coding
  return coding?.[0]?.code
}
