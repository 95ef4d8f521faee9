import type { SearchDemographics } from './port.ts'

type Wanted = 'family' | 'given' | 'birthDate' | 'gender' | 'postcode'

/** What PDS needs besides, to search at all. https://digital.nhs.uk/developer/api-catalogue/personal-demographics-service-fhir#get-/Patient */
export function lacking(asked: SearchDemographics, fuzzy: boolean): Wanted[] {
  const has = (element: 'family' | 'given' | 'gender' | 'postcode') => (asked[element] ?? '').length > 0
  const { birthDate } = asked
  const dated = typeof birthDate === 'object' ? Boolean(birthDate.from ?? birthDate.to) : Boolean(birthDate)
  if (!fuzzy) return [...(has('family') ? [] : (['family'] as const)), ...(dated ? [] : (['birthDate'] as const))]
  const byNames = has('family') && has('given')
  const byPlace = (has('family') || has('given')) && has('gender') && has('postcode')
  return [
    ...(dated ? [] : (['birthDate'] as const)),
    ...(byNames || byPlace ? [] : (['family', 'given'] as const).filter((element) => !has(element))),
  ]
}

export function searchQuery(asked: SearchDemographics, fuzzy: boolean): string {
  const { birthDate } = asked
  const pairs: [string, string | undefined][] = [
    ['_fuzzy-match', fuzzy ? 'true' : undefined],
    ['family', asked.family],
    ...(asked.given ?? []).map((given): [string, string] => ['given', given]),
    ['gender', asked.gender],
    ...(typeof birthDate === 'object'
      ? ([
          ['birthdate', birthDate.from && `ge${birthDate.from}`],
          ['birthdate', birthDate.to && `le${birthDate.to}`],
        ] satisfies [string, string | undefined][])
      : birthDates(birthDate)),
    ['address-postalcode', asked.postcode],
  ]
  return pairs.flatMap(([name, value]) => (value ? [`${name}=${encodeURIComponent(value)}`] : [])).join('&')
}

/** PDS takes whole dates: a month or a year becomes the range that it is. */
function birthDates(date: string | undefined): [string, string][] {
  if (!date) return []
  const [year = '', month, day] = date.split('-')
  if (day) return [['birthdate', `eq${date}`]]
  const last = month ? new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate() : 31
  return [
    ['birthdate', `ge${year}-${month ?? '01'}-01`],
    ['birthdate', `le${year}-${month ?? '12'}-${last}`],
  ]
}
