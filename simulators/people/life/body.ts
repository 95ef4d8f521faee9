/** Height, weight, pulse and pressure by age and sex: plausible, and consistent with one another. */
import { ageAt, type Day } from '../dates.ts'
import { measures } from '../catalogue/measures.ts'
import type { Measure, Range } from '../person.ts'
import type { Random } from '../random.ts'
import type { Chart } from './chart.ts'

/** Age, median height of boys and girls in cm, median weight of boys and girls in kg. */
const growth: readonly (readonly [number, number, number, number, number])[] = [
  [0, 50, 49.5, 3.5, 3.4],
  [0.25, 61, 60, 6.2, 5.8],
  [0.5, 67.5, 66, 7.9, 7.3],
  [1, 76, 74, 9.7, 9],
  [2, 87, 86, 12.3, 11.7],
  [3, 96, 95, 14.4, 13.9],
  [4, 103, 102, 16.4, 16],
  [5, 110, 109, 18.5, 18],
  [6, 116, 115, 20.6, 20.2],
  [8, 128, 127, 25.4, 25.4],
  [10, 138, 138, 31.5, 32],
  [12, 149, 151, 39.5, 42],
  [14, 164, 160, 50.5, 51],
  [16, 173.5, 162.5, 61, 55.5],
  [18, 176.5, 163.5, 67, 58],
]

const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits

/** Height and weight of this body on that day, as they would be written down. */
export function bodyAt(chart: Chart, day: Day, random: Random): { height: number; weight: number; bmi: number } {
  const { sex, birthDate, stature, adultBmi } = chart.basis
  const age = ageAt(birthDate, day)
  const medianHeight = interpolate(age, sex === 'male' ? 1 : 2)
  const height = round(medianHeight * (1 + 0.038 * stature), 1)
  const childWeight = interpolate(age, sex === 'male' ? 3 : 4) * (1 + 0.11 * stature + random.normal(0, 0.03))
  const drift = Math.min(1, 0.85 + Math.max(0, age - 18) * 0.005)
  const adultWeight = adultBmi * drift * (height / 100) ** 2 + random.normal(0, 1)
  // Between 14 and 20 the child becomes the adult, so that no weight jumps.
  const grown = Math.max(0, Math.min(1, (age - 14) / 6))
  const weight = round(childWeight * (1 - grown) + adultWeight * grown, 1)
  return { height, weight, bmi: round(weight / (height / 100) ** 2, 1) }
}

function interpolate(age: number, column: 1 | 2 | 3 | 4): number {
  const above = growth.findIndex(([at]) => at >= age)
  const high = growth[above < 0 ? growth.length - 1 : above]
  const low = growth[above < 0 ? growth.length - 1 : Math.max(0, above - 1)]
  if (!high || !low) throw new RangeError('The growth table is empty')
  const part = high[0] === low[0] ? 0 : (age - low[0]) / (high[0] - low[0])
  return low[column] + (high[column] - low[column]) * part
}

export function measureBody(chart: Chart, visit: { key: string; day: Day }, random: Random): void {
  const { height, weight, bmi } = bodyAt(chart, visit.day, random)
  write(chart, visit, measures.height, height)
  write(chart, visit, measures.weight, weight)
  // BMI says little before the age of two and is not recorded there.
  if (ageAt(chart.basis.birthDate, visit.day) >= 2) write(chart, visit, measures.bmi, bmi)
}

export function measurePressure(chart: Chart, visit: { key: string; day: Day }, random: Random): void {
  const age = ageAt(chart.basis.birthDate, visit.day)
  const hypertension = chart.has('38341003')
  const raised = !hypertension || hypertension.onset > visit.day ? 0 : hypertension.onset === visit.day ? 32 : 10
  const usual = age < 18 ? 90 + age * 1.4 : 112 + Math.min(28, (age - 18) * 0.4)
  const systolic = Math.round(Math.min(210, Math.max(72, random.normal(usual + raised, 8))))
  const diastolic = Math.round(Math.min(systolic - 20, Math.max(40, systolic * 0.6 + random.normal(2, 4))))
  chart.bloodPressures.push({
    key: chart.key('blood-pressure'),
    day: visit.day,
    systolic,
    diastolic,
    consultation: visit.key,
  })
  if (!random.chance(0.4)) return
  const rate = age < 1 ? 130 : age < 6 ? 105 : age < 12 ? 88 : 74
  write(chart, visit, measures.heartRate, Math.round(random.normal(rate, 8)))
}

/** What is taken from somebody who feels ill. */
export function measureIllness(chart: Chart, visit: { key: string; day: Day }, fever: boolean, random: Random): void {
  const age = ageAt(chart.basis.birthDate, visit.day)
  write(chart, visit, measures.temperature, round(random.normal(fever ? 37.9 : 36.8, fever ? 0.5 : 0.2), 1))
  if (random.chance(0.5)) write(chart, visit, measures.oxygen, Math.min(100, Math.round(random.normal(97.3, 0.9))))
  if (fever && random.chance(0.3)) {
    const breaths = age < 1 ? 38 : age < 5 ? 28 : age < 12 ? 21 : 16
    write(chart, visit, measures.respiratoryRate, Math.round(random.normal(breaths, 2)))
  }
}

export function write(
  chart: Chart,
  visit: { key: string; day: Day },
  measure: Measure,
  value: number,
  range: Range | undefined = measure.range,
): void {
  chart.measurements.push({
    key: chart.key('measurement'),
    measure,
    day: visit.day,
    value: round(value, measure.digits),
    ...(range && { range }),
    consultation: visit.key,
  })
}
