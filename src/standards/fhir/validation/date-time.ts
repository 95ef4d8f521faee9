/** The date and time types of R4, https://hl7.org/fhir/R4/datatypes.html#date: their regular expressions, and the calendar. */

export function isDate(text: string): boolean {
  return text.length <= 10 && endOfDate(text) === text.length
}

/** With a time it has seconds and a zone, as the type demands. */
export function isDateTime(text: string): boolean {
  const end = endOfDate(text)
  return end === text.length || (end === 10 && isTimeWithZone(text))
}

export function isInstant(text: string): boolean {
  return endOfDate(text) === 10 && isTimeWithZone(text)
}

export function isTime(text: string): boolean {
  return endOfTime(text, 0) === text.length
}

/** Where a year, a month or a day ends that exists; -1 for none. */
function endOfDate(text: string): number {
  const year = digits(text, 0, 4)
  if (!(year > 0)) return -1
  if (text.charCodeAt(4) !== hyphen) return 4
  const month = digits(text, 5, 2)
  if (!(month >= 1 && month <= 12)) return -1
  if (text.charCodeAt(7) !== hyphen) return 7
  const day = digits(text, 8, 2)
  return day >= 1 && day <= daysOf(month, year) ? 10 : -1
}

function isTimeWithZone(text: string): boolean {
  if (text.charCodeAt(10) !== 0x54) return false
  const zone = endOfTime(text, 11)
  if (zone < 0) return false
  const sign = text.charCodeAt(zone)
  if (sign === 0x5a) return zone + 1 === text.length
  if ((sign !== 0x2b && sign !== hyphen) || zone + 6 !== text.length || text.charCodeAt(zone + 3) !== colon)
    return false
  const hours = digits(text, zone + 1, 2)
  const minutes = digits(text, zone + 4, 2)
  return (hours <= 13 && minutes <= 59) || (hours === 14 && minutes === 0)
}

/** Of hh:mm:ss with any fraction; -1 for none. A leap second is a second. */
function endOfTime(text: string, from: number): number {
  if (!(digits(text, from, 2) <= 23) || text.charCodeAt(from + 2) !== colon) return -1
  if (!(digits(text, from + 3, 2) <= 59) || text.charCodeAt(from + 5) !== colon) return -1
  if (!(digits(text, from + 6, 2) <= 60)) return -1
  let end = from + 8
  if (text.charCodeAt(end) !== 0x2e) return end
  end++
  const fraction = end
  while (isDigit(text.charCodeAt(end))) end++
  return end > fraction ? end : -1
}

const hyphen = 0x2d
const colon = 0x3a
const isDigit = (code: number) => code >= 0x30 && code <= 0x39

function digits(text: string, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const code = text.charCodeAt(i)
    if (!isDigit(code)) return Number.NaN
    value = value * 10 + code - 0x30
  }
  return value
}

function daysOf(month: number, year: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
