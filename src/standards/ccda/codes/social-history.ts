import type { Coded } from '../record.ts'

/** What a coded finding tells about a person's life, by SNOMED CT code: the topics of C-CDA's Social History Type. */
type Topic = { readonly code: string; readonly display: string; readonly loinc: string; readonly loincName: string }
export const tobacco: Topic = {
  code: '229819007',
  display: 'Tobacco use and exposure',
  loinc: '11367-0',
  loincName: 'History of Tobacco use',
}
export const alcohol: Topic = {
  code: '160573003',
  display: 'Alcohol intake',
  loinc: '11331-6',
  loincName: 'History of Alcohol use',
}
const exercise: Topic = { code: '256235009', display: 'Exercise', loinc: '73985-4', loincName: 'Exercise activity' }
const employment: Topic = {
  code: '364703007',
  display: 'Employment detail',
  loinc: '11341-5',
  loincName: 'History of Occupation',
}

const topics: readonly (readonly [Topic, readonly string[]])[] = [
  [
    tobacco,
    [
      '266919005',
      '8517006',
      '77176002',
      '266927001',
      '449868002',
      '428041000124106',
      '428071000124103',
      '428061000124105',
      '266929003',
      '230056004',
      '65568007',
      '59978006',
      '82302008',
      '160603005',
      '160604004',
      '160605003',
      '160606002',
      '160612007',
      '160616005',
      '160617001',
      '160619003',
      '160620009',
      '160625004',
      '230059006',
      '230060001',
      '228486009',
      '228487000',
      '266920004',
      '266921000',
      '266922007',
      '266923002',
      '266924008',
      '266925009',
      '266928006',
      '281018007',
      '134406006',
      '360890004',
      '360900008',
      '365980008',
      '365981007',
      '365982000',
      '394871007',
      '394872000',
      '394873005',
      '405746006',
      '413173009',
      '225934006',
      '401201003',
      '735128000',
      '1092041000000104',
      '1092071000000105',
      '1092091000000109',
      '1092111000000104',
      '1092131000000107',
      '836001000000109',
      '160614008',
    ],
  ],
  [
    alcohol,
    [
      '160573003',
      '1082641000000106',
      '1082631000000102',
      '105542008',
      '228274009',
      '228273003',
      '160575005',
      '160576006',
      '160577002',
      '160578007',
      '160579004',
      '160580001',
      '266917007',
      '228276006',
      '228310006',
      '228326007',
      '82581004',
      '28127009',
      '43783005',
      '86933000',
      '219006',
      '228277002',
      '228281002',
      '160588008',
      '160589000',
      '160590009',
      '160592001',
      '228319002',
      '335381000000102',
      '443280005',
      '763256006',
    ],
  ],
  [
    exercise,
    [
      '256235009',
      '228447005',
      '228448000',
      '160644000',
      '160645004',
      '160646003',
      '160647007',
      '160648002',
      '366121003',
      '86047003',
    ],
  ],
  [employment, ['364703007', '14679004', '184104002', '224362002', '73438004', '105493001']],
]
const byCode = new Map<string, Topic>(topics.flatMap(([topic, codes]) => codes.map((code) => [code, topic] as const)))

export function socialTopic(code: Coded): Topic | undefined {
  for (const coding of code.codings) {
    const topic = coding.code === undefined ? undefined : byCode.get(coding.code)
    if (topic) return topic
  }
  return undefined
}

/** C-CDA's Smoking Status (2.16.840.1.113883.11.20.9.38), where the record uses one of its codes. */
const smokingStatuses = new Set([
  '266919005',
  '266927001',
  '428041000124106',
  '428061000124105',
  '428071000124103',
  '449868002',
  '77176002',
  '8517006',
])
export function smokingStatus(code: Coded): string | undefined {
  return code.codings.find(
    (coding) => coding.code !== undefined && smokingStatuses.has(coding.code) && /snomed/.test(coding.system ?? ''),
  )?.code
}
