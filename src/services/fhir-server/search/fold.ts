/**
 * Text as a string search compares it: without case and accents, white space folded.
 * https://hl7.org/fhir/R4/search.html#string
 */
export function fold(text: string): string {
  if (asciiOnly.test(text)) return text.toLowerCase().replaceAll(whiteSpace, ' ').trim()
  const plain = text.normalize('NFKD').replaceAll(combiningMarks, '').toLowerCase()
  // Only at the end of a word a small sigma looks otherwise, and the beginning of a name may end anywhere.
  return plain.replaceAll('ς', 'σ').replaceAll(whiteSpace, ' ').trim()
}

const asciiOnly = /^[\x20-\x7e]*$/
const combiningMarks = /\p{M}+/gu
const whiteSpace = /\s+/g
