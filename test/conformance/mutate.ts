/** Damage of the kinds that careless software and careful attackers do, the same for the same seed. */
export type Random = () => number

/** https://en.wikipedia.org/wiki/Linear_congruential_generator, mixed: enough to choose with. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const nasty = [
  '',
  ' ',
  '0',
  '-1',
  '99999999999999999999',
  'null',
  "' OR 1=1 --",
  "('",
  "'a','b'",
  '&lt;script&gt;',
  '../../etc/passwd',
  '%00',
  'é漢\u202e',
  'urn:oid:',
  'urn:uuid:',
  'x'.repeat(5000),
  '1.2.3.4.5',
  '9999999990',
  '20240230',
  'a^^^&1.2.3&ISO',
  '$&$1',
  '&#x1;',
  '&#xD800;',
  '&unknown;',
  '\u0001',
  '__proto__',
  'constructor',
]

type Mutation = (text: string, random: Random) => string
const pick = <T>(from: readonly T[], random: Random): T => from[Math.floor(random() * from.length)]!
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)]
const replaceAt = (text: string, index: number, length: number, by: string) =>
  text.slice(0, index) + by + text.slice(index + length)

const attributes = /\s[\w:]+="[^"]*"/g
const tags = /<\/?[\w:]+[^>]*>/g
const elementsWithText = /<([\w:]+)[^<>]*>([^<>]*)<\/\1>/g
const emptyElements = /<[\w:]+[^<>]*\/>/g

const each: readonly Mutation[] = [
  (text, random) => {
    const found = pick(matches(text, attributes), random)
    return found ? replaceAt(text, found.index, found[0].length, '') : text
  },
  (text, random) => {
    const found = pick(matches(text, attributes), random)
    return found
      ? replaceAt(
          text,
          found.index,
          found[0].length,
          found[0].replace(/"[^"]*"/, () => `"${pick(nasty, random)}"`),
        )
      : text
  },
  (text, random) => {
    const found = pick(matches(text, elementsWithText), random)
    return found
      ? replaceAt(
          text,
          found.index,
          found[0].length,
          found[0].replace(/>[^<>]*</, () => `>${pick(nasty, random)}<`),
        )
      : text
  },
  (text, random) => {
    const found = pick([...matches(text, elementsWithText), ...matches(text, emptyElements)], random)
    return found ? replaceAt(text, found.index, found[0].length, '') : text
  },
  (text, random) => {
    const found = pick([...matches(text, elementsWithText), ...matches(text, emptyElements)], random)
    return found ? replaceAt(text, found.index, found[0].length, found[0] + found[0]) : text
  },
  (text, random) => {
    const all = [...matches(text, elementsWithText), ...matches(text, emptyElements)]
    const [one, two] = [pick(all, random), pick(all, random)]
    return one && two ? text.replace(one[0], () => two[0]) : text
  },
  (text, random) => {
    const found = pick(matches(text, tags), random)
    return found ? replaceAt(text, found.index, found[0].length, '') : text
  },
  (text, random) => {
    const found = pick(matches(text, tags), random)
    return found
      ? replaceAt(
          text,
          found.index,
          found[0].length,
          found[0].replace(/[\w:]+/, (name) => `${name}X`),
        )
      : text
  },
  (text, random) => {
    const found = pick(matches(text, /xmlns(:\w+)?="[^"]*"/g), random)
    return found ? replaceAt(text, found.index, found[0].length, found[0].replace(/="/, '="urn:other:')) : text
  },
  (text, random) => text.slice(0, Math.floor(random() * text.length)),
  (text, random) =>
    replaceAt(text, Math.floor(random() * text.length), 1, String.fromCharCode(Math.floor(random() * 256))),
  (text, random) => replaceAt(text, Math.floor(random() * text.length), 0, pick(nasty, random)),
  (text) => `<!DOCTYPE a [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>${text.replace(/<\?xml[^>]*>/, '')}`,
  (text, random) => replaceAt(text, text.lastIndexOf('</'), 0, '<a>'.repeat(Math.floor(random() * 5000))),
]

export function mutate(text: string, random: Random): string {
  let changed = text
  for (let times = 1 + Math.floor(random() * 3); times > 0; times--) {
    // The first six keep XML well-formed, so that their damage is read further than the parser.
    const kinds = random() < 0.7 ? each.slice(0, 6) : each
    changed = pick(kinds, random)(changed, random)
  }
  return changed
}
