/** Laboratory reports whose values fit the person: a diabetic's HbA1c, an eGFR that follows from the creatinine beside it. */
import { measures, type PanelName, panels } from '../catalogue/measures.ts'
import { addDays, ageAt, type Day } from '../dates.ts'
import type { Measure, Measurement, Range, Sex } from '../person.ts'
import type { Random } from '../random.ts'
import type { Chart } from './chart.ts'

export function orderReport(chart: Chart, visit: { key: string; day: Day }, name: PanelName, random: Random): void {
  const day = addDays(visit.day, random.whole(1, 3))
  if (day > chart.basis.end) return
  const { of, ...panel } = panels[name]
  const values = laboratoryValues(chart, day, random)
  const results = of.map((measure: Measure): Measurement => {
    const range = rangeFor(measure, chart.basis.sex)
    return {
      key: chart.key('result'),
      measure,
      day: visit.day,
      value: rounded(values.get(measure) ?? 0, measure.digits),
      ...(range && { range }),
      consultation: visit.key,
    }
  })
  chart.reports.push({
    key: chart.key('report'),
    panel: { loinc: panel.loinc, snomed: panel.snomed },
    requested: visit.day,
    day,
    results,
    consultation: visit.key,
  })
}

export function rangeFor(measure: Measure, sex: Sex): Range | undefined {
  if (measure === measures.haemoglobin) return sex === 'male' ? { low: 130, high: 180 } : { low: 115, high: 165 }
  if (measure === measures.creatinine) return sex === 'male' ? { low: 59, high: 104 } : { low: 45, high: 84 }
  return measure.range
}

function laboratoryValues(chart: Chart, day: Day, random: Random): Map<Measure, number> {
  const { sex, birthDate } = chart.basis
  const age = ageAt(birthDate, day)
  const diabetic = chart.has('44054006') ?? chart.has('46635009')
  const onStatin = chart.medications.some(({ drug, start }) => drug.key === 'atorvastatin' && start < day)
  const weakKidneys = chart.has('84114007') ? 30 : 0
  const hypothyroid = chart.has('40930008')
  const treated = hypothyroid && hypothyroid.onset < addDays(day, -60)

  const creatinine = Math.round(
    random.normal((sex === 'male' ? 80 : 64) + Math.max(0, age - 60) * 0.6 + weakKidneys, 8),
  )
  const cholesterol = rounded(random.normal(onStatin ? 4.1 : 5.3, 0.6), 1)
  const hdl = rounded(random.normal(sex === 'male' ? 1.2 : 1.5, 0.2), 1)
  const triglycerides = rounded(random.normal(1.5, 0.35), 1)
  return new Map<Measure, number>([
    [measures.hba1c, diabetic && diabetic.onset <= day ? Math.max(48, random.normal(57, 9)) : random.normal(36, 1.6)],
    [measures.sodium, random.normal(139.5, 2)],
    [measures.potassium, random.normal(4.4, 0.3)],
    [measures.urea, random.normal(5.4 + weakKidneys * 0.1, 0.9)],
    [measures.creatinine, creatinine],
    [measures.egfr, Math.min(120, egfr(creatinine, age, sex))],
    [measures.haemoglobin, random.normal(sex === 'male' ? 149 : 132, 9)],
    [measures.whiteCells, random.normal(6.9, 1.2)],
    [measures.platelets, random.normal(262, 45)],
    [measures.mcv, random.normal(90, 3.2)],
    [measures.cholesterol, cholesterol],
    [measures.hdl, hdl],
    [measures.triglycerides, triglycerides],
    // Friedewald, in mmol/L.
    [measures.ldl, Math.max(0.8, cholesterol - hdl - triglycerides / 2.2)],
    [measures.tsh, hypothyroid && !treated ? random.normal(12, 2.5) : random.normal(1.9, 0.5)],
    [measures.freeT4, hypothyroid && !treated ? random.normal(9, 0.6) : random.normal(15.5, 1.2)],
    [measures.alt, random.normal(24, 6)],
    [measures.alp, random.normal(76, 15)],
    [measures.albumin, random.normal(43, 2.2)],
    [measures.crp, Math.abs(random.normal(3, 3))],
  ])
}

/** CKD-EPI 2009 without the race term, as UK laboratories report it. */
export function egfr(creatinineUmol: number, age: number, sex: Sex): number {
  const mgDl = creatinineUmol / 88.4
  const [kappa, alpha, factor] = sex === 'female' ? [0.7, -0.329, 1.018] : [0.9, -0.411, 1]
  const ratio = mgDl / kappa
  return 141 * Math.min(ratio, 1) ** alpha * Math.max(ratio, 1) ** -1.209 * 0.993 ** age * factor
}

const rounded = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits
