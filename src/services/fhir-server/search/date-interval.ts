/** What a FHIR date says: the interval that its precision spans. https://hl7.org/fhir/R4/search.html#date */
export type DateInterval = { readonly lo: Date; readonly hi: Date }

const pattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/

/** `[lo, hi)` of a date, dateTime or instant, or undefined where the text is none. Without a zone it is UTC. */
export function dateInterval(text: string): DateInterval | undefined {
  const match = pattern.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const parts = [
    Number(year),
    Number(month ?? 1) - 1,
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
  ] as const
  // A leap second is the second after, as PostgreSQL reads it.
  const lo = utc(...parts, Number(second ?? 0), fraction ? Math.floor(Number(`0.${fraction}`) * 1000) : 0)
  if (!exists(lo, parts, Number(second ?? 0))) return undefined
  const hi = new Date(lo)
  if (month === undefined) hi.setUTCFullYear(hi.getUTCFullYear() + 1)
  else if (day === undefined) hi.setUTCMonth(hi.getUTCMonth() + 1)
  else if (hour === undefined) hi.setUTCDate(hi.getUTCDate() + 1)
  else if (second === undefined) hi.setUTCMinutes(hi.getUTCMinutes() + 1)
  else if (fraction === undefined) hi.setUTCSeconds(hi.getUTCSeconds() + 1)
  else hi.setUTCMilliseconds(hi.getUTCMilliseconds() + 10 ** Math.max(0, 3 - fraction.length))
  const shift = zone ? zoneMs(zone) : 0
  return { lo: new Date(lo.getTime() - shift), hi: new Date(hi.getTime() - shift) }
}

function utc(year: number, month: number, day: number, hour: number, minute: number, second: number, ms: number): Date {
  const date = new Date(Date.UTC(2000, month, day, hour, minute, second, ms))
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; and 2000 is a leap year, so no day has moved.
  date.setUTCFullYear(year, month, day)
  return date
}

function exists(date: Date, [year, month, day, hour, minute]: readonly number[], second: number): boolean {
  if (hour === undefined || minute === undefined || hour > 24 || minute > 59 || second > 60) return false
  return year !== 0 && (hour === 24 || second === 60 || (date.getUTCMonth() === month && date.getUTCDate() === day))
}

function zoneMs(zone: string): number {
  if (zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))
  return (zone[0] === '-' ? -minutes : minutes) * 60_000
}
