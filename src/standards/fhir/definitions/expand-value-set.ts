import type { ExtractedCodes } from './extract.ts'
import { withoutVersion } from './trim-structure.ts'

/** What is read of a ValueSet. https://hl7.org/fhir/R4/valueset.html */
export type ValueSet = {
  readonly resourceType: 'ValueSet'
  readonly url: string
  readonly compose?: { readonly include?: readonly ConceptSet[]; readonly exclude?: readonly ConceptSet[] }
}
type ConceptSet = {
  readonly system?: string
  readonly concept?: readonly { readonly code: string }[]
  readonly filter?: readonly { readonly property: string; readonly op: string; readonly value: string }[]
  readonly valueSet?: readonly string[]
}

/** What is read of a CodeSystem. https://hl7.org/fhir/R4/codesystem.html */
export type CodeSystem = {
  readonly resourceType: 'CodeSystem'
  readonly url: string
  readonly content: string
  readonly concept?: readonly Concept[]
}
type Concept = {
  readonly code: string
  readonly concept?: readonly Concept[]
  readonly property?: readonly { readonly code: string; readonly valueCode?: string }[]
}

export type Terminology = {
  readonly valueSets: ReadonlyMap<string, ValueSet>
  readonly codeSystems: ReadonlyMap<string, CodeSystem>
}

/**
 * The codes of a value set by code system, or undefined when they cannot be listed (BCP-47 languages, MIME types,
 * UCUM, a filter other than a hierarchy's). https://hl7.org/fhir/R4/valueset.html#compositions
 */
export function expandValueSet(canonical: string, terminology: Terminology): ExtractedCodes[] | undefined {
  const bySystem = expand(canonical, terminology, new Set())
  return bySystem && [...bySystem].map(([system, codes]) => ({ system, codes: [...codes] }))
}

type CodesBySystem = Map<string, Set<string>>

function expand(canonical: string, terminology: Terminology, seen: Set<string>): CodesBySystem | undefined {
  const url = withoutVersion(canonical)
  const valueSet = terminology.valueSets.get(url)
  if (!valueSet?.compose?.include || seen.has(url)) return undefined
  const all: CodesBySystem = new Map()
  for (const include of valueSet.compose.include) {
    const codes = select(include, terminology, new Set([...seen, url]))
    if (!codes) return undefined
    for (const [system, list] of codes) all.set(system, (all.get(system) ?? new Set()).union(list))
  }
  for (const exclude of valueSet.compose.exclude ?? []) {
    const codes = select(exclude, terminology, new Set([...seen, url]))
    if (!codes) return undefined
    for (const [system, list] of codes) all.set(system, (all.get(system) ?? new Set()).difference(list))
  }
  return all
}

function select(set: ConceptSet, terminology: Terminology, seen: Set<string>): CodesBySystem | undefined {
  let selected: CodesBySystem | undefined
  if (set.system) {
    const codes = set.concept ? new Set(set.concept.map((concept) => concept.code)) : fromSystem(set, terminology)
    if (!codes) return undefined
    selected = new Map([[set.system, codes]])
  }
  for (const valueSet of set.valueSet ?? []) {
    const codes = expand(valueSet, terminology, seen)
    if (!codes) return undefined
    selected = selected ? intersection(selected, codes) : codes
  }
  return selected
}

function fromSystem(set: ConceptSet, terminology: Terminology): Set<string> | undefined {
  const system = terminology.codeSystems.get(set.system ?? '')
  if (!system?.concept || system.content !== 'complete') return undefined
  let concepts: readonly Concept[] = flatten(system.concept)
  for (const filter of set.filter ?? []) {
    if (filter.property !== 'concept' || (filter.op !== 'is-a' && filter.op !== 'descendent-of')) return undefined
    const below = descendants(filter.value, concepts, filter.op === 'is-a')
    concepts = concepts.filter((concept) => below.has(concept.code))
  }
  return new Set(concepts.map((concept) => concept.code))
}

/** A hierarchy is written by nesting, by the property subsumedBy, or both. */
function descendants(code: string, concepts: readonly Concept[], itself: boolean): Set<string> {
  const found = new Set<string>([code])
  let size = 0
  while (found.size > size) {
    size = found.size
    for (const concept of concepts) {
      if (found.has(concept.code)) for (const child of concept.concept ?? []) found.add(child.code)
      const parents = (concept.property ?? []).filter((one) => one.code === 'subsumedBy' || one.code === 'parent')
      if (parents.some((parent) => parent.valueCode !== undefined && found.has(parent.valueCode)))
        found.add(concept.code)
    }
  }
  if (!itself) found.delete(code)
  return found
}

const flatten = (concepts: readonly Concept[]): Concept[] =>
  concepts.flatMap((concept) => [concept, ...flatten(concept.concept ?? [])])

function intersection(a: CodesBySystem, b: CodesBySystem): CodesBySystem {
  return new Map([...a].map(([system, codes]) => [system, codes.intersection(b.get(system) ?? new Set())]))
}
