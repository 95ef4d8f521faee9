/** From a term to where its resources are found. A new type of parameter is a new file and a line here. */
import { compartmentKey, parameterKey, presenceKey } from '../hash.ts'
import type { SearchParameter, SearchParameterType } from '../parameters.ts'
import type { Term } from '../term.ts'
import { holdsRowByRow } from './asked.ts'
import {
  type Compile,
  type Context,
  equalsAny,
  type Finder,
  hashFinder,
  indexesOf,
  type MatchTerm,
  tenant,
} from './context.ts'
import { date } from './date.ts'
import { number, quantity } from './number.ts'
import { reference } from './reference.ts'
import { string } from './string.ts'
import { asksForImpliedSystem, token } from './token.ts'
import { uri } from './uri.ts'

const compilers: Partial<Record<SearchParameterType, Compile>> = {
  token,
  string,
  reference,
  date,
  number,
  quantity,
  uri,
}

export function finderOf(term: Term, types: readonly string[], context: Context): Finder {
  return finders[term.kind](term as never, types, context)
}

type Find<K extends Term['kind']> = (
  term: Extract<Term, { kind: K }>,
  types: readonly string[],
  context: Context,
) => Finder

const finders: { readonly [K in Term['kind']]: Find<K> } = {
  match(term, types, context) {
    const indexes = indexesOf(term.parameter, types, context)
    if (term.modifier === 'missing') return presence(term.values[0] !== 'true', indexes, types, context)
    const found = byImpliedSystem(term, types, context).map(([one, itsTypes]) => {
      const its = itsTypes === types ? indexes : indexesOf(one.parameter, itsTypes, context)
      if (asksForImpliedSystem(one)) return presence(true, its, itsTypes, context)
      return (compilers[one.parameter.type] as Compile)(one, its, context)
    })
    const finder = found.length === 1 ? (found[0] as Finder) : unionOf(found, context)
    return term.modifier === 'not' ? { ...finder, negated: true } : finder
  },

  id({ ids, not }, types, context) {
    const t = context.alias()
    const l = context.alias()
    const all = types.length === 0 ? context.parameters.resourceTypes : types
    const where = `${t}.tenant = ${tenant} and ${equalsAny(`${t}.type`, all, 'text', context)}
      and ${equalsAny(`${t}.id`, ids, 'text', context)}
      and ${l}.tenant = ${tenant} and ${l}.type = ${t}.type and ${l}.rid = ${t}.rid and ${context.alive(l)}`
    const from = `fhir.resource ${t}, fhir.live ${l}`
    // A handful, found once: asked of one resource, each type would be looked through.
    return { from, where, rid: `${t}.rid`, unique: true, negated: not, rank: 0, asWhole: true }
  },

  // Step by step and never another way round: the planner knows nothing of how many lie behind a hash.
  chain({ parameter, targets }, types, context) {
    const found = targets.map(({ type, term }) => {
      const [m, l] = [context.alias(), context.alias()]
      return `select ${l}.key from (${context.matches([type], [term])}) ${m} cross join lateral (
        select key from fhir.live where tenant = ${tenant} and type = ${context.bind(type)}::text and rid = ${m}.rid
        and ${context.alive('live')} limit 1) ${l}`
    })
    const [g, c, t] = [context.alias(), context.alias(), context.alias()]
    const constants = indexesOf(parameter, types, context).map((index) => String(parameterKey(index)))
    const constant =
      constants.length === 1
        ? `(values (${context.bind(constants[0])}::int8))`
        : `unnest(${context.bind(constants)}::int8[])`
    return {
      from: `(${found.join(' union all ')}) ${g} cross join ${constant} ${c}(constant) cross join lateral (
        select rid from fhir.ix where tenant = ${tenant} and h = ${g}.key # ${c}.constant and ${context.alive('ix')} offset 0) ${t}`,
      where: 'true',
      rid: `${t}.rid`,
      unique: false,
      rank: 3,
      asWhole: true,
    }
  },

  has(term, types, context) {
    return context.dense.has(term) ? hasFromTarget(term, types, context) : hasFromSource(term, types, context)
  },

  compartment({ owner }, types, context) {
    const all = types.length === 0 ? context.parameters.resourceTypes : types
    const hashes = all.map((type) => compartmentKey(owner, context.parameters.compartmentIndex(type)))
    return { ...hashFinder(hashes, 1, context), holdable: /^(Patient|Encounter)\//.test(owner) }
  },
}

/** A `code` element has its system without saying it, and each type of resource its own: Patient.status is no Task.status. */
function byImpliedSystem(
  term: MatchTerm,
  types: readonly string[],
  { parameters }: Context,
): readonly (readonly [MatchTerm, readonly string[]])[] {
  const all = types.length === 0 ? parameters.resourceTypes : types
  if (all.length === 1 || term.parameter.type !== 'token') return [[term, types]]
  const groups = new Map<string | undefined, { parameter: SearchParameter; types: string[] }>()
  for (const type of all) {
    const parameter = parameters.of(type).get(term.parameter.code)
    if (!parameter) continue
    const group = groups.get(parameter.impliedSystem) ?? { parameter, types: [] }
    group.types.push(type)
    groups.set(parameter.impliedSystem, group)
  }
  if (groups.size < 2) return [[term, types]]
  return [...groups.values()].map((group) => [{ ...term, parameter: group.parameter }, group.types])
}

function unionOf(finders: readonly Finder[], context: Context): Finder {
  const u = context.alias()
  const parts = finders.map(({ from, where, rid }) => `select ${rid} as rid from ${from} where ${where}`)
  const rank = Math.max(...finders.map((one) => one.rank))
  return { from: `(${parts.join(' union all ')}) ${u}`, where: 'true', rid: `${u}.rid`, unique: false, rank }
}

/** Begins with what refers, and follows its references: good while few do. */
function hasFromSource(term: Extract<Term, { kind: 'has' }>, types: readonly string[], context: Context): Finder {
  const { type, parameter } = term
  const [m, s, r, l] = [context.alias(), context.alias(), context.alias(), context.alias()]
  const constant = context.bind(String(parameterKey(parameter.index)))
  return {
    from: `(${context.matches([type], [term.term])}) ${m} cross join lateral (
        select refs from fhir.live where tenant = ${tenant} and type = ${context.bind(type)}::text and rid = ${m}.rid
        and ${context.alive('live')} limit 1) ${s}
      cross join lateral unnest(${s}.refs) ${r}(h) cross join lateral (
        select rid from fhir.live where tenant = ${tenant} and key = ${r}.h # ${constant}::int8
        and ${typeIs('live', types, context)} and ${context.alive('live')} offset 0) ${l}`,
    where: 'true',
    rid: `${l}.rid`,
    unique: false,
    rank: 3,
    asWhole: true,
  }
}

/** Begins with what is referred to, and asks whether any such reference is there: good when nearly all are. */
function hasFromTarget(term: Extract<Term, { kind: 'has' }>, types: readonly string[], context: Context): Finder {
  const l = context.alias()
  const t = context.alias()
  const constant = context.bind(String(parameterKey(term.parameter.index)))
  return {
    from: `fhir.live ${l}`,
    where: `${l}.tenant = ${tenant} and ${typeIs(l, types, context)} and ${context.alive(l)} and exists (
      select from (
        select rid from fhir.ix where tenant = ${tenant} and h = ${l}.key # ${constant}::int8 and ${context.alive('ix')} offset 0
      ) ${t} where ${holdsRowByRow(finderOf(term.term, [term.type], context), t)})`,
    rid: `${l}.rid`,
    unique: true,
    rank: 6,
  }
}

function presence(isThere: boolean, indexes: readonly string[], types: readonly string[], context: Context): Finder {
  const l = context.alias()
  const keys = context.bind(indexes.map(presenceKey))
  const has = `${l}.present && ${keys}::int4[]`
  const where = `${everything(l, types, context)} and ${isThere ? has : `not (${has})`}`
  return { from: `fhir.live ${l}`, where, rid: `${l}.rid`, unique: true, rank: 5 }
}

/** All resources of the types: where a search without any other condition begins. */
export function allFinder(types: readonly string[], context: Context): Finder {
  const l = context.alias()
  return { from: `fhir.live ${l}`, where: everything(l, types, context), rid: `${l}.rid`, unique: true, rank: 9 }
}

const everything = (l: string, types: readonly string[], context: Context) =>
  `${l}.tenant = ${tenant} and ${typeIs(l, types, context)} and ${context.alive(l)}`

const typeIs = (l: string, types: readonly string[], context: Context) =>
  types.length === 0 ? 'true' : equalsAny(`${l}.type`, types, 'text', context)
