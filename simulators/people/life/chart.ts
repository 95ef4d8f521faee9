/** A history while it is being written: visits are opened here, and everything recorded belongs to one. */
import { addDays, type Day, workingDay } from '../dates.ts'
import type { Clinician, Concept, Consultation, Drug, History, Medication, Practice, Problem, Sex } from '../person.ts'
import type { Random } from '../random.ts'

/** What is known of a person before their history. */
export type Basis = {
  readonly index: number
  readonly sex: Sex
  readonly birthDate: Day
  /** The last day on which something can happen to them: their death, or the day they are described on. */
  readonly end: Day
  readonly alive: boolean
  readonly asOf: Day
  readonly practice: Practice
  readonly gp: Clinician
  readonly nurse: Clinician
  readonly consultant: Clinician
  readonly smoking: 'never' | 'former' | 'current'
  readonly adultBmi: number
  /** How tall and heavy for their age and sex, in deviations. */
  readonly stature: number
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] }

export type Visit = {
  readonly manner?: Consultation['manner']
  readonly by?: 'gp' | 'nurse' | 'consultant'
  readonly reason: Concept
  readonly notes?: Consultation['notes']
}

export type Chart = Writable<History> & {
  readonly basis: Basis
  /** Opens a visit, or joins the one of that day; gives its day and key. Nothing happens outside a life: undefined. */
  visit(day: Day, visit: Visit): { key: string; day: Day } | undefined
  /** The next key of its kind, e.g. `problem-3`. */
  key(kind: string): string
  prescribe(drug: Drug, from: { key: string; day: Day }, course: Course): Medication
  has(code: string): Problem | undefined
}

type Course = { type: Medication['type']; end?: Day; stopReason?: string; problem?: string }

export function newChart(basis: Basis, random: Random): Chart {
  const visits = new Map<string, Consultation>()
  const counts = new Map<string, number>()
  const key = (kind: string) => {
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return `${kind}-${count}`
  }
  const chart: Chart = {
    basis,
    consultations: [],
    problems: [],
    medications: [],
    allergies: [],
    vaccinations: [],
    measurements: [],
    bloodPressures: [],
    reports: [],
    statements: [],
    procedures: [],
    referrals: [],
    diary: [],
    documents: [],
    appointments: [],
    key,
    visit(wished, { manner = 'surgery', by = 'gp', reason, notes = [] }) {
      if (wished < basis.birthDate || wished > basis.end) return undefined
      const onWeekday = manner === 'hospital' ? wished : workingDay(wished)
      const day = onWeekday > basis.end ? wished : onWeekday
      const same = visits.get(day)
      if (same) {
        const at = chart.consultations.indexOf(same)
        const joined = { ...same, notes: [...same.notes, ...notes] }
        chart.consultations[at] = joined
        visits.set(day, joined)
        return { key: same.key, day }
      }
      const opened: Consultation = {
        key: key('consultation'),
        day,
        minute: 510 + 10 * random.whole(0, 50),
        minutes: by === 'consultant' ? 30 : 10,
        manner,
        clinician: basis[by],
        reason,
        notes,
      }
      chart.consultations.push(opened)
      visits.set(day, opened)
      return { key: opened.key, day }
    },
    prescribe(drug, from, course) {
      const medication: Medication = {
        key: key('medication'),
        drug,
        type: course.type,
        start: from.day,
        ...(course.end && { end: course.end }),
        ...(course.stopReason && { stopReason: course.stopReason }),
        issues: issueDays(drug, from.day, course.type, course.end ?? basis.end, basis.end),
        ...(course.problem && { problem: course.problem }),
        consultation: from.key,
      }
      chart.medications.push(medication)
      return medication
    },
    has: (code) => chart.problems.find((problem) => problem.concept.code === code),
  }
  return chart
}

/** The first issue and the last five: a record of decades lists no more, and one is enough for a course. */
function issueDays(drug: Drug, start: Day, type: Medication['type'], end: Day, last: Day): Day[] {
  if (type === 'acute') return [start]
  const days: Day[] = []
  for (let day = start; day <= end && day <= last; day = addDays(day, drug.days)) days.push(day)
  return days.length > 6 ? [days[0] as Day, ...days.slice(-5)] : days
}
