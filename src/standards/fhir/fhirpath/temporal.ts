/**
 * Dates, times and moments of any precision. https://hl7.org/fhirpath/N1/#datetime
 * Seconds and milliseconds are one precision, as FHIRPath has it.
 */
export type Temporal = {
  readonly kind: 'Date' | 'DateTime' | 'Time'
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  /** With its fraction, in milliseconds. */
  readonly milliseconds: number
  readonly precision: TemporalPrecision
  /** Digits of the fraction of a second that were written; 0 to 3 are kept. */
  readonly fractionDigits: number
  readonly offsetMinutes: number | undefined
}
export type TemporalPrecision = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'
export const precisions: readonly TemporalPrecision[] = ['year', 'month', 'day', 'hour', 'minute', 'second']

const datePattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/
const dateTimePattern =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T(?:(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(Z|[+-]\d\d:\d\d)?)?)?$/
const timePattern = /^(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?$/

/** Undefined for text of another form, or a day or hour that does not exist. */
export function parseTemporal(text: string, kind: Temporal['kind']): Temporal | undefined {
  if (kind === 'Time') {
    const match = timePattern.exec(text)
    return match
      ? checked(kind, [undefined, undefined, undefined, match[1], match[2], match[3]], match[4], undefined)
      : undefined
  }
  const match = (kind === 'Date' ? datePattern : dateTimePattern).exec(text)
  return match ? checked(kind, match.slice(1, 7), match[7], match[8]) : undefined
}

function checked(
  kind: Temporal['kind'],
  fields: readonly (string | undefined)[],
  fraction: string | undefined,
  offset: string | undefined,
): Temporal | undefined {
  const [year, month, day, hour, minute, second] = fields.map((field) =>
    field === undefined ? undefined : Number(field),
  )
  const last = fields.findLastIndex((field) => field !== undefined)
  const temporal: Temporal = {
    kind,
    year: year ?? 1,
    month: month ?? 1,
    day: day ?? 1,
    hour: hour ?? 0,
    minute: minute ?? 0,
    milliseconds: (second ?? 0) * 1000 + Number((fraction ?? '').slice(0, 3).padEnd(3, '0')),
    precision: precisions[last] ?? 'year',
    fractionDigits: Math.min(3, fraction?.length ?? 0),
    offsetMinutes: offsetMinutes(offset),
  }
  const exists =
    temporal.month >= 1 &&
    temporal.month <= 12 &&
    temporal.day >= 1 &&
    temporal.day <= daysInMonth(temporal.year, temporal.month) &&
    temporal.hour < 24 &&
    temporal.minute < 60 &&
    temporal.milliseconds < 61_000
  return exists ? temporal : undefined
}

function offsetMinutes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (text === 'Z') return 0
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6))
  return text.startsWith('-') ? -minutes : minutes
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** As FHIR and FHIRPath write it, without `@` and without a time's `T`. */
export function temporalText(value: Temporal): string {
  const depth = precisions.indexOf(value.precision)
  const date = [pad(value.year, 4), pad(value.month), pad(value.day)].slice(0, depth + 1).join('-')
  if (value.kind === 'Date') return date
  const seconds = pad(Math.floor(value.milliseconds / 1000))
  const fraction =
    value.fractionDigits === 0 && value.milliseconds % 1000 === 0
      ? ''
      : `.${pad(value.milliseconds % 1000, 3).slice(0, Math.max(value.fractionDigits, 3))}`
  const time = [pad(value.hour), pad(value.minute), seconds + fraction].slice(0, depth - 2).join(':')
  if (value.kind === 'Time') return time
  return depth < 3 ? date : `${date}T${time}${offsetText(value.offsetMinutes)}`
}

function offsetText(minutes: number | undefined): string {
  if (minutes === undefined) return ''
  if (minutes === 0) return 'Z'
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
}

const pad = (value: number, digits = 2) => String(value).padStart(digits, '0')

/** Milliseconds since 1970 of the first and last instant that the value may mean; a zone not said may be any. */
export function bounds(value: Temporal, zoneKnown: boolean): { first: number; last: number } {
  const first = milliseconds(value) - (value.offsetMinutes ?? 0) * 60_000
  const last = first + span(value) - 1
  const leeway = zoneKnown || value.kind === 'Time' || value.offsetMinutes !== undefined ? 0 : 14 * 3_600_000
  return { first: first - leeway, last: last + leeway }
}

const milliseconds = ({ year, month, day, hour, minute, milliseconds }: Temporal): number => {
  const date = new Date(0)
  // Date.UTC would take the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime() + hour * 3_600_000 + minute * 60_000 + milliseconds
}

/** Seconds count as exact, however few digits were written. */
function span({ precision, year, month }: Temporal): number {
  const day = 86_400_000
  switch (precision) {
    case 'year':
      return (daysInMonth(year, 2) === 29 ? 366 : 365) * day
    case 'month':
      return daysInMonth(year, month) * day
    case 'day':
      return day
    case 'hour':
      return 3_600_000
    case 'minute':
      return 60_000
    case 'second':
      return 1
  }
}

/** Negative, zero or positive; undefined when the precision or a missing zone leaves it open. https://hl7.org/fhirpath/N1/#comparison */
export function compareTemporal(a: Temporal, b: Temporal): number | undefined {
  const sameZones = (a.offsetMinutes === undefined) === (b.offsetMinutes === undefined)
  const x = bounds(a, sameZones)
  const y = bounds(b, sameZones)
  if (x.last < y.first) return -1
  if (y.last < x.first) return 1
  return sameZones && a.precision === b.precision && x.first === y.first ? 0 : undefined
}

/** https://hl7.org/fhirpath/N1/#equivalent: the same precision and the same moment. */
export function equivalentTemporal(a: Temporal, b: Temporal): boolean {
  return a.precision === b.precision && compareTemporal(a, b) === 0
}

export type CalendarUnit = 'year' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond'

/** A whole amount of a calendar unit later; a day past the month's end becomes its last. https://hl7.org/fhirpath/N1/#datetime-arithmetic */
export function addToTemporal(value: Temporal, amount: number, unit: CalendarUnit): Temporal {
  if (value.kind === 'Time') return addToTime(value, amount, unit)
  const depth = precisions.indexOf(value.precision)
  if (unit === 'year' || unit === 'month') {
    const months = unit === 'year' ? amount * 12 : amount
    return addMonths(value, depth === 0 ? Math.trunc(months / 12) * 12 : months)
  }
  // On a partial date the amount first becomes whole years or months, of 365 and 30 days.
  const days = (amount * unitMilliseconds[unit]) / 86_400_000
  if (depth === 0) return addMonths(value, Math.trunc(days / 365) * 12)
  if (depth === 1) return addMonths(value, Math.trunc(days / 30))
  const step = value.kind === 'Date' || depth === 2 ? Math.trunc(days) * 86_400_000 : amount * unitMilliseconds[unit]
  const moment = new Date(milliseconds(value) + toPrecision(step, value.precision))
  return {
    ...value,
    year: moment.getUTCFullYear(),
    month: moment.getUTCMonth() + 1,
    day: moment.getUTCDate(),
    hour: moment.getUTCHours(),
    minute: moment.getUTCMinutes(),
    milliseconds: moment.getUTCSeconds() * 1000 + moment.getUTCMilliseconds(),
    fractionDigits: Math.max(value.fractionDigits, moment.getUTCMilliseconds() === 0 ? 0 : 3),
  }
}

const unitMilliseconds: Readonly<Record<Exclude<CalendarUnit, 'year' | 'month'>, number>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
}

function toPrecision(step: number, precision: TemporalPrecision): number {
  const unit = precision === 'hour' ? 3_600_000 : precision === 'minute' ? 60_000 : 1
  return Math.trunc(step / unit) * unit
}

function addMonths(value: Temporal, months: number): Temporal {
  const total = value.year * 12 + (value.month - 1) + months
  const year = Math.floor(total / 12)
  const month = (total % 12) + 1
  return { ...value, year, month, day: Math.min(value.day, daysInMonth(year, month)) }
}

function addToTime(value: Temporal, amount: number, unit: CalendarUnit): Temporal {
  const step = unit === 'year' || unit === 'month' ? 0 : amount * unitMilliseconds[unit]
  const day = 86_400_000
  const at = value.hour * 3_600_000 + value.minute * 60_000 + value.milliseconds + toPrecision(step, value.precision)
  const wrapped = ((at % day) + day) % day
  return {
    ...value,
    hour: Math.floor(wrapped / 3_600_000),
    minute: Math.floor((wrapped % 3_600_000) / 60_000),
    milliseconds: wrapped % 60_000,
    fractionDigits: Math.max(value.fractionDigits, wrapped % 1000 === 0 ? 0 : 3),
  }
}
