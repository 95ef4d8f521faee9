/** Immunisations at the ages of the schedule; a few are declined. */
import { covidDoses, fluInjection, fluNasal, schedule } from '../catalogue/vaccines.ts'
import { addDays, addYears, ageAt, type Day } from '../dates.ts'
import type { Vaccine } from '../person.ts'
import type { Random } from '../random.ts'
import type { Chart } from './chart.ts'
import { measureBody } from './body.ts'

const reason = { code: '33879002', display: 'Administration of vaccine to produce active immunity' }
const atRisk = ['44054006', '46635009', '195967001', '13645005', '414545008', '84114007']

export function vaccinate(chart: Chart, random: Random): void {
  const { birthDate, sex, asOf } = chart.basis
  const declinesAll = random.chance(0.03)
  // Doses due together are given together, late by the same few days.
  const delays = new Map<number, number>()
  for (const due of schedule) {
    if (due.sex && due.sex !== sex) continue
    const day = addYears(birthDate, due.age)
    if (day < due.since || day > asOf) continue
    const late = delays.get(due.age) ?? random.whole(0, due.age < 2 ? 12 : 60)
    delays.set(due.age, late)
    if (random.chance(0.06)) continue
    vaccinateOn(chart, due.vaccine, due.dose, addDays(day, late), !declinesAll && !random.chance(0.02), random)
    if (due.age < 1.5) {
      const visit = chart.visit(addDays(day, late), { by: 'nurse', reason })
      const measured = visit && chart.measurements.some((each) => each.consultation === visit.key)
      if (visit && !measured) measureBody(chart, visit, random)
    }
  }
  if (!declinesAll) winters(chart, random)
}

function winters(chart: Chart, random: Random): void {
  const { birthDate, asOf } = chart.basis
  const takesFlu = random.chance(0.7)
  const lastYear = Number(asOf.slice(0, 4))
  for (let year = lastYear - 2; year <= lastYear; year++) {
    const day = `${year}-10-${String(random.whole(1, 28)).padStart(2, '0')}`
    const age = ageAt(birthDate, day)
    if (!takesFlu || age < 2 || day > asOf) continue
    if (age < 11) vaccinateOn(chart, fluNasal, 1, day, true, random)
    else if (age >= 65 || atRisk.some((code) => (chart.has(code)?.onset ?? '9') <= day)) {
      vaccinateOn(chart, fluInjection, 1, day, true, random)
    }
  }
  const first = addDays(
    addYears('2021-01-10', Math.max(0, (75 - ageAt(birthDate, '2021-01-10')) * 0.008)),
    random.whole(0, 20),
  )
  if (ageAt(birthDate, first) < 18 || !random.chance(0.85)) return
  covidDoses.forEach((vaccine, at) => {
    vaccinateOn(chart, vaccine, at + 1, addDays(first, at * 77), true, random)
  })
}

function vaccinateOn(chart: Chart, vaccine: Vaccine, dose: number, wished: Day, given: boolean, random: Random): void {
  const visit = chart.visit(wished, { by: 'nurse', reason })
  if (!visit) return
  chart.vaccinations.push({
    key: chart.key('vaccination'),
    vaccine,
    dose,
    day: visit.day,
    given,
    ...(given && {
      batch: `${random.pick(['AB', 'CX', 'FK', 'HT'])}${random.whole(1000, 9999)}`,
      expires: addDays(visit.day, random.whole(60, 500)),
    }),
    consultation: visit.key,
  })
}
