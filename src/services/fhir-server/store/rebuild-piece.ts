/**
 * Makes index rows again, of one type of one tenant, a piece at a time. Each piece is a transaction that also says how far
 * it came, so that it goes on there after whatever ends it. Writers wait for its last step, or it for them: each sees all
 * of what the other has done. docs/decisions/0008-index-rules.md
 */
import { Problem } from '../../../kernel/problem.ts'
import { type Database, LockTimeout, type Query, type Tx } from '../../../platform/database/port.ts'
import type { Resource } from '../../../standards/fhir/types.ts'
import { type IndexRows, indexRows } from '../search/index-rows.ts'
import type { SearchParameters } from '../search/parameters.ts'
import { arrayLiteral, int8Array } from './array-parameter.ts'
import type { IndexKeeper } from './index-keeper.ts'
import { lockRules } from './lock-rules.ts'
import { columnArray, isRow, type Table, tables } from './write.ts'

export type Piece = {
  /** `busy`: another process has this type in hand. `held`: somebody, a backup for instance, keeps writers from being held up. */
  readonly state: 'whole' | 'goes on' | 'busy' | 'held'
  readonly resources: number
}

const piece = 100
const bytesAtMost = 8_000_000

/** `lockWaitMs`: for so long writers may be held up by this waiting for others. */
export async function rebuildPiece(
  database: Database,
  keeper: IndexKeeper,
  type: string,
  lockWaitMs = 500,
): Promise<Piece> {
  const { tenant } = keeper
  const ask: Query = { query: (statement) => database.query(tenant, statement) }
  const seen = await stateOf(ask, tenant, type)
  // Of one moment: what others put in force meanwhile is refused below.
  const { names, round } = keeper.since(type, seen.round)
  const rules: Rules = { tenant, parameters: keeper.parameters, base: keeper.base }
  const reached = seen.goal === round ? seen.reached : '0'
  const next = names.size === 0 ? [] : await nextResources(ask, tenant, type, reached)
  const found = next.slice(0, fitting(next))
  // What takes long is done before anybody has to wait for it; what was changed meanwhile is done again below.
  const made = new Map(found.map((one) => [one.rid, { v: one.v, rows: rowsFor(one, rules, names) }]))
  const work = database.transaction<Piece>(tenant, async (tx) => {
    const state = await stateOf(tx, tenant, type, 'for update skip locked')
    if (state.round !== seen.round || state.goal !== seen.goal || state.reached !== seen.reached)
      return { state: 'busy', resources: 0 }
    // A write that waits for this begins, and sees, after what is made here.
    await lockRules(tx, lockWaitMs)
    await requireRules(tx, rules)
    const current = await newest(tx, tenant, found)
    const changed = current.filter(({ rid, v }) => made.get(rid)?.v !== v)
    for (const one of changed) made.set(one.rid, { v: one.v, rows: rowsFor(one, rules, names) })
    await writeMissing(
      tx,
      tenant,
      type,
      current.flatMap(({ rid, isDeleted }) => (isDeleted ? [] : (made.get(rid)?.rows ?? []))),
    )
    const isWhole = next.length < piece && found.length === next.length
    if (isWhole) await finish(tx, tenant, type, round, names.size > 0)
    else
      await tx.query({
        text: 'update fhir.index_state set goal = $3::int4, reached = $4::int8 where tenant = $1 and type = $2',
        values: [tenant, type, round, found.at(-1)?.rid ?? reached],
      })
    return { state: isWhole ? 'whole' : 'goes on', resources: found.length }
  })
  return work.catch((error: unknown) => {
    if (error instanceof LockTimeout) return { state: 'held', resources: 0 }
    throw error
  })
}

/** Until this transaction ends, nobody puts other rules in force. */
export async function requireRules(
  tx: Tx,
  { tenant, parameters }: Pick<Rules, 'tenant' | 'parameters'>,
): Promise<void> {
  const rows = await tx.query({
    text: 'select from fhir.index_rules where tenant = $1 and rules = $2',
    values: [tenant, parameters.rules],
  })
  if (rows.length === 0) throw new Problem('unavailable', 'Other rules of the search index are in force by now')
}

type Rules = Pick<IndexKeeper, 'tenant' | 'parameters' | 'base'>

type State = { readonly round: number; readonly goal: number | null; readonly reached: string }

/** A state that is not there, or that another process has locked, is as one that nothing was made of. */
async function stateOf(on: Query, tenant: number, type: string, how = ''): Promise<State> {
  const [state] = await on.query<State>({
    text: `select round, goal, reached from fhir.index_state where tenant = $1 and type = $2 ${how}`,
    values: [tenant, type],
  })
  return state ?? { round: -1, goal: null, reached: '-1' }
}

type Found = { readonly rid: string; readonly v: string; readonly document: string | null }

async function nextResources(on: Query, tenant: number, type: string, reached: string): Promise<Found[]> {
  return on.query<Found>({
    name: 'rebuild_next',
    text: `select l.rid, d.v, d.document from (
        select rid from fhir.live where tenant = $1 and type = $2 and rid > $3::int8 and until is null
        order by rid limit ${piece}
      ) l cross join lateral (
        select v, document from fhir.version v where v.tenant = $1 and v.rid = l.rid order by v desc limit 1
      ) d order by l.rid`,
    values: [tenant, type, reached],
  })
}

/** How many of them one piece has room for; one at least. */
function fitting(found: readonly Found[]): number {
  let bytes = 0
  const full = found.findIndex(({ document }) => (bytes += document?.length ?? 0) > bytesAtMost)
  return full < 0 ? found.length : Math.max(1, full)
}

/** What the same resources are now; a document only where it is another one. */
async function newest(tx: Tx, tenant: number, found: readonly Found[]): Promise<(Found & { isDeleted: boolean })[]> {
  if (found.length === 0) return []
  return tx.query({
    name: 'rebuild_newest',
    text: `select k.rid, d.v, case when d.v <> k.v then d.document end as document, d.document is null as "isDeleted"
      from unnest($2::int8[], $3::int8[]) k(rid, v) cross join lateral (
        select v, document from fhir.version v where v.tenant = $1 and v.rid = k.rid order by v desc limit 1
      ) d`,
    values: [tenant, found.map(({ rid }) => rid), found.map(({ v }) => v)],
  })
}

type RowsOf = { readonly rid: string; readonly all: IndexRows; readonly wanted: IndexRows }

/** `all` for the resource's line in fhir.live, `wanted` of the indexes that are not whole. */
function rowsFor({ rid, document }: Found, { parameters, base }: Rules, names: ReadonlySet<string>): RowsOf[] {
  if (document === null) return []
  const resource = JSON.parse(document) as Resource
  const some: SearchParameters = {
    ...parameters,
    of: (type) => new Map([...parameters.of(type)].filter(([, { index }]) => names.has(index))),
    compartmentsOf: (type) => (names.has(parameters.compartmentIndex(type)) ? parameters.compartmentsOf(type) : []),
  }
  return [{ rid, all: indexRows(resource, parameters, base), wanted: indexRows(resource, some, base) }]
}

async function writeMissing(tx: Tx, tenant: number, type: string, resources: readonly RowsOf[]): Promise<void> {
  if (resources.length === 0) return
  const rids = resources.map(({ rid }) => rid)
  await tx.query({
    text: `update fhir.live set until = pg_current_xact_id()
      where tenant = $1 and type = $2 and rid = any($3::int8[]) and until is null`,
    values: [tenant, type, rids],
  })
  await tx.query({
    text: `insert into fhir.live (tenant, type, rid, key, present, refs)
      select $1, $2, rid, key, present::int4[], refs::int8[]
      from unnest($3::int8[], $4::int8[], $5::text[], $6::text[]) as a(rid, key, present, refs)`,
    values: [
      tenant,
      type,
      rids,
      int8Array(resources.map(({ all }) => all.key)),
      arrayLiteral(resources.map(({ all }) => arrayLiteral([...all.present]))),
      arrayLiteral(resources.map(({ all }) => arrayLiteral([...all.references]))),
    ],
  })
  for (const table of tables) await writeMissingOf(table, tx, tenant, resources)
}

async function writeMissingOf(table: Table, tx: Tx, tenant: number, resources: readonly RowsOf[]): Promise<void> {
  const rows = resources.flatMap(({ rid, wanted }) => table.rows(wanted).map((row) => ({ rid, row })))
  if (rows.length === 0) return
  const names = table.columns.map(({ column }) => column)
  const arrays = table.columns.map(({ type }, n) => `$${n + 3}::${type}[]`)
  // Each by its key: what the planner knows of the tables would make it read all of them.
  await tx.query({
    name: `rebuild_${table.name}`,
    text: `insert into fhir.${table.name} (tenant, rid, ${names.join(', ')})
      select $1, a.rid, ${names.map((name) => `a.${name}`).join(', ')}
      from unnest($2::int8[], ${arrays.join(', ')}) as a(rid, ${names.join(', ')})
      where (select true from fhir.${table.name} t where ${isRow(table, '$1::int4')} limit 1) is null`,
    values: [tenant, rows.map(({ rid }) => rid), ...table.columns.map((column) => columnArray(column, rows))],
  })
}

async function finish(tx: Tx, tenant: number, type: string, round: number, wasMade: boolean): Promise<void> {
  await tx.query({
    text: `update fhir.index_state set round = $3::int4, goal = null, reached = 0, leftovers = leftovers or $4::bool
      where tenant = $1 and type = $2`,
    values: [tenant, type, round, wasMade],
  })
  // A page link of before names a moment that the new rows do not know; and one of now, while this has not ended.
  if (wasMade)
    await tx.query({
      text: `insert into fhir.swept (horizon, made_again) values ('0'::xid8, pg_current_xact_id()) on conflict (one)
        do update set made_again = excluded.made_again`,
    })
}
