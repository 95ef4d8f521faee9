/** Whole days as `YYYY-MM-DD` and times as instants of UTC; plain arithmetic, no clock. */
export type Day = string

const dayMs = 86_400_000

export const toMs = (day: Day): number => Date.parse(`${day.slice(0, 10)}T00:00:00Z`)
export const fromMs = (ms: number): Day => new Date(ms).toISOString().slice(0, 10)
export const addDays = (day: Day, days: number): Day => fromMs(toMs(day) + Math.round(days) * dayMs)
export const addYears = (day: Day, years: number): Day => addDays(day, years * 365.2425)
export const daysBetween = (from: Day, to: Day): number => Math.round((toMs(to) - toMs(from)) / dayMs)
export const earlier = (a: Day, b: Day): Day => (a < b ? a : b)
export const later = (a: Day, b: Day): Day => (a > b ? a : b)

/** Age with its fraction, e.g. 0.5 for a baby of six months. */
export const ageAt = (birth: Day, day: Day): number => daysBetween(birth, day) / 365.2425

/** Completed years. */
export function yearsAt(birth: Day, day: Day): number {
  const years = Number(day.slice(0, 4)) - Number(birth.slice(0, 4))
  return day.slice(5) < birth.slice(5) ? years - 1 : years
}

/** The next Monday to Friday, the day itself included. */
export function workingDay(day: Day): Day {
  const weekday = new Date(toMs(day)).getUTCDay()
  return weekday === 6 ? addDays(day, 2) : weekday === 0 ? addDays(day, 1) : day
}

/** A minute of a day as an instant of UTC, e.g. `2024-03-01T09:20:00Z`. */
export function instant(day: Day, minute: number): string {
  return new Date(toMs(day) + minute * 60_000).toISOString().replace('.000Z', 'Z')
}
