/** What a FHIR date or a Period says, as milliseconds `[lo, hi)`. https://hl7.org/fhir/R4/search.html#date */
export type TimeRange = { readonly lo: number; readonly hi: number }

const day = 86_400_000

/** Without a zone it is UTC; finer than a millisecond is cut. Undefined for what is no date. */
export function timeRange(text: string): TimeRange | undefined {
  const range = exactRange(text)
  // FHIR has no later year: what ends with it ends with time.
  return range && range.hi >= Date.UTC(10_000) ? { lo: range.lo, hi: Number.POSITIVE_INFINITY } : range
}

function exactRange(text: string): TimeRange | undefined {
  const [date = '', time] = text.split('T')
  const [year = '', month, dayOfMonth] = date.split('-')
  if (time === undefined) {
    const lo = Date.parse(`${year}-${month ?? '01'}-${dayOfMonth ?? '01'}T00:00:00Z`)
    if (Number.isNaN(lo)) return undefined
    if (dayOfMonth !== undefined) return { lo, hi: lo + day }
    // Months are counted from 0: the month's own number is the next one.
    return { lo, hi: month === undefined ? Date.UTC(Number(year) + 1) : Date.UTC(Number(year), Number(month)) }
  }
  const zoned = /Z$|[+-]\d\d:\d\d$/.exec(time)
  const clock = zoned ? time.slice(0, zoned.index) : time
  const [whole = '', fraction] = clock.split('.')
  const [hours, minutes, seconds] = whole.split(':')
  const lo = Date.parse(
    `${date}T${hours}:${minutes}:${seconds ?? '00'}.${(fraction ?? '').padEnd(3, '0').slice(0, 3)}${zoned?.[0] ?? 'Z'}`,
  )
  if (Number.isNaN(lo)) return undefined
  if (seconds === undefined) return { lo, hi: lo + 60_000 }
  return { lo, hi: lo + (fraction === undefined ? 1000 : Math.max(1, 10 ** (3 - fraction.length))) }
}

/** An end that is not given is open. */
export function periodRange({ start, end }: { start?: string; end?: string }): TimeRange | undefined {
  const from = start === undefined ? undefined : timeRange(start)
  const until = end === undefined ? undefined : timeRange(end)
  if (!from && !until) return undefined
  return { lo: from?.lo ?? Number.NEGATIVE_INFINITY, hi: until?.hi ?? Number.POSITIVE_INFINITY }
}
