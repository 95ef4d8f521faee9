/** From the query's parameters to a Search: each name finds its definition, or the reader is told why not. */
import { Problem } from '../../../kernel/problem.ts'
import { splitEscaped } from './escaping.ts'
import { NotUnderstood, UnknownModifier } from './not-understood.ts'
import type { SearchParameter, SearchParameters } from './parameters.ts'
import type { QueryParameter } from './query-string.ts'
import { isResultParameter, type ResultDraft, resultParameters } from './result-parameters.ts'
import type { Modifier, Search, Term } from './term.ts'

export type ResolveOptions = {
  readonly defaultCount: number
  readonly maxCount: number
  /** OR lists beyond this are refused. */
  readonly maxValues: number
  /** Conditions beyond this are refused: what the database needs to plan them grows with their third power. */
  readonly maxConditions: number
  /** Ends of all chains together: one that names no types forks into every type that its references may lead to. */
  readonly maxBranches: number
}

/** `Prefer: handling=strict` is the caller's affair: it looks at `notUnderstood`. Throws Problem('invalid'). */
export function resolveSearch(
  types: readonly string[],
  query: readonly QueryParameter[],
  parameters: SearchParameters,
  options: ResolveOptions,
  compartment?: string,
): Search {
  const draft: ResultDraft = {
    types: [...types],
    sort: [],
    count: options.defaultCount,
    total: 'none',
    summary: undefined,
    elements: [],
    includes: [],
    revincludes: [],
    cursor: undefined,
  }
  const understood: QueryParameter[] = []
  const notUnderstood: { name: string; reason: string }[] = []
  const terms: Term[] = compartment === undefined ? [] : [{ kind: 'compartment', owner: compartment }]
  // _type decides what the other parameters may be.
  const ordered = [...query].sort((a, b) => Number(b.name === '_type') - Number(a.name === '_type'))
  for (const parameter of ordered) {
    try {
      if (isResultParameter(parameter.name)) resultParameters(parameter, draft, parameters, options)
      else terms.push(resolveTerm(draft.types, parameter.name, parameter.value, { parameters, ...options }, 0))
    } catch (problem) {
      if (problem instanceof UnknownModifier) throw refusal(parameter.name, problem.message, 'not-supported')
      if (!(problem instanceof NotUnderstood)) throw problem
      notUnderstood.push({ name: parameter.name, reason: problem.message })
      continue
    }
    if (parameter.name !== '_cursor') understood.push(parameter)
  }
  refuseCostly(terms, options)
  return { ...draft, terms, understood, notUnderstood }
}

function refuseCostly(terms: readonly Term[], { maxConditions, maxBranches }: ResolveOptions): void {
  if (terms.length > maxConditions)
    throw refusal('http.query', `${terms.length} conditions where at most ${maxConditions} may be`, 'too-costly')
  if (terms.reduce((sum, term) => sum + branches(term), 0) > maxBranches)
    throw refusal(
      'http.query',
      'The chains lead to too many types: name them, as in subject:Patient.name',
      'too-costly',
    )
}

function branches(term: Term): number {
  if (term.kind === 'chain') return term.targets.reduce((sum, target) => sum + branches(target.term), 0)
  return term.kind === 'has' ? branches(term.term) : 1
}

const refusal = (name: string, reason: string, fhir: string) =>
  new Problem('invalid', reason, { at: name.slice(0, 100), code: { fhir } })

type Scope = { readonly parameters: SearchParameters; readonly maxValues: number }

const deepestChain = 5

function resolveTerm(types: readonly string[], name: string, value: string, scope: Scope, depth: number): Term {
  if (depth > deepestChain)
    throw new Problem('invalid', `A chain has at most ${deepestChain} steps`, {
      at: name,
      code: { fhir: 'too-costly' },
    })
  if (name.startsWith('_has:')) return resolveHas(types, name, value, scope, depth)
  const dot = name.indexOf('.')
  const head = dot < 0 ? name : name.slice(0, dot)
  const colon = head.indexOf(':')
  const code = colon < 0 ? head : head.slice(0, colon)
  const modifier = colon < 0 ? undefined : head.slice(colon + 1)
  if (modifier !== undefined && isResultParameter(code))
    throw new UnknownModifier(`${quoted(code)} has no modifier ${quoted(modifier)}`)
  const parameter = findParameter(types, code, scope.parameters)
  if (dot >= 0) return resolveChain(parameter, modifier, name.slice(dot + 1), value, scope, depth)
  if (code === '_id') return resolveId(modifier, value, scope)
  return resolveMatch(parameter, modifier, value, scope)
}

function findParameter(types: readonly string[], code: string, parameters: SearchParameters): SearchParameter {
  const [type, ...others] = types.length === 0 ? ['Resource'] : types
  const parameter = parameters.of(type as string).get(code)
  if (!parameter) throw new NotUnderstood(`${type} has no search parameter ${quoted(code)}`)
  for (const other of others)
    if (parameters.of(other).get(code)?.type !== parameter.type)
      throw new NotUnderstood(`${quoted(code)} is not a search parameter of every type asked for`)
  if (parameter.type === 'composite' || parameter.type === 'special')
    throw new NotUnderstood(`${type} is not searched by ${quoted(code)} here: the parameter is not supported`)
  return parameter
}

/** What a caller wrote, cut to what is good to read back. */
const quoted = (text: string) => `'${text.slice(0, 60)}'`

const modifiersOf: Readonly<Record<string, readonly string[]>> = {
  token: ['missing', 'not'],
  string: ['missing', 'exact', 'contains'],
  reference: ['missing', 'identifier', 'not'],
  uri: ['missing', 'not'],
  date: ['missing', 'not'],
  number: ['missing', 'not'],
  quantity: ['missing', 'not'],
}

function resolveMatch(parameter: SearchParameter, modifier: string | undefined, value: string, scope: Scope): Term {
  const values = splitValues(parameter.code, value, scope)
  const match = { kind: 'match', parameter, values, targetType: undefined } as const
  if (modifier === undefined) return { ...match, modifier: undefined }
  if (modifiersOf[parameter.type]?.includes(modifier)) {
    if (modifier === 'missing' && value !== 'true' && value !== 'false')
      throw new Problem('invalid', ':missing is true or false', { at: `${parameter.code}:missing` })
    return { ...match, modifier: modifier as Modifier }
  }
  if (parameter.type === 'reference' && leadsTo(parameter, modifier, scope.parameters))
    return { ...match, modifier: 'type', targetType: modifier }
  throw new UnknownModifier(`${quoted(parameter.code)} has no modifier ${quoted(modifier)}`)
}

function resolveId(modifier: string | undefined, value: string, scope: Scope): Term {
  if (modifier !== undefined && modifier !== 'not')
    throw new UnknownModifier(`'_id' has no modifier ${quoted(modifier)}`)
  return { kind: 'id', ids: splitValues('_id', value, scope), not: modifier === 'not' }
}

function splitValues(code: string, value: string, { maxValues }: Scope): string[] {
  const values = splitEscaped(value, ',').filter((part) => part !== '')
  if (values.length > maxValues)
    throw new Problem('invalid', `${values.length} values where at most ${maxValues} may be`, {
      at: code,
      code: { fhir: 'too-costly' },
    })
  if (values.length === 0) throw new Problem('invalid', 'A value is missing', { at: code })
  return values
}

function leadsTo(parameter: SearchParameter, type: string, parameters: SearchParameters): boolean {
  if (!parameters.isResourceType(type)) return false
  return parameter.target.length === 0 || parameter.target.includes(type) || parameter.target.includes('Resource')
}

function resolveChain(
  parameter: SearchParameter,
  modifier: string | undefined,
  rest: string,
  value: string,
  scope: Scope,
  depth: number,
): Term {
  if (parameter.type !== 'reference') throw new NotUnderstood(`${quoted(parameter.code)} is no reference to chain from`)
  if (modifier !== undefined && !leadsTo(parameter, modifier, scope.parameters))
    throw new UnknownModifier(`${quoted(parameter.code)} does not lead to ${quoted(modifier)}`)
  const all = parameter.target.length === 0 || parameter.target.includes('Resource')
  const types = modifier !== undefined ? [modifier] : all ? scope.parameters.resourceTypes : parameter.target
  let noModifier: UnknownModifier | undefined
  const targets = types.flatMap((type) => {
    try {
      return [{ type, term: resolveTerm([type], rest, value, scope, depth + 1) }]
    } catch (problem) {
      if (problem instanceof UnknownModifier) noModifier = problem
      if (problem instanceof NotUnderstood) return []
      throw problem
    }
  })
  if (targets.length === 0 && noModifier) throw noModifier
  if (targets.length === 0)
    throw new NotUnderstood(`Nothing that ${quoted(parameter.code)} leads to has a search parameter ${quoted(rest)}`)
  return { kind: 'chain', parameter, targets }
}

/** `_has:Observation:patient:code`. https://hl7.org/fhir/R4/search.html#has */
function resolveHas(types: readonly string[], name: string, value: string, scope: Scope, depth: number): Term {
  const [, type = '', code = '', ...rest] = name.split(':')
  if (!scope.parameters.isResourceType(type) || rest.length === 0)
    throw new NotUnderstood(`${quoted(name)} is not _has:[type]:[reference parameter]:[parameter]`)
  const parameter = findParameter([type], code, scope.parameters)
  if (parameter.type !== 'reference' || !types.every((target) => leadsTo(parameter, target, scope.parameters)))
    throw new NotUnderstood(`${type}.${code} does not lead to ${types.join(', ')}`)
  return { kind: 'has', type, parameter, term: resolveTerm([type], rest.join(':'), value, scope, depth + 1) }
}
