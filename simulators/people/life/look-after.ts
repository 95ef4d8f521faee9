/** Check-ups, lifestyle, reviews of long illnesses, screening, booked appointments and what is due next. */
import { familyHistory, longProblems, procedures, smoking } from '../catalogue/problems.ts'
import { measures } from '../catalogue/measures.ts'
import { addDays, addYears, ageAt, type Day, workingDay } from '../dates.ts'
import type { Clinician } from '../person.ts'
import type { Random } from '../random.ts'
import { measureBody, measurePressure, write } from './body.ts'
import type { Chart } from './chart.ts'
import { operate } from './fall-ill.ts'
import { orderReport } from './laboratory.ts'

const checkUp = { code: '185349003', display: "Encounter for 'check-up'" }
const babyCheck = { code: '410620009', display: 'Well child visit' }
const annualReview = { code: '182836005', display: 'Review of medication' }

export function checkUps(chart: Chart, random: Random): void {
  const { birthDate, end, sex } = chart.basis
  const age = ageAt(birthDate, end)
  if (age < 16) {
    for (const at of [0.12, 1, 2.3, 5, 11].filter((each) => each < age)) {
      if (at > 2 && random.chance(0.4)) continue
      const visit = chart.visit(addYears(birthDate, at), { by: 'nurse', reason: babyCheck })
      if (visit && !chart.measurements.some((each) => each.consultation === visit.key))
        measureBody(chart, visit, random)
    }
    return
  }
  const day = addYears(end, -random.between(0.1, Math.min(3, age - 15.5)))
  const visit = chart.visit(day, {
    by: 'nurse',
    reason: checkUp,
    notes: [{ heading: 'Examination', text: 'General check. Feels well.' }],
  })
  if (!visit) return
  measureBody(chart, visit, random)
  measurePressure(chart, visit, random)
  const habit = chart.basis.smoking
  chart.statements.push({
    key: chart.key('statement'),
    concept: smoking[habit],
    kind: 'smoking',
    day: visit.day,
    consultation: visit.key,
  })
  if (age >= 18) write(chart, visit, measures.alcohol, Math.max(0, random.normal(6, 6)))
  if (random.chance(0.25)) {
    chart.statements.push({
      key: chart.key('statement'),
      concept: random.pick(familyHistory),
      kind: 'family-history',
      day: visit.day,
      consultation: visit.key,
    })
  }
  if (age >= 40) {
    if (random.chance(0.6)) orderReport(chart, visit, 'lipids', random)
    if (!chart.has('44054006') && random.chance(0.4)) orderReport(chart, visit, 'diabetes', random)
  }
  if (age >= 18 && random.chance(0.3)) orderReport(chart, visit, 'bloodCount', random)
  if (sex === 'female' && age >= 50 && age < 75 && random.chance(0.5)) {
    operate(chart, procedures.mammography, addYears(end, -random.between(0.2, 2.5)))
  }
  if (age >= 60 && random.chance(0.2)) operate(chart, procedures.colonoscopy, addYears(end, -random.between(0.2, 6)))
  if (age >= 20 && random.chance(0.08))
    operate(chart, procedures.appendicectomy, addYears(birthDate, random.between(8, age - 1)))
  if (age >= 40 && random.chance(0.06))
    operate(chart, procedures.cholecystectomy, addYears(end, -random.between(1, 15)))
  if (age >= 66 && chart.has('239873007') && random.chance(0.25)) {
    operate(
      chart,
      procedures.kneeReplacement,
      addDays(later66(chart), random.whole(100, 900)),
      chart.has('239873007')?.key,
    )
  }
}

const later66 = (chart: Chart): Day => {
  const begun = chart.has('239873007')?.onset ?? chart.basis.birthDate
  const sixty = addYears(chart.basis.birthDate, 60)
  return begun > sixty ? begun : sixty
}

/** Once a year for the last two: pressure, weight and the blood tests of the person's illnesses. */
export function reviews(chart: Chart, random: Random): void {
  const codes = new Set(
    chart.problems.filter(({ significance }) => significance === 'major').map(({ concept }) => concept.code),
  )
  const kept = longProblems.filter(({ concept }) => codes.has(concept.code))
  if (kept.length === 0) return
  const tests = new Set(kept.flatMap(({ panels }) => panels ?? []))
  const onset = chart.problems
    .filter(({ concept }) => kept.some((each) => each.concept.code === concept.code))
    .map((each) => each.onset)
    .sort()[0]
  for (let back = 2; back >= 1; back--) {
    const day = addDays(chart.basis.end, -365 * back + random.whole(40, 300))
    if (!onset || day <= addDays(onset, 120)) continue
    const visit = chart.visit(day, {
      by: 'nurse',
      reason: annualReview,
      notes: [
        { heading: 'History', text: 'Annual review. Taking medicines as prescribed.' },
        { heading: 'Plan', text: 'Continue, review in a year.' },
      ],
    })
    if (!visit) continue
    measurePressure(chart, visit, random)
    if (back === 1) {
      measureBody(chart, visit, random)
      chart.procedures.push({
        key: chart.key('procedure'),
        concept: procedures.medicationReview,
        day: visit.day,
        consultation: visit.key,
      })
    }
    for (const name of tests) if (back === 1 || name === 'diabetes') orderReport(chart, visit, name, random)
    if (back === 1 && chart.basis.alive) {
      chart.diary.push({
        key: chart.key('diary'),
        concept: annualReview,
        due: workingDay(addDays(chart.basis.asOf, random.whole(20, 300))),
        authored: visit.day,
        consultation: visit.key,
      })
    }
  }
}

/** From nine o'clock, for six working days after the day described. */
export const slotDays = 6
export const slotsADay = 4
export const slotMinutes = 15

export function slotTime(asOf: Day, n: number): { day: Day; minute: number } {
  let day = asOf
  for (let left = Math.floor(n / slotsADay) + 1; left > 0; left--) day = workingDay(addDays(day, 1))
  return { day, minute: 540 + (n % slotsADay) * slotMinutes }
}

export function appointments(chart: Chart, staff: readonly Clinician[], random: Random): void {
  const { index, asOf, alive } = chart.basis
  for (const seen of chart.consultations
    .filter(({ manner, day }) => manner === 'surgery' && day > addYears(asOf, -1))
    .slice(0, 3)) {
    chart.appointments.push({
      key: chart.key('appointment'),
      day: seen.day,
      minute: seen.minute,
      minutes: seen.minutes,
      clinician: seen.clinician,
      status: 'fulfilled',
      reason: seen.reason.display,
      consultation: seen.key,
    })
  }
  const missed = addDays(asOf, -random.whole(10, 300))
  if (random.chance(0.12) && missed > chart.basis.birthDate && missed < chart.basis.end) {
    const status = random.pick(['noshow', 'cancelled'] as const)
    chart.appointments.push({
      key: chart.key('appointment'),
      day: workingDay(missed) > asOf ? missed : workingDay(missed),
      minute: 600,
      minutes: 10,
      clinician: chart.basis.gp,
      status,
      reason: 'Routine appointment',
    })
  }
  // Each person has a slot of their own by their place in the population, so no two are booked into one.
  const clinician = staff[Math.floor(index / 4) % staff.length]
  const slot = Math.floor(index / (4 * staff.length))
  if (!alive || !clinician || slot >= slotDays * slotsADay || !random.chance(0.4)) return
  chart.appointments.push({
    key: chart.key('appointment'),
    ...slotTime(asOf, slot),
    minutes: slotMinutes,
    clinician,
    status: 'booked',
    reason: 'Follow-up',
  })
}
