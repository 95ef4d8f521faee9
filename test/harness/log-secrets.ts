/** What no log may hold: who was asked about, by whom, what was said, and what opens doors. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { clinicians } from '../../simulators/people/catalogue/places.ts'
import { namesByOrigin, streetKinds, streets } from '../../simulators/people/catalogue/names.ts'
import { parseNhsNumber } from '../../src/standards/nhs/nhs-number.ts'

export type Secret = { readonly what: string; readonly text: string }

/** Of the patients and users that tests make up by themselves. */
const testNames =
  'Quartz,Amber,Mineral Row,Stonely,Rockton,Quarrington,Smith,Jane,Trevelyan Square,Jones,Claire,ajones,dr.example,Erin,u-10019,Chalmers,Okafor'.split(
    ',',
  )
/** Passwords and keys of the tests' own servers and simulators. */
const testSecrets = ['only-for-tests', 'simulated-api-key', 'hunter2']

const patterns: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an XML message', /<(?:[\w.-]+:)?(?:Assertion|Envelope|Body|ClinicalDocument|AdhocQueryRequest)\b/],
  ['an XML message', /(?:soap-envelope|SAML:2\.0:assertion)/],
  ['a JWT', /\beyJ[\w-]{6,}/],
  ['a bearer token', /\bBearer\s+[\w.~+/-]{8,}/i],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY/],
  ['a password in an address', /\b[a-z][a-z+]*:\/\/[^\s:/@"]*:[^\s/@"]+@/],
  ['a postcode', /\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b/],
  ['a telephone number', /\b(?:01632 ?960|0113 ?496|0114 ?496|0161 ?496|0117 ?496)/],
  ['a name of Synthea', /\b(?!Sha\d|Base\d)\p{Lu}\p{Ll}+\d{3}\b/u],
]

/** Finds in one line; `names` beside those of the made people. */
export function secretFinder(names: Iterable<string> = []): (line: string) => Secret[] {
  const made = namesByOrigin.flatMap(({ female, male, family }) => [...female, ...male, ...family])
  const staff = clinicians.flatMap(({ given, family }) => [given, family])
  const all = [...new Set([...made, ...staff, ...testNames, ...testSecrets, ...names])]
  const longestFirst = all.toSorted((one, other) => other.length - one.length)
  const name = whole(longestFirst.map(escaped).join('|'))
  const street = whole(`(?:${streets.join('|')}) (?:${streetKinds.join('|')})`)
  return (line) => {
    const found: Secret[] = []
    for (const [what, pattern] of [...patterns, ['a name', name] as const, ['an address', street] as const]) {
      const [text] = pattern.exec(line) ?? []
      if (text !== undefined) found.push({ what, text })
    }
    for (const [text] of line.matchAll(/(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])/g))
      if (parseNhsNumber(text)) found.push({ what: 'an NHS number', text })
    return found
  }
}

/** Family and given names and address lines of published patients, below a folder of records. */
export function publishedNames(folder: string): Set<string> {
  const names = new Set<string>()
  const add = (value: unknown, atLeast: number) => {
    if (typeof value === 'string' && value.length >= atLeast && /\p{L}/u.test(value)) names.add(value)
  }
  const look = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(look)
    if (typeof value !== 'object' || value === null) return
    const one = value as Record<string, unknown>
    if (one.resourceType === 'Patient') {
      for (const { family, given } of list(one.name)) [family, ...list(given)].forEach((part) => add(part, 4))
      for (const { line } of list(one.address)) list(line).forEach((part) => add(part, 8))
    } else Object.values(one).forEach(look)
  }
  for (const file of jsonFiles(folder)) look(parsed(file))
  return names
}

// oxlint-disable-next-line typescript/no-explicit-any
const list = (value: unknown): any[] => (Array.isArray(value) ? value : [])
const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
const whole = (alternatives: string) =>
  new RegExp(String.raw`(?<![\p{L}\p{N}_.-])(?:${alternatives})(?![\p{L}\p{N}_-]|\.\p{L})`, 'u')

function jsonFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile())
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
