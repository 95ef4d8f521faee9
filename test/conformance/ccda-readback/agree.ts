/** What it means that a record and a document agree: the same thing, the same code, the same words. */
import type { Coded } from './cda.ts'
import type { SourceCode, SourceConcept } from './read-bundle.ts'

/** The name of a field, whether it agrees, what the record says and what the document says. */
export type Check = [field: string, ok: boolean, expected: unknown, found: unknown]

export type Difference = {
  readonly what: string
  readonly id: string
  readonly field: string
  readonly expected: string
  readonly found: string
}
/** Pairs each item with the entry that agrees with it most, among those that are about the same thing. */
export function paired<S extends { id: string }, D>(
  what: string,
  sources: readonly S[],
  entries: readonly D[],
  about: (source: S, entry: D) => boolean,
  check: (source: S, entry: D) => Check[],
): Difference[] {
  const free = new Set(entries)
  const differences: Difference[] = []
  for (const source of sources) {
    let best: { entry: D; faults: ReturnType<typeof check> } | undefined
    for (const entry of free) {
      if (!about(source, entry)) continue
      const faults = check(source, entry).filter(([, ok]) => !ok)
      if (!best || faults.length < best.faults.length) best = { entry, faults }
      if (faults.length === 0) break
    }
    if (!best) {
      differences.push({
        what,
        id: source.id,
        field: 'entry',
        expected: JSON.stringify(source).slice(0, 300),
        found: 'none',
      })
      continue
    }
    free.delete(best.entry)
    for (const [field, , expected, found] of best.faults) {
      differences.push({ what, id: source.id, field, expected: show(expected), found: show(found) })
    }
  }
  return differences
}

export const show = (value: unknown) =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')).slice(0, 300)

const snomedOids = ['2.16.840.1.113883.6.96', '2.16.840.1.113883.2.1.3.2.4.15']
const oids: Record<string, readonly string[]> = {
  'http://snomed.info/sct': snomedOids,
  'http://read.info/readv2': ['2.16.840.1.113883.2.1.6.2', '2.16.840.1.113883.6.29'],
  'http://read.info/ctv3': ['2.16.840.1.113883.2.1.3.2.4.14', '2.16.840.1.113883.6.29'],
}

export const isNullFlavor = ({ system }: SourceCode) => system.endsWith('NullFlavor')
// The type of a code in CDA has no room for a space, which some drug codes have.
const isSpaced = ({ code }: SourceCode) => /\s/.test(code)
export const hasCode = (codes: readonly { system: string; code: string }[], wanted: SourceCode) =>
  codes.some(({ system, code }) => code === wanted.code && (oids[wanted.system]?.includes(system) ?? true))
/** Codes of the concept that the entry lacks. */
export const lacking = (concept: SourceConcept, codes: readonly { system: string; code: string }[]) =>
  concept.codes
    .filter((code) => !isNullFlavor(code) && !isSpaced(code) && !hasCode(codes, code))
    .map(({ system, code }) => `${system}|${code}`)
export const sameThing = (
  concept: SourceConcept | undefined,
  coded: Coded,
  codes: readonly { system: string; code: string }[],
  row: string,
) =>
  concept === undefined
    ? coded.codes.length === 0
    : concept.codes.some((code) => hasCode(codes, code)) ||
      (concept.codes.every(isNullFlavor) && holds(`${coded.text ?? ''} ${row}`, concept.text ?? ''))

/** The words without white space and without what XML cannot carry or had better not; everything else has to arrive. */
export const plain = (text: string) => Array.from(text).filter(isCarried).join('').replaceAll(/\s/g, '')
function isCarried(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  const control =
    (code < 0x20 && code !== 9 && code !== 10 && code !== 13) || (code > 0x7e && code < 0xa0 && code !== 0x85)
  return !control && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff
}
export const holds = (text: string, words: string) => plain(text).includes(plain(words))

export const isFrom = (id: string, entry: { readonly ids: readonly string[] }) =>
  entry.ids.some((each) => each.toLowerCase().includes(id.toLowerCase()))

export const wordsIn = (words: readonly string[], row: string) =>
  words.map((text, n): Check => [`words ${n}`, holds(row, text), text, row])
