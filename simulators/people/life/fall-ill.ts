/** Long and short illnesses, what is prescribed, tested and done for them, and the allergies that forbid a drug. */
import { allergies, noKnownAllergy } from '../catalogue/allergies.ts'
import { drugNamed } from '../catalogue/drugs.ts'
import { longProblems, type LongProblem, pregnancy, procedures, type Traits } from '../catalogue/problems.ts'
import { shortProblems } from '../catalogue/short-problems.ts'
import { addDays, addYears, ageAt, type Day, daysBetween, earlier, later } from '../dates.ts'
import type { Random } from '../random.ts'
import { measureIllness, measurePressure } from './body.ts'
import type { Chart } from './chart.ts'
import { orderReport } from './laboratory.ts'

const review = { code: '185349003', display: "Encounter for 'check-up'" }

/** Before anything is prescribed, so that nobody is given what they cannot take. */
export function becomeAllergic(chart: Chart, random: Random, forced: boolean): void {
  const { birthDate, end } = chart.basis
  const age = ageAt(birthDate, end)
  if (!forced && !random.chance(0.24)) {
    const visit =
      age > 3 && random.chance(0.25) ? chart.visit(dayAround(chart, 0.5, random), { reason: review }) : undefined
    if (visit) chart.noKnownAllergy = { day: visit.day, consultation: visit.key }
    return
  }
  const count = random.chance(0.25) ? 2 : 1
  const chosen = new Set<(typeof allergies)[number]>()
  while (chosen.size < count) chosen.add(random.weighted(allergies.map((each) => [each, each.weight] as const)))
  for (const allergy of chosen) {
    const visit = chart.visit(dayAround(chart, 0.3 + random.next() * 0.4, random), { reason: allergy.concept })
    if (!visit) continue
    const outgrown = allergy.category === 'food' && random.chance(0.2) && daysBetween(visit.day, end) > 800
    chart.allergies.push({
      key: chart.key('allergy'),
      concept: allergy.concept,
      category: allergy.category,
      recorded: visit.day,
      ...(outgrown && { ended: addDays(visit.day, 700) }),
      ...(random.chance(0.8) && { reaction: random.pick(allergy.reactions) }),
      ...(random.chance(0.6) && { severity: random.pick(['mild', 'moderate', 'severe'] as const) }),
      consultation: visit.key,
    })
  }
}

export const noKnown = noKnownAllergy

export function fallIllForLong(chart: Chart, random: Random, forced: ReadonlySet<string>): void {
  const { sex, birthDate, end, smoking, adultBmi } = chart.basis
  const traits: Traits = { sex, age: ageAt(birthDate, end), smoker: smoking !== 'never', bmi: adultBmi }
  for (const problem of longProblems) {
    const stream = random.fork(problem.concept.code)
    const struck = stream.chance(problem.chance(traits)) || forced.has(problem.concept.code)
    if (!struck || traits.age <= problem.from) continue
    const youngest = addYears(birthDate, problem.from)
    const oldest = addYears(birthDate, Math.min(problem.to, traits.age))
    const onset = addDays(youngest, stream.between(0.2, 0.98) * daysBetween(youngest, oldest))
    begin(chart, problem, later(onset, addYears(end, -35)), stream)
  }
}

function begin(chart: Chart, problem: LongProblem, onset: Day, random: Random): void {
  const visit = chart.visit(onset, {
    reason: problem.concept,
    notes: [
      { heading: 'History', text: problem.history },
      { heading: 'Plan', text: problem.plan },
    ],
  })
  if (!visit) return
  const key = chart.key('problem')
  chart.problems.push({
    key,
    concept: problem.concept,
    onset: visit.day,
    significance: problem.significance,
    consultation: visit.key,
  })
  // Results older than that were on paper.
  const kept = visit.day > addYears(chart.basis.end, -8)
  if (kept) measurePressure(chart, visit, random)
  for (const choices of problem.drugs ?? []) {
    const drug = drugNamed(random.pick(choices))
    if (forbidden(chart, drug.key) || chart.medications.some((each) => each.drug === drug && !each.end)) continue
    const stops = random.chance(0.12) && daysBetween(visit.day, chart.basis.end) > 400
    chart.prescribe(drug, visit, {
      type: random.chance(0.85) ? 'repeat' : 'repeat-dispensing',
      problem: key,
      ...(stops && { end: addDays(visit.day, random.whole(90, 380)), stopReason: 'No longer needed' }),
    })
  }
  for (const name of kept ? (problem.panels ?? []) : []) orderReport(chart, visit, name, random)
  for (const concept of problem.procedures ?? []) operate(chart, concept, addDays(visit.day, random.whole(7, 60)), key)
  if (problem.referral && random.chance(0.7)) {
    chart.referrals.push({
      key: chart.key('referral'),
      ...problem.referral,
      day: visit.day,
      priority: random.chance(0.2) ? 'urgent' : 'routine',
      problem: key,
      consultation: visit.key,
    })
    const letter = chart.visit(addDays(visit.day, random.whole(30, 90)), {
      manner: 'hospital',
      by: 'consultant',
      reason: problem.concept,
    })
    if (letter) {
      chart.documents.push({
        key: chart.key('document'),
        title: `Clinic letter: ${problem.referral.specialty}`,
        day: letter.day,
        size: random.whole(8_000, 60_000),
        contentType: 'application/pdf',
        consultation: letter.key,
      })
    }
  }
}

export function operate(chart: Chart, concept: { code: string; display: string }, wished: Day, problem?: string): void {
  const hospital =
    concept !== procedures.ecg && concept !== procedures.spirometry && concept !== procedures.medicationReview
  const visit = chart.visit(wished, {
    manner: hospital ? 'hospital' : 'surgery',
    by: hospital ? 'consultant' : 'nurse',
    reason: concept,
  })
  if (!visit) return
  chart.procedures.push({
    key: chart.key('procedure'),
    concept,
    day: visit.day,
    ...(problem && { problem }),
    consultation: visit.key,
  })
}

/** The last years' coughs, aches and infections. */
export function fallIllForShort(chart: Chart, random: Random): void {
  const { birthDate, end, sex } = chart.basis
  const from = later(birthDate, addYears(end, -3))
  const age = ageAt(birthDate, end)
  const perYear = age < 5 ? 1.6 : age < 18 ? 0.6 : age < 65 ? 0.7 : 0.9
  const count = Math.round(perYear * (daysBetween(from, end) / 365) * random.between(0.4, 1.6))
  for (let n = 0; n < count; n++) {
    const day = addDays(from, random.next() * daysBetween(from, end))
    const then = ageAt(birthDate, day)
    const possible = shortProblems.filter((each) => then >= each.from && then <= each.to && (each.sex ?? sex) === sex)
    if (possible.length === 0) continue
    const illness = random.weighted(possible.map((each) => [each, each.weight] as const))
    const visit = chart.visit(day, {
      manner: random.weighted([
        ['surgery', 7],
        ['telephone', 3],
        ['home', then > 85 ? 2 : 0],
      ] as const),
      reason: illness.concept,
      notes: [
        { heading: 'History', text: illness.history },
        { heading: 'Plan', text: illness.plan },
      ],
    })
    if (!visit) continue
    const ended = addDays(visit.day, illness.days)
    const key = chart.key('problem')
    chart.problems.push({
      key,
      concept: illness.concept,
      onset: visit.day,
      ...(ended <= end && { ended }),
      significance: 'minor',
      consultation: visit.key,
    })
    measureIllness(chart, visit, illness.fever ?? false, random)
    const drug = illness.drug
    if (drug && then >= 12 && !forbidden(chart, drug)) {
      const course = drugNamed(drug)
      chart.prescribe(course, visit, {
        type: 'acute',
        problem: key,
        end: earlier(addDays(visit.day, course.days), end),
      })
    }
    if (illness.fever && then > 16 && random.chance(0.25)) orderReport(chart, visit, 'inflammation', random)
  }
}

/** Women between 18 and 44 only, and the record says how it went on. */
export function bearChildren(chart: Chart, random: Random): void {
  const { sex, birthDate, end } = chart.basis
  const age = ageAt(birthDate, end)
  if (sex !== 'female' || age < 19 || age > 50 || !random.chance(0.35)) return
  const oldest = Math.min(age, 43)
  const visit = chart.visit(addYears(birthDate, random.between(18.5, oldest)), {
    reason: pregnancy,
    notes: [
      { heading: 'History', text: 'Positive home test, well.' },
      { heading: 'Plan', text: 'Booking with the midwife, folic acid.' },
    ],
  })
  if (!visit) return
  const born = addDays(visit.day, 235)
  const key = chart.key('problem')
  chart.problems.push({
    key,
    concept: pregnancy,
    onset: visit.day,
    ...(born <= end && { ended: born }),
    significance: 'major',
    consultation: visit.key,
  })
  chart.prescribe(drugNamed('folic-acid'), visit, {
    type: 'acute',
    problem: key,
    end: earlier(addDays(visit.day, 56), end),
  })
}

function forbidden(chart: Chart, drug: string): boolean {
  return allergies.some(
    ({ concept, blocks }) =>
      (blocks as readonly string[]).includes(drug) &&
      chart.allergies.some((each) => each.concept.code === concept.code),
  )
}

/** A day at that part of a life; old people's early records are not kept before 35 years ago. */
function dayAround(chart: Chart, part: number, random: Random): Day {
  const { birthDate, end } = chart.basis
  const from = later(addDays(birthDate, 200), addYears(end, -35))
  if (from >= end) return end
  return addDays(from, Math.min(1, Math.max(0, part + random.between(-0.1, 0.1))) * daysBetween(from, end))
}
