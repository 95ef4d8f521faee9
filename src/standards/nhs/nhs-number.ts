declare const brand: unique symbol
/** Ten digits, check digit verified. The only way to get one is `parseNhsNumber`. */
export type NhsNumber = string & { readonly [brand]: 'NhsNumber' }

/** FHIR's identifier system of an NHS number. */
export const nhsNumberSystem = 'https://fhir.nhs.uk/Id/nhs-number'
/** HL7 V3's root (OID) of an NHS number. */
export const nhsNumberOid = '2.16.840.1.113883.2.1.4.1'

/** Spaces and hyphens are allowed in between. https://www.datadictionary.nhs.uk/attributes/nhs_number.html */
export function parseNhsNumber(text: string): NhsNumber | undefined {
  const digits = text.replaceAll(/[\s-]/g, '')
  if (!/^\d{10}$/.test(digits)) return undefined
  return checkDigit(digits) === Number(digits[9]) ? (digits as NhsNumber) : undefined
}

/** The NHS number that begins with these nine digits; undefined where no digit would check. */
export function nhsNumberFrom(nineDigits: string): NhsNumber | undefined {
  if (!/^\d{9}$/.test(nineDigits)) return undefined
  return parseNhsNumber(`${nineDigits}${checkDigit(nineDigits)}`)
}

/** Modulus 11. A result of 10 fits no digit, so such a number never passes. */
function checkDigit(digits: string): number {
  const weighted = Array.from(digits.slice(0, 9), (digit, index) => Number(digit) * (10 - index))
  return (11 - (weighted.reduce((a, b) => a + b) % 11)) % 11
}
