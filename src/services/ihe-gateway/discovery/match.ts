import { lookup } from '../../../standards/lookup.ts'
import type { EntityName, InstanceIdentifier } from '../../../standards/ihe/hl7v3/data-types.ts'
import type { PatientMatch } from '../../../standards/ihe/hl7v3/patient-answer.ts'
import { nhsNumberOid } from '../../../standards/nhs/nhs-number.ts'
import type { Demographics, PersonName } from '../sources/port.ts'
import { tsOfDate } from '../times.ts'

/** Root of an ODS code in HL7 V3 messages of the NHS. */
export const odsCodeOid = '1.2.826.0.1285.0.1.10'

const genders = { male: 'M', female: 'F', other: 'UN', unknown: undefined } as const

/** A patient of PDS as HL7 V3 says it. `practice` where there is one that may be told. */
export function matchOf(
  demographics: Demographics,
  practice: string | undefined,
  otherIds: readonly InstanceIdentifier[],
  score = 1,
): PatientMatch {
  const gender = demographics.gender && genders[demographics.gender]
  const birthTime = tsOfDate(demographics.birthDate)
  const deceasedAt = tsOfDate(demographics.deceased?.at)
  return {
    id: { root: nhsNumberOid, extension: demographics.nhsNumber },
    otherIds,
    names: [demographics.name, ...demographics.otherNames].map(nameOf).filter(({ parts }) => parts.length > 0),
    ...(gender && { gender }),
    ...(birthTime && { birthTime }),
    ...(demographics.deceased && { deceased: { ...(deceasedAt && { time: deceasedAt }) } }),
    addresses: demographics.addresses
      .map(({ lines, city, postcode }) => [
        ...lines.map((line) => ['streetAddressLine', line] as const),
        ...(city ? [['city', city] as const] : []),
        ...(postcode ? [['postalCode', postcode] as const] : []),
      ])
      .filter((parts) => parts.length > 0),
    telecoms: demographics.telecoms.flatMap(({ system, value, use }) => {
      const url = telecomUrl(system, value)
      const as = telecomUses[use ?? '']
      return url ? [{ value: url, ...(as && { use: as }) }] : []
    }),
    restricted: demographics.restricted,
    provider: practice
      ? { id: { root: odsCodeOid, extension: practice }, name: `General practice ${practice}` }
      : { id: { root: nhsNumberOid }, name: 'NHS' },
    degree: Math.round(Math.min(1, Math.max(0, score)) * 100),
  }
}

const nameOf = (name: PersonName): EntityName => ({
  search: false,
  parts: [
    ...name.prefix.map((text) => ['prefix', text] as const),
    ...name.given.map((text) => ['given', text] as const),
    ...(name.family ? [['family', name.family] as const] : []),
    ...name.suffix.map((text) => ['suffix', text] as const),
  ].filter(([, text]) => text.trim() !== ''),
})

const telecomUses: Record<string, 'HP' | 'WP' | 'MC'> = lookup({ home: 'HP', work: 'WP', mobile: 'MC' })

function telecomUrl(system: string, value: string): string | undefined {
  const compact = value.replaceAll(/\s/g, '')
  if (system === 'email') return `mailto:${encodeURI(compact)}`
  if (system === 'phone' || system === 'sms') return `tel:${encodeURI(compact)}`
  return system === 'fax' ? `fax:${encodeURI(compact)}` : undefined
}
