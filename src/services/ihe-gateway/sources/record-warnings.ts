import { lookup } from '../../../standards/lookup.ts'
import type { Bundle } from '../../../standards/fhir/types.ts'
import { outcomeCodes } from '../../../standards/nhs/outcome-codes.ts'
import type { Area, RecordWarning } from './port.ts'
import { isObject, objects, text } from './upstream.ts'

const areas: Readonly<Record<string, Area>> = lookup({
  includeAllergies: 'allergies',
  includeMedication: 'medication',
  includeConsultations: 'consultations',
  includeProblems: 'problems',
  includeImmunisations: 'immunisations',
  includeUncategorisedData: 'uncategorisedData',
  includeInvestigations: 'investigations',
  includeReferrals: 'referrals',
  includeDiaryEntries: 'diaryEntries',
})
const known = ['confidential-items', 'data-in-transit', 'data-awaiting-filing'] as const
const standing: Readonly<Record<string, string>> = lookup({
  'confidential-items': 'Items excluded due to confidentiality and/or patient preferences.',
  'data-in-transit': 'Patient record transfer from previous GP practice not yet complete; information may be missing.',
  'data-awaiting-filing': 'Patient data may be incomplete as there is data supplied by a third party awaiting review.',
})

/**
 * Everything in a record that says it is not all there: an OperationOutcome for the areas, a code on a List for its items.
 * https://developer.nhs.uk/apis/gpconnect-1-5-1/accessrecord_structured_development_list.html
 */
export function recordWarnings(bundle: Bundle): RecordWarning[] {
  return (bundle.entry ?? []).flatMap(({ resource }) => {
    if (resource?.resourceType === 'OperationOutcome') return areaWarnings(resource)
    return resource?.resourceType === 'List' ? listWarnings(resource) : []
  })
}

function areaWarnings(outcome: unknown): RecordWarning[] {
  return outcomeCodes(outcome).map(({ text: said, diagnostics, display, code }) => {
    const shown = said ?? diagnostics ?? display ?? code ?? 'The record may be incomplete'
    const named = /include[A-Za-z]+/.exec(`${diagnostics ?? ''} ${said ?? ''}`)?.[0] ?? ''
    return { warning: 'area-not-given', area: areas[named], text: shown }
  })
}

function listWarnings(list: { readonly [element: string]: unknown }): RecordWarning[] {
  const codes = objects(list['extension'])
    .filter(({ url }) => String(url).includes('ListWarningCode'))
    .flatMap(({ valueCode }) => text(valueCode) ?? [])
  const notes = objects(list['note']).flatMap((note) => text(note['text']) ?? [])
  const concept = list['code']
  const code = isObject(concept) ? text(objects(concept['coding'])[0]?.['code']) : undefined
  return codes.map((said) => {
    const warning = known.find((one) => one === said) ?? 'other'
    const told = notes.filter((note) => note !== 'Information not available').join(' ')
    return { warning, list: code, text: told || (standing[said] ?? said) }
  })
}
