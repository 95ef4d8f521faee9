/** Quirks of structure: ids, references, what is missing, and what is said beside the record. */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { type Alter, each, everywhere, isList, omit, one } from './alter.ts'

const secondaryOrPrimary = (resource: Resource) => isList(resource) && resource.encounter === undefined

export const structure = {
  /** EMIS and TPP give the Lists of areas no id; those of consultations need one. */
  'lists-without-id': (all) => all.map((resource) => (secondaryOrPrimary(resource) ? omit(resource, 'id') : resource)),
  'dangling-encounter-references': (all) => {
    const change = (resource: Resource): Resource =>
      resource.context
        ? { ...resource, context: { reference: 'Encounter/4000000000000000_0000000000000000' } }
        : resource
    return all.map((resource, at) =>
      at % 5 === 0 && (resource.resourceType === 'Observation' || resource.resourceType === 'DiagnosticReport')
        ? change(resource)
        : resource,
    )
  },
  'medication-missing': (all) => {
    const first = all.find(({ resourceType }) => resourceType === 'Medication')
    return all.filter((resource) => resource !== first)
  },
  'patient-missing': (all) => all.filter(({ resourceType }) => resourceType !== 'Patient'),
  'practitioners-missing': (all) => all.filter(({ resourceType }) => resourceType !== 'Practitioner'),
  'reports-without-specimen': each('DiagnosticReport', (report) => omit(report, 'specimen')),
  'topics-without-category': (all) => {
    const categories = new Map(
      all.filter((each) => isList(each, '24781000000107')).map((each) => [`List/${each.id}`, each]),
    )
    const flat = (entry: { item: { reference: string } }) => {
      const category = categories.get(entry.item.reference)
      return category ? (category.entry as object[]) : [entry]
    }
    return all
      .filter((resource) => ![...categories.values()].includes(resource))
      .map((resource) =>
        isList(resource, '25851000000105') && Array.isArray(resource.entry)
          ? { ...resource, entry: resource.entry.flatMap(flat) }
          : resource,
      )
  },
  'conditions-without-asserter': each('Condition', (condition) => omit(condition, 'asserter')),
  'report-category-as-array': each('DiagnosticReport', (report) => ({ ...report, category: [report.category] })),
  'report-status-unknown': each('DiagnosticReport', (report) => ({ ...report, status: 'unknown' })),
  'reactions-left-out': each('AllergyIntolerance', (allergy) => omit(allergy, 'reaction')),
  'actual-problem-gpc-url': everywhere((object) =>
    object.url === 'https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-ActualProblem-1'
      ? { ...object, url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ActualProblem-1' }
      : object,
  ),
  'titles-vary': (all, random) =>
    all.map((resource) =>
      isList(resource) && typeof resource.title === 'string'
        ? {
            ...resource,
            title: random.pick([
              resource.title.toUpperCase(),
              `${resource.title} `,
              `${resource.title}.`,
              resource.title.toLowerCase(),
            ]),
          }
        : resource,
    ),
  /** https://www.hl7.org/fhir/STU3/v3/ActCode/cs.html: not to be shown to the patient. */
  'not-for-patient': (all, random) =>
    all.map((resource) =>
      ['Observation', 'Condition', 'MedicationStatement', 'AllergyIntolerance'].includes(resource.resourceType) &&
      random.chance(0.15)
        ? {
            ...resource,
            meta: {
              ...resource.meta,
              security: [
                {
                  system: 'http://hl7.org/fhir/v3/ActCode',
                  code: 'NOPAT',
                  display: "no disclosure to patient, family or caregivers without attending provider's authorization",
                },
              ],
            },
          }
        : resource,
    ),
  'outcome-code-as-value-set': everywhere((object) =>
    object.system === 'https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1'
      ? { ...object, system: 'https://fhir.nhs.uk/STU3/ValueSet/Spine-ErrorOrWarningCode-1' }
      : object,
  ),
  'entries-shuffled': (all, random) =>
    all
      .map((resource) => [random.next(), resource] as const)
      .sort(([a], [b]) => a - b)
      .map(([, resource]) => resource),
  /** A consultation whose topic contains itself. */
  'cyclic-lists': one(
    (resource) => isList(resource, '25851000000105'),
    (topic) => ({
      ...topic,
      entry: [...((topic.entry as object[] | undefined) ?? []), { item: { reference: `List/${topic.id}` } }],
    }),
  ),
  'statement-without-plan': one(
    ({ resourceType }) => resourceType === 'MedicationStatement',
    (statement) => ({ ...statement, basedOn: [{ reference: 'MedicationRequest/nowhere' }] }),
  ),
} satisfies Record<string, Alter>
