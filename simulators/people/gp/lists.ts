/**
 * The Lists of a structured record: one for each area asked for, and the secondary ones for what came with consultations
 * and problems. https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured_development_list.html
 */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { local } from './shape.ts'
import type { Area, Item } from './item.ts'
import { coded, gpc, nhs, profile, snomed, type Writer } from './shape.ts'

export type Warning = 'confidential-items' | 'data-in-transit' | 'data-awaiting-filing'

type PrimaryList = { readonly code: string; readonly title: string; readonly display?: string }

export const primaryLists = {
  allergies: { code: '886921000000105', title: 'Allergies and adverse reactions' },
  endedAllergies: { code: '1103671000000101', title: 'Ended allergies' },
  medication: { code: '933361000000108', title: 'Medications and medical devices' },
  problems: { code: '717711000000103', title: 'Problems' },
  immunisations: { code: '1102181000000102', title: 'Immunisations' },
  investigations: { code: '887191000000108', title: 'Investigations and results' },
  consultations: { code: '1149501000000101', title: 'List of consultations' },
  uncategorisedData: { code: '826501000000100', title: 'Uncategorised data', display: 'Miscellaneous record' },
  referrals: { code: '792931000000107', title: 'Outbound referral' },
  diaryEntries: { code: '714311000000108', title: 'Patient recall administration' },
} as const satisfies Record<string, PrimaryList>
export type PrimaryListName = keyof typeof primaryLists

export function primaryList(
  writer: Writer,
  name: PrimaryListName,
  items: readonly Item[],
  warnings: readonly Warning[],
): Resource {
  const { code, title, display }: PrimaryList = primaryLists[name]
  const ended = items.filter((item) => item.ended)
  const notes = [
    ...warnings.map((warning) => warningText(warning, writer)),
    ...(items.length === 0 ? ['Information not available'] : []),
  ]
  return {
    resourceType: 'List',
    id: writer.id(`list-${name}`),
    meta: profile('List'),
    ...(ended.length > 0 && { contained: ended.map(({ main }) => main) }),
    extension: [
      {
        url: gpc('ClinicalSetting'),
        valueCodeableConcept: snomed({ code: '1060971000000108', display: 'General practice service' }),
      },
      ...warnings.map((warning) => ({ url: gpc('ListWarningCode'), valueCode: warning })),
    ],
    status: 'current',
    mode: 'snapshot',
    title,
    code: snomed({ code, display: display ?? title }),
    subject: writer.subject,
    date: local(writer.person.asOf, 600),
    orderedBy: coded('http://hl7.org/fhir/list-order', 'event-date', 'Sorted by Event Date'),
    ...(notes.length > 0 && { note: notes.map((text) => ({ text })) }),
    ...(items.length > 0
      ? { entry: items.map((item) => ({ item: { reference: referenceTo(item) } })) }
      : { emptyReason: nhs('CareConnect-ListEmptyReasonCode', 'no-content-recorded', 'No Content Recorded') }),
  }
}

const referenceTo = ({ main, ended }: Item) => (ended ? `#${main.id}` : `${main.resourceType}/${main.id}`)

/** The sentences the specification prescribes for each code. */
function warningText(warning: Warning, writer: Writer): string {
  if (warning === 'confidential-items') return 'Items excluded due to confidentiality and/or patient preferences.'
  if (warning === 'data-awaiting-filing') {
    return 'Patient data may be incomplete as there is data supplied by a third party awaiting review before becoming available.'
  }
  const [year, month, day] = writer.person.registered.split('-')
  const name = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][Number(month) - 1]
  return `Patient record transfer from previous GP practice not yet complete; information recorded before ${day}-${name}-${year} may be missing.`
}

const areaNames: Record<Area, string | undefined> = {
  allergies: 'allergies',
  medication: 'medications',
  problems: 'problems',
  immunisations: 'immunisations',
  investigations: 'investigations',
  uncategorisedData: 'uncategorised data',
  referrals: 'outbound referrals',
  diaryEntries: 'diary entries',
  documents: 'documents',
  consultations: undefined,
}

/** What consultations contain and what problems are related to, a List for each area of it. */
export function secondaryLists(writer: Writer, of: 'consultations' | 'problems', items: readonly Item[]): Resource[] {
  const groups = Map.groupBy(items, ({ area, ended }) => (ended ? 'ended' : area))
  return [...groups].flatMap(([group, members]): Resource[] => {
    const name = group === 'ended' ? 'allergies that have been ended' : areaNames[group]
    if (of === 'problems' && group === 'consultations')
      return [secondary(writer, 'Problems - consultations related to problems', members)]
    if (!name) return []
    if (of === 'problems') {
      // The specification's own name for problems that the query did not ask for.
      if (group === 'problems')
        return [secondary(writer, 'Problems - linked problems not relating to the primary query', members)]
      return [secondary(writer, `Problems - ${name} related to problems`, members)]
    }
    const verb = group === 'referrals' ? 'in' : 'contained in'
    return [secondary(writer, `Consultations - ${name} ${verb} consultations`, members)]
  })
}

function secondary(writer: Writer, title: string, items: readonly Item[]): Resource {
  const code = title.toLowerCase().replaceAll(' - ', '-').replaceAll(' ', '-')
  const ended = items.filter((item) => item.ended)
  return {
    resourceType: 'List',
    id: writer.id(`list-${code}`),
    meta: profile('List'),
    ...(ended.length > 0 && { contained: ended.map(({ main }) => main) }),
    extension: [
      {
        url: gpc('ClinicalSetting'),
        valueCodeableConcept: snomed({ code: '1060971000000108', display: 'General practice service' }),
      },
    ],
    status: 'current',
    mode: 'snapshot',
    title,
    code: coded('https://fhir.hl7.org.uk/STU3/CodeSystem/GPConnect-SecondaryListValues-1', code, title),
    subject: writer.subject,
    date: local(writer.person.asOf, 600),
    orderedBy: coded('http://hl7.org/fhir/list-order', 'event-date', 'Sorted by Event Date'),
    entry: items.map((item) => ({ item: { reference: referenceTo(item) } })),
  }
}
