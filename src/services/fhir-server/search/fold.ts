/**
 * Text as a string search compares it: without case and accents, white space folded.
 * https://hl7.org/fhir/R4/search.html#string
 */
export function fold(text: string): string {
  const plain = asciiOnly.test(text) ? text : text.normalize('NFKD').replaceAll(combiningMarks, '')
  return plain.toLowerCase().replaceAll(whiteSpace, ' ').trim()
}

const asciiOnly = /^[\x20-\x7e]*$/
const combiningMarks = /\p{M}+/gu
const whiteSpace = /\s+/g
