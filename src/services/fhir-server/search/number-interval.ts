/** What a number in a search says: the interval that its digits span. https://hl7.org/fhir/R4/search.html#number */
export type NumberInterval = { readonly value: number; readonly lo: number; readonly hi: number }

/**
 * 100 spans [99.5, 100.5), 100.00 spans [99.995, 100.005), 1e2 spans [95, 105). Reckoned in decimal digits, so that a
 * bound is the very number that the same digits in a resource are. Undefined where the text is no number.
 */
export function numberInterval(text: string): NumberInterval | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
  if (!match) return undefined
  const [, sign, whole = '', decimals = '', exponent] = match
  const value = Number(text)
  if (!Number.isFinite(value)) return undefined
  // With an exponent the standard's own example goes one digit further than the number shows.
  const extra = exponent === undefined ? 1 : 2
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${decimals}`) * 10n ** BigInt(extra)
  const power = Number(exponent ?? 0) - decimals.length - extra
  // With more digits than a double holds both ends fall on the number itself, which is still to be found.
  const next = value + Math.max(Math.abs(value) * Number.EPSILON, Number.MIN_VALUE)
  return {
    value,
    lo: Math.min(Number(`${digits - 5n}e${power}`), value),
    hi: Math.max(Number(`${digits + 5n}e${power}`), next),
  }
}
