/**
 * Names that sound alike, by American Soundex: the first letter and the next three kinds of consonants.
 * https://www.archives.gov/research/census/soundex
 */
const kinds = ['bfpv', 'cgjkqsxz', 'dt', 'l', 'mn', 'r']
const kindOf = (letter: string) => kinds.find((kind) => kind.includes(letter))

/**
 * Takes a folded word; returns the regular expression, of nothing but letters, that folded texts match which begin with a
 * word of the same code, and undefined for a word that is not of Latin letters.
 */
export function soundsLike(word: string): string | undefined {
  if (!/^[a-z]+$/.test(word)) return undefined
  const [first = '', ...rest] = word
  let last = kindOf(first)
  let heard = last
  const codes: string[] = []
  for (const letter of rest) {
    const kind = kindOf(letter)
    if (kind !== undefined && kind !== heard) codes.push(kind)
    // Vowels part two consonants of a kind; h and w do not.
    if (!'hw'.includes(letter)) heard = kind
  }
  let pattern = `^${first}`
  for (const code of codes.slice(0, 3)) {
    const vowels = '[aeiouy][aeiouyhw]*'
    pattern += `[${last ?? 'aeiouy'}hw]*${code === last ? vowels : `(?:${vowels})?`}[${code}]`
    last = code
  }
  return codes.length >= 3 ? pattern : `${pattern}[${last ?? ''}hw]*(?:[aeiouy][aeiouyhw]*)?(?:[^a-z]|$)`
}
