/** Times as HL7 V3 (TS) and ebRIM (DTM) write them, in UTC. ITI TF-3 Table 4.2.3.1.7-2 */
export const dtm = (at: Date) => at.toISOString().replaceAll(/[-T:]/g, '').slice(0, 14)
export const ts = (at: Date) => `${dtm(at)}+0000`

/** YYYY, YYYY-MM or YYYY-MM-DD, or a moment, as a TS; undefined where it is neither. */
export function tsOfDate(date: string | undefined): string | undefined {
  const found = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T.*)?)?)?$/.exec(date ?? '')
  return found ? `${found[1]}${found[2] ?? ''}${found[3] ?? ''}` : undefined
}

/** A TS read as dates: the day, or the first and the last day it may mean. Undefined where it is no date. */
export function datesOfTs(value: string): { readonly from: string; readonly to: string } | undefined {
  const found = /^(\d{4})(?:(\d\d)(?:(\d\d)(?:\d.*)?)?)?$/.exec(value)
  if (!found) return undefined
  const [, year, month, day] = found
  const from = `${year}-${month ?? '01'}-${day ?? '01'}`
  const end = day ? from : new Date(Date.UTC(Number(year), month ? Number(month) : 12, 0)).toISOString().slice(0, 10)
  return isDate(from) && isDate(end) ? { from, to: end } : undefined
}

const isDate = (text: string) => {
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}
