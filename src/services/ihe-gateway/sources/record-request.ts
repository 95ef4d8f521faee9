import { type NhsNumber, nhsNumberSystem } from '../../../standards/nhs/nhs-number.ts'
import type { Areas, Period } from './port.ts'

type Part = { readonly name: string; readonly [value: string]: unknown }
type Parameter = { readonly name: string; readonly part?: readonly Part[]; readonly valueIdentifier?: object }

/**
 * The Parameters of getstructuredrecord.
 * https://developer.nhs.uk/apis/gpconnect-1-5-1/accessrecord_structured_development_retrieve_patient_record.html
 */
export function recordRequest(nhsNumber: NhsNumber, areas: Areas) {
  const { allergies, medication, consultations, problems, immunisations } = areas
  const parameter: Parameter[] = [
    { name: 'patientNHSNumber', valueIdentifier: { system: nhsNumberSystem, value: nhsNumber } },
    ...area('includeAllergies', allergies && [flag('includeResolvedAllergies', allergies.resolved)]),
    ...area(
      'includeMedication',
      medication && [
        flag('includePrescriptionIssues', medication.prescriptionIssues),
        day('medicationSearchFromDate', medication.searchFrom),
      ],
    ),
    ...area(
      'includeConsultations',
      consultations &&
        ('mostRecent' in consultations
          ? [{ name: 'includeNumberOfMostRecent', valuePositiveInt: consultations.mostRecent }]
          : [span('consultationSearchPeriod', consultations.period)]),
    ),
    // Each filter is a parameter of its own.
    ...(problems?.filters?.length ? problems.filters : problems ? [{}] : []).flatMap((filter) =>
      area('includeProblems', [code('filterStatus', filter.status), code('filterSignificance', filter.significance)]),
    ),
    ...area(
      'includeImmunisations',
      immunisations && [flag('includeNotGiven', immunisations.notGiven), flag('includeStatus', immunisations.status)],
    ),
    ...area(
      'includeUncategorisedData',
      areas.uncategorisedData && [span('uncategorisedDataSearchPeriod', areas.uncategorisedData.period)],
    ),
    ...area(
      'includeInvestigations',
      areas.investigations && [span('investigationSearchPeriod', areas.investigations.period)],
    ),
    ...area('includeReferrals', areas.referrals && [span('referralSearchPeriod', areas.referrals.period)]),
    ...area('includeDiaryEntries', areas.diaryEntries && [day('diaryEntriesSearchDate', areas.diaryEntries.until)]),
  ]
  return { resourceType: 'Parameters' as const, parameter }
}

/** Why a provider would refuse these areas together; undefined: it would not. */
export function refusedTogether(areas: Areas): string | undefined {
  if (Object.values(areas).every((area) => area === undefined)) return 'No area is asked for'
  if (!areas.consultations && !areas.problems) return undefined
  const narrowed = [
    areas.medication?.searchFrom && 'medication',
    areas.uncategorisedData?.period && 'uncategorisedData',
    areas.investigations?.period && 'investigations',
    areas.referrals?.period && 'referrals',
    areas.diaryEntries?.until && 'diaryEntries',
  ].filter((name) => name !== undefined && name !== '')
  return narrowed.length > 0 ? `Beside consultations or problems no date may narrow: ${narrowed.join(', ')}` : undefined
}

function area(name: string, parts: readonly (Part | undefined)[] | undefined): Parameter[] {
  if (!parts) return []
  const part = parts.filter((one) => one !== undefined)
  return [{ name, ...(part.length > 0 && { part }) }]
}

const flag = (name: string, value: boolean | undefined): Part | undefined =>
  value === undefined ? undefined : { name, valueBoolean: value }
const code = (name: string, value: string | undefined): Part | undefined =>
  value ? { name, valueCode: value } : undefined
const day = (name: string, value: string | undefined): Part | undefined =>
  value ? { name, valueDate: value } : undefined
const span = (name: string, value: Period | undefined): Part | undefined =>
  value ? { name, valuePeriod: value } : undefined
