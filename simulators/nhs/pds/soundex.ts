const groups: Readonly<Record<string, string>> = Object.fromEntries(
  ['BFPV', 'CGJKQSXZ', 'DT', 'L', 'MN', 'R'].flatMap((letters, index) =>
    Array.from(letters, (letter) => [letter, String(index + 1)]),
  ),
)

/** How a name sounds, as PDS compares in a fuzzy search. https://en.wikipedia.org/wiki/Soundex */
export function soundex(name: string): string {
  const letters = name.toUpperCase().replaceAll(/[^A-Z]/g, '')
  let code = letters.slice(0, 1)
  let last = groups[code]
  for (const letter of letters.slice(1)) {
    const group = groups[letter]
    if (group && group !== last) code += group
    // H and W do not part two letters of one group; a vowel does.
    if (letter !== 'H' && letter !== 'W') last = group
  }
  return code.padEnd(4, '0').slice(0, 4)
}
