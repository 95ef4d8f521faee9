import type { Coded } from '../record.ts'

type Loinc = {
  readonly code: string
  readonly display: string
  /** UCUM units it can be measured in: a weight in mm[Hg] is a mistake of the record, and no weight. */
  readonly units: readonly string[]
}
const pressures = ['mm[Hg]', 'kPa']
const lengths = ['cm', 'm', 'mm', '[in_i]']
const rates = ['/min']
const systolic = { code: '8480-6', display: 'Systolic blood pressure', units: pressures }
const diastolic = { code: '8462-4', display: 'Diastolic blood pressure', units: pressures }
const heartRate = { code: '8867-4', display: 'Heart rate', units: rates }
const respiratoryRate = { code: '9279-1', display: 'Respiratory rate', units: rates }
const temperature = { code: '8310-5', display: 'Body temperature', units: ['Cel', '[degF]'] }
const height = { code: '8302-2', display: 'Body height', units: lengths }
const weight = { code: '29463-7', display: 'Body weight', units: ['kg', 'g', '[lb_av]', '[oz_av]'] }
const bmi = { code: '39156-5', display: 'Body mass index (BMI) [Ratio]', units: ['kg/m2'] }
const saturation = { code: '2708-6', display: 'Oxygen saturation in Arterial blood', units: ['%'] }
const headCircumference = { code: '9843-4', display: 'Head Occipital-frontal circumference', units: lengths }

/**
 * Vital signs by their SNOMED CT codes, as LOINC and C-CDA's value set name them (Vital Sign Result Type,
 * 2.16.840.1.113883.3.88.12.80.62). What the record measured more exactly (sitting, on average, by the patient at home)
 * stays in the words and the SNOMED CT code beside it.
 */
const bySnomed: ReadonlyMap<string, VitalSign> = tableOf({
  '72313002': systolic,
  '271649006': systolic,
  '163030003': systolic,
  '1091811000000102': diastolic,
  '271650006': diastolic,
  '163031004': diastolic,
  '364075005': heartRate,
  '78564009': heartRate,
  '8499008': heartRate,
  '422119006': heartRate,
  '86290005': respiratoryRate,
  '703421000': temperature,
  '386725007': temperature,
  '276885007': temperature,
  '50373000': height,
  '248333004': height,
  '1153637007': height,
  '27113001': weight,
  '60621009': bmi,
  '103228002': saturation,
  '431314004': saturation,
  '363812007': headCircumference,
})

/**
 * Measured as vital signs are, but in a way that a plain reading is not: averages over a day, readings by the patient,
 * positions. They go under vital signs with their own SNOMED CT code, so that no software takes them for a plain reading.
 */
const qualified = new Set([
  '407554009',
  '407555005',
  '407556005',
  '407557001',
  '314449000',
  '314462001',
  '314440001',
  '314453003',
  '1162735000',
  '1162737008',
  '784399000',
  '1162419008',
  '413606001',
  '413605002',
  '314438006',
  '314439003',
  '314441002',
  '314442009',
  '314443004',
  '314444005',
  '314451001',
  '314452008',
  '314454009',
  '314455005',
  '314456006',
  '314457002',
  '1097811000000106',
  '163033001',
  '163034007',
])

export type VitalSign = { readonly loinc: Loinc | undefined }

export function vitalSign(code: Coded): VitalSign | undefined {
  for (const coding of code.codings) {
    if (coding.code === undefined) continue
    const found =
      bySnomed.get(coding.code) ?? (coding.system === 'http://loinc.org' ? byLoinc.get(coding.code) : undefined)
    if (found) return found
    if (qualified.has(coding.code)) return withoutLoinc
  }
  return undefined
}
const withoutLoinc: VitalSign = { loinc: undefined }

function tableOf(signs: Readonly<Record<string, Loinc>>): ReadonlyMap<string, VitalSign> {
  return new Map(Object.entries(signs).map(([code, loinc]) => [code, { loinc }]))
}

const byLoinc: ReadonlyMap<string, VitalSign> = new Map(
  [
    systolic,
    diastolic,
    heartRate,
    respiratoryRate,
    temperature,
    height,
    weight,
    bmi,
    saturation,
    headCircumference,
  ].map((loinc) => [loinc.code, { loinc }]),
)
