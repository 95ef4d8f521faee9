import type { XmlTemplate } from '../xml/element.ts'
import { shape, xml } from '../xml/template.ts'
import type { When } from './record.ts'

/**
 * A FHIR dateTime or instant as a CDA point in time, with the precision it was recorded with; undefined where it is no
 * time. `1985-12` is `198512`, `2013-11-18T09:41:49.46+00:00` is `20131118094149.46+0000`.
 * https://hl7.org/fhir/STU3/datatypes.html#dateTime
 */
export function toTs(time: string): string | undefined {
  return formsOf(time).ts
}

/** A time as it was recorded, and in both its forms. */
type Forms = { readonly time: string; readonly ts: string | undefined; readonly words: string }

/** A record has the same times again and again, and each is worked out once. A row and its entry mostly name the same. */
function formsOf(time: string): Forms {
  if (time === last.time) return last
  let found = cache.get(time)
  if (!found) {
    found = worked(time)
    if (cache.size >= most) cache.clear()
    if (time.length <= 64) cache.set(time, found)
  }
  last = found
  return found
}

function worked(time: string): Forms {
  const parts = pattern.exec(time)
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone = ''] = parts ?? []
  if (!parts || year === '0000' || (day !== '' && Number(day) > daysIn(Number(year), Number(month))))
    return { time, ts: undefined, words: `“${time}” (not a date)` }
  // A fraction is only legal after whole seconds, and every fraction comes after some.
  const ts = `${year}${month}${day}${hour}${minute}${second}${fraction}${zone === 'Z' ? '+0000' : zone.replace(':', '')}`
  if (month === '') return { time, ts, words: year }
  const inWords = `${months[Number(month) - 1]} ${year}`
  if (day === '') return { time, ts, words: inWords }
  const date = `${Number(day)} ${inWords}`
  // Midnight to the second is how several systems write a day.
  if (hour === '' || (hour === '00' && minute === '00' && second === '00')) return { time, ts, words: date }
  return { time, ts, words: `${date} ${hour}:${minute}${zoneWords(zone, Number(year), Number(month), Number(day))}` }
}

/** The clock of Britain at that time of the year is what a reader expects; any other is named. */
function zoneWords(zone: string, year: number, month: number, day: number): string {
  const universal = zone === 'Z' || zone === '+00:00'
  if (zone === '') return ''
  if (!universal && zone !== '+01:00') return ` (UTC${zone})`
  // Clocks are put forward after the middle of March and back in the last days of October; before 1972 it was otherwise.
  if (year < 1972) return ''
  const summer = (month > 3 && month < 10) || (month === 10 && day <= 20)
  const winter = month > 10 || month < 3 || (month === 3 && day <= 15)
  if (universal) return summer ? ' (UTC)' : ''
  return winter ? ' (UTC+01:00)' : ''
}

const pattern =
  /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(?:T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(\.\d+)?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?)?)?$/

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const cache = new Map<string, Forms>()
const most = 10_000
let last = worked('')

/** For people: `28 Mar 2019 10:30`, `Dec 1985`, `1985`. A time that is none is shown as it was recorded. */
export function readable(time: string | undefined): string {
  return time === undefined ? '' : formsOf(time).words
}

export function readableWhen(when: When): string {
  if (when.at !== undefined) return readable(when.at)
  if (when.start === undefined && when.end === undefined) return ''
  if (when.end === undefined) return `From ${readable(when.start)}`
  return when.start === undefined ? `Until ${readable(when.end)}` : `${readable(when.start)} to ${readable(when.end)}`
}

/** A point in time; unknown where the record has none or none that can be read. */
export function point(name: string, time: string | undefined): XmlTemplate {
  let make = points.get(name)
  if (!make)
    points.set(name, (make = { at: shape(`<${name} value="`, '"/>'), unknown: shape(`<${name} nullFlavor="UNK"/>`)() }))
  const value = writtenTime(time)
  return value === undefined ? make.unknown : make.at(value)
}
const points = new Map<string, { at: ReturnType<typeof shape>; unknown: XmlTemplate }>()

/** The value of a point in time, where the record has one that can be read. */
export function writtenTime(time: string | undefined): string | undefined {
  return time === undefined ? undefined : toTs(time)
}
/** The nullFlavor beside a value. */
export function unknown(value: string | undefined): 'UNK' | undefined {
  return value === undefined ? 'UNK' : undefined
}

/** `effectiveTime` as an interval: low always, high where something is known to have ended (`ended`) or ends at a time. */
export function interval(when: When, ended = false, type?: 'IVL_TS'): XmlTemplate {
  const low = writtenTime(when.start ?? when.at)
  if (low !== undefined) {
    if (when.end === undefined && !ended)
      return type === undefined
        ? xml`<effectiveTime><low value="${low}"/></effectiveTime>`
        : xml`<effectiveTime xsi:type="IVL_TS"><low value="${low}"/></effectiveTime>`
    const high = writtenTime(when.end)
    if (high !== undefined)
      return type === undefined
        ? xml`<effectiveTime><low value="${low}"/><high value="${high}"/></effectiveTime>`
        : xml`<effectiveTime xsi:type="IVL_TS"><low value="${low}"/><high value="${high}"/></effectiveTime>`
  }
  return xml`<effectiveTime xsi:type="${type}">${bounds(when, ended)}</effectiveTime>`
}

export function bounds(when: When, ended = false): XmlTemplate {
  const low = writtenTime(when.start ?? when.at)
  if (when.end === undefined && !ended) return xml`<low value="${low}" nullFlavor="${unknown(low)}"/>`
  const high = writtenTime(when.end)
  return xml`<low value="${low}" nullFlavor="${unknown(low)}"/><high value="${high}" nullFlavor="${unknown(high)}"/>`
}

/** `effectiveTime` as a point where the record has one, as an interval where it has one, unknown otherwise. */
export function effectiveTime(when: When, type?: 'IVL_TS'): XmlTemplate {
  if (when.start !== undefined || when.end !== undefined) return interval(when, false, type)
  const value = writtenTime(when.at)
  if (type === undefined) return value === undefined ? unknownTime : xml`<effectiveTime value="${value}"/>`
  return xml`<effectiveTime xsi:type="IVL_TS" value="${value}" nullFlavor="${unknown(value)}"/>`
}
const unknownTime = xml`<effectiveTime nullFlavor="UNK"/>`
