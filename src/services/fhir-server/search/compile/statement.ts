/**
 * The statements of a search. Every one takes the tenant as its first value and answers rows of `FoundRow`.
 *
 * plain: newest resources first. seek: gathers at most `seekAtMost` matches and sorts them. walk: goes along the index of
 * the sort key, when matches are too many to gather; rest: those without a key, behind them. full: sorts all matches.
 */
import { Problem } from '../../../../kernel/problem.ts'
import type { CompiledSearch } from '../compiled-search.ts'
import type { Cursor } from '../cursor.ts'
import type { SearchParameters } from '../parameters.ts'
import type { Search, SortKey, Term } from '../term.ts'
import { holds, holdsRowByRow } from './asked.ts'
import { parameterKey } from '../hash.ts'
import { type Context, few, type Finder, indexesOf, tenant } from './context.ts'
import { underRules } from './rules.ts'
import { sortRow, sortTable } from './sort.ts'
import { allFinder, finderOf } from './term.ts'

export type FoundRow = {
  type: string
  id: string
  rid: string
  document: string
  snapshot: string
  /** Of the sort, as text; null where the resource has none. */
  key: string | null
  /** seek: how many matches were gathered. */
  gathered: string
}

/** Where `stamps` were asked for. */
export type StampedRow = FoundRow & { version: number; last_updated: Date }

export type CompileOptions = {
  readonly tenant: number
  readonly parameters: SearchParameters
  readonly base: string
  /** By which the database is to go when the statement is run; otherwise that fails with Outdated. */
  readonly rulesInForce: string
  readonly now: Date
  readonly dense?: ReadonlySet<Term>
  /** Each version's number and time come along: a page of a search does not show them. */
  readonly stamps?: boolean
  /** More matches than this are not gathered and sorted, but looked for along the sort's index. */
  readonly seekAtMost: number
  /** From a page link. */
  readonly snapshot?: string | undefined
}

type Window = { readonly limit: number; readonly cursor?: Cursor | undefined }

export function plainStatement(search: Search, { limit, cursor }: Window, options: CompileOptions): CompiledSearch {
  return buildPage(options, (context) => {
    const after = cursor?.rid ? `where m.rid < ${context.bind(cursor.rid)}::int8` : ''
    const page = `select m.rid, null::text as key from (${context.matches(search.types, search.terms)}) m ${after}
      order by m.rid desc limit ${limit}`
    return withDocuments(page, '0', 'p.rid desc', context)
  })
}

export function seekStatement(search: Search, { limit, cursor }: Window, options: CompileOptions): CompiledSearch {
  return buildPage(options, (context) => {
    const { text, unique } = context.gather(search.types, search.terms)
    // What is too much is known as soon as it is too much: repeats are sorted out behind the limit.
    const gathered = `g as materialized (select rid from (${text}) m limit ${options.seekAtMost + 1})`
    const once = unique ? '' : ', c as materialized (select distinct rid from g)'
    const page = sorted(unique ? 'g' : 'c', search, limit, cursor, context)
    return `with ${gathered}${once} ${withDocuments(page, '(select count(*) from g)', sortedOrder(search, 'p.'), context)}`
  })
}

export function fullStatement(search: Search, { limit, cursor }: Window, options: CompileOptions): CompiledSearch {
  return buildPage(options, (context) => {
    const all = `(${context.matches(search.types, search.terms)})`
    return withDocuments(sorted(all, search, limit, cursor, context), '0', sortedOrder(search, 'p.'), context)
  })
}

/** Sorted by the keys, those without one last, in both directions. */
function sorted(from: string, search: Search, limit: number, cursor: Cursor | undefined, context: Context): string {
  const keys = search.sort.map((key) => {
    const table = sortTable(key)
    if (!table) throw new TypeError('This key is not in an index table')
    const t = context.alias()
    return `(select ${t}.${table.column} from fhir.${table.table} ${t} where ${t}.rid = m.rid
      and ${sortRow(t, key, search.types, context)} limit 1)`
  })
  return `select k.*, null::text as key
    from (select m.rid, ${keys.map((key, n) => `${key} as key${n}`).join(', ')} from ${from} m offset 0) k
    order by ${sortedOrder(search, 'k.')} limit ${limit} offset ${context.bind(cursor?.offset ?? 0)}::int8`
}

const sortedOrder = ({ sort }: Search, p: string) =>
  [...sort.map(({ descending }, n) => `${p}key${n}${descending ? ' desc' : ''} nulls last`), `${p}rid desc`].join(', ')

export function walkStatement(search: Search, { limit, cursor }: Window, options: CompileOptions): CompiledSearch {
  return buildPage(options, (context) => {
    context.free()
    const key = search.sort[0] as SortKey
    const table = sortTable(key)
    if (!table) throw new TypeError('This key is not in an index table')
    const { column, type } = table
    const than = key.descending ? '<' : '>'
    const [last, rid] = cursor?.rid ? [context.bind(cursor.key), context.bind(cursor.rid)] : []
    const after = last
      ? `and s.${column} ${than}= ${last}::${type} and (s.${column} ${than} ${last}::${type} or s.rid ${than} ${rid}::int8)`
      : ''
    const direction = key.descending ? ' desc' : ''
    const order = `s.${column}${direction}, s.rid${direction}`
    const asked = search.terms.map(
      (term) => `and ${holdsRowByRow(finderOf(term, search.types, context), 's', isOf(key, term))}`,
    )
    const where = `${sortRow('s', key, search.types, context)} ${after} ${asked.join(' ')}`
    const page = `select s.rid, s.${column}::text as key, row_number() over (order by ${order}) as place
      from ${alongEach(key, `fhir.${table.table} s`, where, `order by ${order} limit ${limit}`, search.types, context)}
      order by ${order} limit ${limit}`
    return withDocuments(page, '0', 'p.place', context)
  })
}

/** One index is gone along by itself; several types' each for its own first, for together they have no order. */
function alongEach(
  { parameter }: SortKey,
  from: string,
  where: string,
  firstOnes: string,
  types: readonly string[],
  context: Context,
): string {
  const keys =
    parameter === 'id' ? [] : indexesOf(parameter, types, context).map((index) => String(parameterKey(index)))
  if (keys.length < 2) return `${from} where ${where}`
  return `unnest(${context.bind(keys)}::int8[]) k(p) cross join lateral (
    select s.* from ${from} where ${where} and s.p = k.p ${firstOnes}) s`
}

const isOf = ({ parameter }: SortKey, term: Term) =>
  term.kind === 'match' && parameter !== 'id' && term.parameter.code === parameter.code

export function restStatement(search: Search, { limit, cursor }: Window, options: CompileOptions): CompiledSearch {
  return buildPage(options, (context) => {
    const key = search.sort[0] as SortKey
    const table = sortTable(key)
    if (!table) throw new TypeError('This key is not in an index table')
    const after = cursor?.rid ? `and m.rid < ${context.bind(cursor.rid)}::int8` : ''
    const page = `select m.rid, null::text as key from (${context.matches(search.types, search.terms)}) m
      where not exists (select from fhir.${table.table} s where s.rid = m.rid and ${sortRow('s', key, search.types, context)})
      ${after} order by m.rid desc limit ${limit}`
    return withDocuments(page, '0', 'p.rid desc', context)
  })
}

/** The documents of all matches, in pieces by rid: for keys that only the document holds. */
export function documentsStatement(search: Search, { limit, cursor }: Window, options: CompileOptions): CompiledSearch {
  return plainStatement(search, { limit, cursor }, options)
}

/** How many match: `{ total }`, up to `atMost` of them. */
export function countStatement(search: Search, options: CompileOptions, atMost?: number): CompiledSearch {
  return build(options, (context) => {
    const all = context.matches(search.types, search.terms)
    const capped = atMost === undefined ? all : `select rid from (${all}) m limit ${atMost}`
    return `select count(*) as total, pg_current_snapshot()::text as snapshot from (${capped}) m
      where ${context.underRules()}`
  })
}

/** How many PostgreSQL expects: `{ "QUERY PLAN": [{ Plan: { "Plan Rows" } }] }`. */
export function estimateStatement(search: Search, options: CompileOptions): CompiledSearch {
  return build(options, (context) => {
    context.free()
    return `explain (format json) ${context.matches(search.types, search.terms)}`
  })
}

/** How many a term finds by itself, up to `atMost`. */
export function probeStatement(type: string, term: Term, atMost: number, options: CompileOptions): CompiledSearch {
  return build(
    options,
    (context) => `select count(*) as total from (select from (${context.matches([type], [term])}) m limit ${atMost}) n
      where ${context.underRules()}`,
  )
}

/** The newest visible versions of a page of rids. */
function withDocuments(page: string, gathered: string, order: string, context: Context): string {
  const stamps = context.stamps ? ' d.version, d.last_updated,' : ''
  return `select d.type, d.id, d.rid,${stamps} d.document, pg_current_snapshot()::text as snapshot,
      p.key, ${gathered} as gathered
    from (${page}) p cross join lateral (
      select * from fhir.version v where v.tenant = ${tenant} and v.rid = p.rid ${context.visible('v')} order by v.v desc limit 1
    ) d where ${context.underRules()} order by ${order}`
}

/** A statement of `withDocuments`. */
function buildPage(options: CompileOptions, write: (context: Context) => string): CompiledSearch {
  return { ...build(options, write), row: options.stamps ? undefined : foundRow }
}

/** In the order of `withDocuments`. */
const foundRow = ([type, id, rid, document, snapshot, key, gathered]: readonly (string | null)[]) => ({
  type,
  id,
  rid,
  document,
  snapshot,
  key,
  gathered,
})

function build(options: CompileOptions, write: (context: Context) => string): CompiledSearch {
  const values: unknown[] = [options.tenant]
  let aliases = 0
  let snapshotAt: string | undefined
  let isFixed = true
  const bind = (value: unknown) => `$${values.push(value)}`
  const snapshot = () => `${(snapshotAt ??= bind(options.snapshot))}::pg_snapshot`
  const context: Context = {
    parameters: options.parameters,
    base: options.base,
    now: options.now,
    dense: options.dense ?? new Set(),
    stamps: options.stamps ?? false,
    bind,
    alias: () => `t${aliases++}`,
    alive: (alias) =>
      options.snapshot === undefined
        ? `${alias}.until is null`
        : `pg_visible_in_snapshot(${alias}.since, ${snapshot()})
           and (${alias}.until is null or not pg_visible_in_snapshot(${alias}.until, ${snapshot()}))`,
    visible: (alias) =>
      options.snapshot === undefined ? '' : `and pg_visible_in_snapshot(${alias}.txid, ${snapshot()})`,
    matches(types, terms) {
      const { text, unique } = context.gather(types, terms)
      return unique ? text : `select distinct rid from (${text}) ${context.alias()}`
    },
    gather(types, terms) {
      const finders = terms.map((term) => finderOf(term, types, context))
      const { text, unique, fixed } = selectMatches(types, finders, context)
      isFixed &&= fixed
      return { text, unique }
    },
    underRules: () => underRules(bind(options.rulesInForce)),
    free() {
      isFixed = false
    },
  }
  const text = write(context)
  if (values.length > mostValues)
    throw new Problem('invalid', 'The search compares with more values than one statement takes', {
      at: 'http.query',
      code: { fhir: 'too-costly' },
    })
  return { text, values, fixed: isFixed }
}

/** https://www.postgresql.org/docs/current/limits.html — query parameters. */
const mostValues = 65_535

/**
 * Begins with the finder that matches fewest. Where it surely matches few, or is alone, the others are asked row by row:
 * the way is fixed, and the statement can be planned once. Otherwise PostgreSQL chooses by what it knows of the values.
 */
function selectMatches(
  types: readonly string[],
  finders: readonly Finder[],
  context: Context,
): { text: string; unique: boolean; fixed: boolean } {
  const positive = finders.filter(({ negated }) => !negated).sort((a, b) => a.rank - b.rank)
  const first = positive[0] ?? allFinder(types, context)
  const { unique } = first
  const others = [...positive.slice(1), ...finders.filter(({ negated }) => negated)]
  const begin = `select ${first.rid} as rid from ${first.from} where ${first.where}`
  if (others.length === 0) return { text: begin, unique, fixed: true }
  if (first.holdable && others.every((one) => one.alongIndex && !one.negated)) return throughArrays(first, others)
  const c = context.alias()
  const fixed = first.rank <= few
  const asked = others.map((one) => (fixed ? holdsRowByRow(one, c) : holds(one, c))).join(' and ')
  return { text: `select ${c}.rid from (${begin}${fixed ? ' offset 0' : ''}) ${c} where ${asked}`, unique, fixed }
}

/**
 * Each finder is asked about all that the ones before it found, in one walk along its index: half the cost of asking it
 * row by row, which stops sooner where there are very many.
 */
function throughArrays(first: Finder, others: readonly Finder[]): { text: string; unique: boolean; fixed: boolean } {
  let last = first
  let text = `select ${first.rid} as rid from ${first.from} where ${first.where}`
  for (const one of others) {
    text = `select ${one.rid} as rid from ${one.from} where ${one.where} and ${one.rid} = any(array(${text}))`
    last = one
  }
  return { text, unique: last.unique, fixed: true }
}
