import type { SearchParameter, SearchParameters } from './parameters.ts'
import type { Search, Term } from './term.ts'

/** An index that a search is answered from, and what it is to who asks. */
export type IndexAsked = { readonly index: string; readonly type: string; readonly code: string }

/** All that the answer to a search depends on. */
export function* indexesAsked(search: Search, parameters: SearchParameters): Generator<IndexAsked> {
  const types = search.types.length > 0 ? search.types : parameters.resourceTypes
  for (const term of search.terms) yield* ofTerm(term, types, parameters)
  for (const { parameter } of search.sort) if (parameter !== 'id') yield* ofParameter(parameter, types, parameters)
  for (const { from, parameter } of search.revincludes) {
    const along = parameter === '*' ? [...parameters.of(from).values()] : [parameter]
    for (const one of along) if (one.type === 'reference') yield* ofParameter(one, [from], parameters)
  }
}

function* ofTerm(term: Term, types: readonly string[], parameters: SearchParameters): Generator<IndexAsked> {
  switch (term.kind) {
    case 'id':
      return
    case 'compartment':
      for (const type of types) yield { index: parameters.compartmentIndex(type), type, code: 'compartment' }
      return
    case 'has':
      yield* ofParameter(term.parameter, [term.type], parameters)
      return yield* ofTerm(term.term, [term.type], parameters)
    case 'chain':
      yield* ofParameter(term.parameter, types, parameters)
      for (const target of term.targets) yield* ofTerm(target.term, [target.type], parameters)
      return
    case 'match':
      return yield* ofParameter(term.parameter, types, parameters)
  }
}

function* ofParameter(
  { code }: SearchParameter,
  types: readonly string[],
  parameters: SearchParameters,
): Generator<IndexAsked> {
  for (const type of types) {
    const index = parameters.of(type).get(code)?.index
    if (index !== undefined) yield { index, type, code }
  }
}
