/** Runs a search: chooses among the ways to find the page, and says where the next one begins. */
import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import {
  type CompileOptions,
  countStatement,
  estimateStatement,
  type FoundRow,
  fullStatement,
  plainStatement,
  probeStatement,
  restStatement,
  type StampedRow,
  seekStatement,
  walkStatement,
} from '../search/compile/statement.ts'
import { rulesStatement } from '../search/compile/rules.ts'
import { sortTable } from '../search/compile/sort.ts'
import { type Cursor, type Form, readCursor, writeCursor } from '../search/cursor.ts'
import { naturalSort } from '../search/natural-sort.ts'
import type { Search, Term } from '../search/term.ts'
import type { FhirServer } from '../server.ts'
import { overPresentTypes } from './present-types.ts'
import { documentsAtOnce, documentSorted } from './search-document-sort.ts'
import { refuseUnfinished } from './unfinished-index.ts'

export type Found = {
  readonly rows: readonly FoundRow[]
  /** Of the next page's link; undefined on the last page. */
  readonly next: string | undefined
  readonly total: number | undefined
}

export async function runSearch(server: FhirServer, call: Call, asked: Search): Promise<Found> {
  const search = await overPresentTypes(server, call, asked)
  refuseUnfinished(server, search)
  const cursor = search.cursor === undefined ? undefined : readCursor(search.cursor)
  const found = await find(server, call, search, cursor)
  if (cursor) await refuseStale(server, call, cursor.snapshot)
  return found
}

async function find(server: FhirServer, call: Call, search: Search, cursor: Cursor | undefined): Promise<Found> {
  const dense = await denseTerms(server, call, search)
  const options = { ...optionsOf(server, call, cursor?.askedAt), dense, snapshot: cursor?.snapshot }
  const wantsTotal = search.summary === 'count' ? 'accurate' : search.total
  if (search.count === 0 || search.summary === 'count') {
    const total = await totalOf(server, call, search, wantsTotal === 'none' ? 'accurate' : wantsTotal, options)
    return { rows: [], next: undefined, total }
  }
  const sorted = search.sort.length > 0 ? search : { ...search, sort: naturalSort(search) }
  const page = await pageOf(server, call, sorted, cursor, options)
  const isWhole = !cursor && page.next === undefined
  if (isWhole) return { ...page, total: page.rows.length }
  if (wantsTotal === 'none') return { ...page, total: page.total }
  if (page.total !== undefined) return page
  return { ...page, total: await totalOf(server, call, search, wantsTotal, options) }
}

/** How many resources match, up to `atMost`; and which, by type and id. For conditional interactions. */
export async function matchingKeys(
  server: FhirServer,
  call: Call,
  search: Search,
  atMost: number,
): Promise<StampedRow[]> {
  refuseUnfinished(server, search)
  const options = { ...optionsOf(server, call), stamps: true }
  return server.store.search<StampedRow>(call, plainStatement(search, { limit: atMost }, options))
}

function optionsOf(server: FhirServer, call: Call, now = server.clock()): CompileOptions {
  const { parameters, base, rulesInForce, limits } = server
  return { tenant: call.tenant, parameters, base, rulesInForce, now, seekAtMost: limits.seekAtMost }
}

/** `next` says where the next page begins. */
type Page = Omit<Found, 'next'> & { readonly next: Cursor | undefined }

type Way = (
  server: FhirServer,
  call: Call,
  search: Search,
  cursor: Cursor | undefined,
  options: CompileOptions,
) => Promise<Page>

async function pageOf(
  server: FhirServer,
  call: Call,
  search: Search,
  cursor: Cursor | undefined,
  options: CompileOptions,
): Promise<Found> {
  const first = firstForm(search)
  const form = cursor?.form ?? first
  // A link of ours whose query was changed: a page of one order cannot go on in another.
  if (form !== first && !(first === 'seek' && (form === 'walk' || form === 'rest')))
    throw new Problem('invalid', 'This page link belongs to another search', { at: '_cursor' })
  const page = await ways[form](server, call, search, cursor, options)
  return { ...page, next: page.next && writeCursor({ ...page.next, askedAt: options.now }) }
}

function firstForm(search: Search): Form {
  if (search.sort.length === 0) return 'plain'
  if (!search.sort.every(sortTable)) return 'document'
  return search.sort.length === 1 ? 'seek' : 'full'
}

const ways: Readonly<Record<Form, Way>> = {
  async plain(server, call, search, cursor, options) {
    const rows = await server.store.search<FoundRow>(
      call,
      plainStatement(search, { limit: search.count + 1, cursor }, options),
    )
    return byRid('plain', rows, search, cursor)
  },

  async seek(server, call, search, cursor, options) {
    // Once a page was counted off, all are: how much is gathered depends on more than the matches, and a walk along the
    // index would begin anew.
    const statement = cursor ? fullStatement : seekStatement
    const rows = await server.store.search<FoundRow>(
      call,
      statement(search, { limit: search.count + 1, cursor }, options),
    )
    if (!cursor && Number(rows[0]?.gathered ?? 0) > options.seekAtMost)
      return ways.walk(server, call, search, cursor, options)
    return byOffset('seek', rows, search, cursor)
  },

  async walk(server, call, search, cursor, options) {
    const limit = search.count + 1
    const rows = await server.store.search<FoundRow>(call, walkStatement(search, { limit, cursor }, options))
    if (rows.length === limit) return byRid('walk', rows, search, cursor)
    // The keys are at their end; what has none comes now, as of the same moment.
    const snapshot = cursor?.snapshot ?? rows[0]?.snapshot
    const rest = await server.store.search<FoundRow>(
      call,
      restStatement(search, { limit: limit - rows.length }, { ...options, snapshot }),
    )
    if (!cursor && snapshot !== undefined) await refuseStale(server, call, snapshot)
    if (rows.length + rest.length < limit) return { rows: [...rows, ...rest], next: undefined, total: undefined }
    // The extra row only says that there are more: they begin behind the last that is shown.
    const shown = [...rows, ...rest].slice(0, search.count)
    const last = rest.length > 1 ? shown.at(-1) : undefined
    const next: Cursor = {
      form: 'rest',
      snapshot: snapshot ?? (rest[0] as FoundRow).snapshot,
      ...(last && { rid: last.rid }),
    }
    return { rows: shown, next, total: undefined }
  },

  async rest(server, call, search, cursor, options) {
    const rows = await server.store.search<FoundRow>(
      call,
      restStatement(search, { limit: search.count + 1, cursor }, options),
    )
    return byRid('rest', rows, search, cursor)
  },

  async full(server, call, search, cursor, options) {
    const rows = await server.store.search<FoundRow>(
      call,
      fullStatement(search, { limit: search.count + 1, cursor }, options),
    )
    return byOffset('full', rows, search, cursor)
  },

  async document(server, call, search, cursor, options) {
    const sorted = await documentSorted(server, call, search, options)
    if (!cursor && sorted[0] && sorted.length >= documentsAtOnce) await refuseStale(server, call, sorted[0].snapshot)
    const from = cursor?.offset ?? 0
    const found = byOffset('document', sorted.slice(from, from + search.count + 1), search, cursor)
    return { ...found, total: sorted.length }
  },
}

function byRid(form: Form, rows: readonly FoundRow[], search: Search, cursor: Cursor | undefined): Page {
  const shown = rows.slice(0, search.count)
  const last = shown.at(-1)
  if (rows.length <= search.count || !last) return { rows: shown, next: undefined, total: undefined }
  const snapshot = cursor?.snapshot ?? last.snapshot
  return {
    rows: shown,
    next: { form, snapshot, rid: last.rid, ...(last.key !== null && { key: last.key }) },
    total: undefined,
  }
}

function byOffset(form: Form, rows: readonly FoundRow[], search: Search, cursor: Cursor | undefined): Page {
  const shown = rows.slice(0, search.count)
  const [first] = rows
  if (rows.length <= search.count || !first) return { rows: shown, next: undefined, total: undefined }
  const offset = (cursor?.offset ?? 0) + search.count
  return {
    rows: shown,
    next: { form, snapshot: cursor?.snapshot ?? first.snapshot, offset },
    total: undefined,
  }
}

/** Terms whose own matches are too many to begin a `_has` with. */
async function denseTerms(server: FhirServer, call: Call, search: Search): Promise<Set<Term>> {
  const dense = new Set<Term>()
  for (const term of search.terms) {
    if (term.kind !== 'has') continue
    const { seekAtMost } = server.limits
    const probe = probeStatement(term.type, term.term, seekAtMost, optionsOf(server, call))
    const [row] = await server.store.search<{ total: string }>(call, probe)
    if (Number(row?.total) >= seekAtMost) dense.add(term)
  }
  return dense
}

async function totalOf(
  server: FhirServer,
  call: Call,
  search: Search,
  how: 'estimate' | 'accurate',
  options: CompileOptions,
): Promise<number> {
  if (how === 'accurate') {
    const [row] = await server.store.search<{ total: string }>(call, countStatement(search, options))
    return Number(row?.total)
  }
  const [row] = await server.store.search<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
    call,
    estimateStatement(search, options),
  )
  // What is only planned asks nothing.
  await server.store.search(call, rulesStatement({ tenant: call.tenant, rules: server.rulesInForce }))
  return row?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0
}

/**
 * What was retired before the oldest remembered moment may be gone from the index: such a page would have holes. Asked when
 * the page is read: what is removed is written down before it goes, so what was not written down then was there. And of a
 * moment before the index was made again the rows it goes by now know nothing.
 */
async function refuseStale(server: FhirServer, call: Call, snapshot: string): Promise<void> {
  const [row] = await server.store.query<{ stale: boolean }>(call, {
    name: 'stale_page',
    text: `select coalesce(bool_or(horizon > pg_snapshot_xmin(s)), false)
        or coalesce(bool_or(not pg_visible_in_snapshot(made_again, s)), false) as stale
      from fhir.swept cross join (select $1::pg_snapshot as s) asked`,
    values: [snapshot],
  })
  if (row?.stale)
    throw new Problem('gone', 'This page is of a moment too long ago; begin again at the first page', {
      at: '_cursor',
      code: { fhir: 'expired' },
    })
}
