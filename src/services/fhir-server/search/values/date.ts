import { dateInterval } from '../date-interval.ts'
import type { TypedValue } from '../parameters.ts'

/** `undefined` is an open end. */
export type OpenInterval = { readonly lo: Date | undefined; readonly hi: Date | undefined }

type Period = { start?: string; end?: string }
type Timing = { event?: string[]; repeat?: { boundsPeriod?: Period } }

/** The intervals of a value. https://hl7.org/fhir/R4/search.html#date */
export function intervalsOf({ type, value }: TypedValue): readonly OpenInterval[] {
  if (typeof value === 'string') return present(dateInterval(value))
  if (type === 'Period') return present(period(value as Period))
  if (type !== 'Timing') return []
  const { event, repeat } = value as Timing
  const events = (Array.isArray(event) ? event : []).flatMap((text) => present(dateInterval(text)))
  const bounds = repeat?.boundsPeriod ? period(repeat.boundsPeriod) : undefined
  return bounds ? [...events, bounds] : events
}

function period({ start, end }: Period): OpenInterval | undefined {
  const lo = typeof start === 'string' ? dateInterval(start)?.lo : undefined
  const hi = typeof end === 'string' ? dateInterval(end)?.hi : undefined
  return lo || hi ? { lo, hi } : undefined
}

const present = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value])
