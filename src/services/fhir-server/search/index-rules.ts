/**
 * By which rules index rows are made. A rule that changes gets a new round, and its rows other keys: what was made by an
 * earlier rule is found by nobody. docs/decisions/0008-index-rules.md
 */
import { hash } from 'node:crypto'
import type { Definitions, SearchParameterDefinition } from '../../../standards/fhir/definitions/definitions.ts'

/**
 * Raised with every change of what is read from a resource, or of how it is written into the index: `all` for hashes,
 * paths and compartments, the others for values of their type. index-rules.test.ts notices when one was forgotten.
 */
export const extractionVersions = {
  all: 1,
  token: 2,
  string: 1,
  reference: 2,
  date: 1,
  number: 1,
  quantity: 1,
  uri: 1,
} as const

/** What the database keeps about them. */
export type IndexRules = {
  /** Stands for all of it. */
  readonly rules: string
  /** The server's own address, with a slash at its end. */
  readonly base: string
  /** Name of an index -> fingerprint of its rule, and the round in which it came in force. */
  readonly parameters: Readonly<Record<string, readonly [fingerprint: string, round: number]>>
  /** The greatest round ever given. */
  readonly round: number
}

/** Whether rows are made of this parameter. */
export const isIndexed = ({ expression, type }: SearchParameterDefinition): boolean =>
  expression !== '' && type !== 'composite' && type !== 'special'

/** The index of each parameter of a type: those that select the same values the same way share their rows. */
export function indexNames(type: string, definitions: Definitions): ReadonlyMap<string, string> {
  const bySelection = new Map<string, string>()
  const names = new Map<string, string>()
  for (const definition of definitions.searchParameters(type).values()) {
    const selection = `${definition.type} ${definition.expression}`
    const name = (isIndexed(definition) && bySelection.get(selection)) || `${type}.${definition.code}`
    if (isIndexed(definition)) bySelection.set(selection, name)
    names.set(definition.code, name)
  }
  return names
}

export const compartmentIndexName = (type: string): string => `${type}:compartments`

/** The name that goes into the keys of an index. */
export const inRound = (name: string, round: number): string => (round === 0 ? name : `${name}@${round}`)

export type Rule = {
  readonly type: string
  readonly fingerprint: string
  /** What is local depends on the server's own address. */
  readonly holdsReferences: boolean
}

/** The rules of this program, by the name of the index. */
export function rulesOf(
  definitions: Definitions,
  versions: Readonly<Record<string, number>> = extractionVersions,
): ReadonlyMap<string, Rule> {
  const rules = new Map<string, Rule>()
  for (const type of definitions.resourceTypes) {
    const names = indexNames(type, definitions)
    for (const definition of definitions.searchParameters(type).values()) {
      if (!isIndexed(definition)) continue
      const fingerprint = fingerprintOf([
        versions['all'],
        versions[definition.type],
        definition.type,
        definition.expression,
      ])
      const holdsReferences = definition.type === 'reference'
      rules.set(names.get(definition.code) as string, { type, fingerprint, holdsReferences })
    }
    const members = definitions.compartments.map((owner) => [
      owner,
      ...definitions.compartmentParameters(owner, type).map((code) => rules.get(names.get(code) ?? '')?.fingerprint),
    ])
    rules.set(compartmentIndexName(type), { type, fingerprint: fingerprintOf(members), holdsReferences: true })
  }
  return rules
}

/**
 * The rules that are in force from now on: what changed gets a new round. `again` names types of which every rule gets
 * one, `moved` those whose references depend on the address that the server had or has.
 */
export function nextRules(
  stored: IndexRules | undefined,
  mine: ReadonlyMap<string, Rule>,
  base: string,
  {
    hasRecords,
    again = new Set(),
    moved = new Set(),
  }: { hasRecords: boolean; again?: ReadonlySet<string>; moved?: ReadonlySet<string> },
): IndexRules {
  // Rows that are there already were made by rules that nobody wrote down.
  const fresh = stored ? stored.round + 1 : hasRecords ? 1 : 0
  const parameters: Record<string, readonly [string, number]> = {}
  for (const [name, { type, fingerprint, holdsReferences }] of mine) {
    const known = stored?.parameters[name]
    const stays = known?.[0] === fingerprint && !again.has(type) && !(holdsReferences && moved.has(type))
    parameters[name] = [fingerprint, stays ? known[1] : fresh]
  }
  const rounds = Object.values(parameters).map(([, round]) => round)
  const round = Math.max(stored?.round ?? 0, ...rounds)
  return { rules: fingerprintOf([base, round, parameters]), base, parameters, round }
}

/** Whether what is stored was made by this program's rules at this address, in whatever round. */
export const areMine = (stored: IndexRules, mine: ReadonlyMap<string, Rule>, base: string): boolean =>
  stored.base === base &&
  Object.keys(stored.parameters).length === mine.size &&
  [...mine].every(([name, { fingerprint }]) => stored.parameters[name]?.[0] === fingerprint)

const fingerprintOf = (parts: unknown): string => hash('sha256', JSON.stringify(parts)).slice(0, 20)
