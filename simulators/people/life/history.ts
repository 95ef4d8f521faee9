/** A whole history, in an order in which what comes later can look at what came before. */
import type { Clinician, History } from '../person.ts'
import type { Random } from '../random.ts'
import { type Basis, newChart } from './chart.ts'
import { bearChildren, becomeAllergic, fallIllForLong, fallIllForShort } from './fall-ill.ts'
import { appointments, checkUps, reviews } from './look-after.ts'
import { vaccinate } from './vaccinate.ts'

export type Wishes = { readonly problems: ReadonlySet<string>; readonly allergic: boolean }

export function history(basis: Basis, staff: readonly Clinician[], random: Random, wishes: Wishes): History {
  const chart = newChart(basis, random.fork('visits'))
  becomeAllergic(chart, random.fork('allergies'), wishes.allergic)
  fallIllForLong(chart, random.fork('long'), wishes.problems)
  bearChildren(chart, random.fork('children'))
  checkUps(chart, random.fork('check-ups'))
  reviews(chart, random.fork('reviews'))
  fallIllForShort(chart, random.fork('short'))
  vaccinate(chart, random.fork('vaccines'))
  appointments(chart, staff, random.fork('appointments'))
  const { basis: _basis, visit: _visit, key: _key, prescribe: _prescribe, has: _has, ...written } = chart
  return {
    ...written,
    consultations: written.consultations.toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0)),
  }
}

export const emptyHistory: History = {
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
}
