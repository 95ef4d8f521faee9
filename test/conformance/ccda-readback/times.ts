/** FHIR and HL7 times: the same moment, told with the same precision. */

/** True when the document tells what the record tells; of a time that is none, it has to tell nothing. */
export function sameTime(fhir: string | undefined, hl7: string | undefined): boolean {
  const expected = fhir === undefined ? undefined : fromFhir(fhir)
  const found = hl7 === undefined ? undefined : fromHl7(hl7)
  if (!expected || !found) return !expected && !found
  return expected.precision === found.precision && expected.at === found.at
}

type Moment = { readonly precision: number; readonly at: number }

function fromFhir(text: string): Moment | undefined {
  const match = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/.exec(
    text.trim(),
  )
  return match ? moment(match.slice(1, 7), match[7]) : undefined
}

/** Fractions of a second are below what a document tells. */
function fromHl7(text: string): Moment | undefined {
  const match = /^(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?([+-]\d{4})?$/.exec(text)
  return match ? moment(match.slice(1, 7), match[7]) : undefined
}

function moment(parts: readonly (string | undefined)[], offset: string | undefined): Moment | undefined {
  const given = parts.filter((part) => part !== undefined).map(Number)
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = given
  const at = Date.UTC(year, month - 1, day, hour, minute, second)
  const check = new Date(at)
  if (check.getUTCMonth() !== month - 1 || check.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59)
    return undefined
  return { precision: given.length, at: at - minutesOf(offset) * 60_000 }
}

function minutesOf(offset: string | undefined): number {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(offset ?? '')
  return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0
}
