/**
 * The one statement that writes: new versions, their index rows and the retirement of the old ones. Built from the
 * parts a write needs and prepared under a name for each such shape that comes again, so that a create plans nothing.
 */
import type { Statement } from '../../../platform/database/port.ts'
import type { DateRow, IndexRows, NumberRow, StringRow } from '../search/index-rows.ts'
import { arrayLiteral, int8Array, textArray } from './array-parameter.ts'
import { KeptNames } from './kept-names.ts'
import type { Change } from './port.ts'

export function writeStatement(tenant: number, changes: readonly Change[], times: readonly Date[]): Statement {
  const parts = new Parts()
  const add = differences(changes, (before, after) => after)
  const retire = differences(changes, (before) => before)
  const single = changes.length === 1
  const lines = changes.map(lineOf)
  const tenantAt = parts.bind(tenant)
  const change = single
    ? oneChange(parts, changes[0] as Change, times[0] as Date, lines[0] as Line)
    : manyChanges(parts, changes, times, lines)

  parts.step('x', change + underRules(parts, changes, tenantAt))
  parts.step(
    'versions',
    `insert into fhir.version (tenant, rid, v, version, type, id, operation, last_updated, document)
     select ${tenantAt}::int4, rid, v, seen + 1, type, id, operation, at, document from x`,
  )
  if (changes.some(({ before }) => !before))
    parts.step(
      'created',
      `insert into fhir.resource (tenant, type, id, rid, v, version, deleted)
       select ${tenantAt}, type, id, rid, v, 1, operation = 'D' from x where seen = 0`,
    )
  const updates = changes.filter(({ before }) => before).length
  if (updates > 0)
    parts.step(
      'updated',
      `update fhir.resource r set v = x.v, version = x.seen + 1, deleted = x.operation = 'D'
       from x where r.tenant = ${tenantAt} and r.type = x.type and r.id = x.id and r.version = x.seen and x.seen > 0
       returning 1`,
    )
  if (lines.some(({ stale }) => stale))
    parts.step(
      'live_retired',
      `update fhir.live l set until = pg_current_xact_id()
       from x where l.tenant = ${tenantAt} and l.type = x.type and l.rid = x.rid and l.until is null and x.retire`,
    )
  if (lines.some(({ fresh }) => fresh))
    parts.step(
      'live_new',
      `insert into fhir.live (tenant, type, rid, key, present, refs)
       select ${tenantAt}, type, rid, key, present::int4[], refs::int8[] from x where live`,
    )
  for (const table of tables) {
    const gone = retire.flatMap((rows, n) => rows.map(table.rows).flatMap((list) => list.map((row) => ({ n, row }))))
    if (gone.length > 0)
      parts.step(
        `${table.name}_retired`,
        // Each row by its key: of tables that it has not counted yet the planner makes a join of all with all.
        `update fhir.${table.name} u set until = pg_current_xact_id()
         where u.tenant = ${tenantAt} and u.ctid = any (array(
           select f.ctid from ${parts.rows(table.columns, gone, single)} cross join lateral (
             select t.ctid from fhir.${table.name} t where ${isRow(table, tenantAt)} offset 0) f))`,
      )
    const fresh = add.flatMap((rows, n) => rows.map(table.rows).flatMap((list) => list.map((row) => ({ n, row }))))
    if (fresh.length === 0) continue
    parts.step(
      `${table.name}_new`,
      `insert into fhir.${table.name} (tenant, rid, ${table.columns.map(({ column }) => column).join(', ')})
       select ${tenantAt}, a.rid, ${table.columns.map(({ column }) => `a.${column}`).join(', ')}
       from ${parts.rows(table.columns, fresh, single)}`,
    )
  }
  const checked =
    updates > 0 ? `, fhir.require_written(${parts.bind(updates)}::int8, (select count(*) from updated))` : ''
  return parts.statement(`select rid, v${checked} from x order by n`)
}

/** Nothing is written, and no row answered, where the database goes by other rules than the index rows were made by. */
function underRules(parts: Parts, changes: readonly Change[], tenantAt: string): string {
  const rules = new Set(changes.flatMap(({ before, rows }) => [before?.rows?.rules ?? [], rows?.rules ?? []].flat()))
  if (rules.size === 0) return ''
  const [one, ...others] = rules
  const are =
    others.length === 0 ? `= ${parts.bind(one)}::text` : `= all(${parts.bind(arrayLiteral([...rules]))}::text[])`
  return ` where exists (select from fhir.index_rules where tenant = ${tenantAt} and rules ${are})`
}

/** That `t` is the row `a` tells of. */
export const isRow = ({ columns }: Table, tenantAt: string) =>
  `t.tenant = ${tenantAt} and t.rid = a.rid and t.until is null and ${columns.map(same).join(' and ')}`

const same = ({ column, nullable }: Column<never>) =>
  `t.${column} ${nullable ? 'is not distinct from' : '='} a.${column}`

/** Collects steps of the statement, its values, and the name of its shape. */
class Parts {
  #values: unknown[] = []
  #steps: string[] = []

  bind(value: unknown): string {
    return `$${this.#values.push(value)}`
  }

  step(name: string, text: string): void {
    this.#steps.push(`${name} as ${name === 'x' ? 'materialized ' : ''}(${text})`)
  }

  /**
   * Rows as arrays, a column each, with the rid of the change they belong to, as `a`. `offset 0` keeps the two together:
   * the planner would else join all resources' rows by a value they share, which for many changes is their square.
   */
  rows<R>(columns: readonly Column<R>[], rows: readonly { n: number; row: R }[], single: boolean): string {
    const arrays = columns.map((column) => `${this.bind(columnArray(column, rows))}::${column.type}[]`)
    const names = columns.map(({ column }) => column)
    if (single) return `(select x.rid, a.* from x, unnest(${arrays.join(', ')}) as a(${names.join(', ')})) a`
    const owner = this.bind(arrayLiteral(rows.map(({ n }) => n + 1)))
    return `(select x.rid, a.* from x join unnest(${owner}::int4[], ${arrays.join(', ')}) as a(n, ${names.join(', ')})
      on a.n = x.n offset 0) a`
  }

  statement(last: string): Statement {
    const text = `with ${this.#steps.join(',\n')}\n${last}`
    return { name: names.of(text), text, values: this.#values }
  }
}

/** A column of the rows as a parameter of its type. */
export function columnArray<R>({ type, of }: Column<R>, rows: readonly { row: R }[]): unknown {
  const values = rows.map(({ row }) => of(row))
  return type === 'int8' ? int8Array(values as bigint[]) : arrayLiteral(values)
}

/** One takes half a megabyte of each connection, and what updates change comes in some hundred shapes. */
const names = new KeptNames('write', 100)

function oneChange(parts: Parts, change: Change, at: Date, { fresh, stale }: Line): string {
  const { key, operation, before, document, rows } = change
  return `select 1 as n, ${parts.bind(key.type)}::text as type, ${parts.bind(key.id)}::text as id,
    ${parts.bind(operation)}::char as operation, coalesce(${parts.bind(before?.rid ?? null)}::int8, s.v) as rid, s.v,
    ${parts.bind(before?.version ?? 0)}::int4 as seen, ${parts.bind(at.toISOString())}::timestamptz as at,
    ${parts.bind(document ?? null)}::text as document,
    ${fresh} as live, ${stale} as retire, ${parts.bind(fresh ? String(rows?.key) : null)}::int8 as key,
    ${parts.bind(fresh ? arrayLiteral([...(rows?.present ?? [])]) : null)}::int4[] as present,
    ${parts.bind(fresh ? int8Array([...(rows?.references ?? [])]) : null)}::int8[] as refs
    from (select nextval('fhir.v') as v) s`
}

function manyChanges(parts: Parts, changes: readonly Change[], times: readonly Date[], lines: readonly Line[]): string {
  const column = (type: string, of: (change: Change, n: number) => unknown) =>
    `${parts.bind(arrayLiteral(changes.map(of)))}::${type}[]`
  const ifLive = (value: (rows: IndexRows) => unknown) => (change: Change, n: number) =>
    lines[n]?.fresh && change.rows ? value(change.rows) : null
  return `select n, type, id, operation, coalesce(rid, v) as rid, v, seen, at, document, live, retire, key, present, refs
    from (select t.*, nextval('fhir.v') as v from unnest(
      ${column('text', ({ key }) => key.type)}, ${column('text', ({ key }) => key.id)},
      ${column('char', ({ operation }) => operation)}, ${column('int8', ({ before }) => before?.rid ?? null)},
      ${column('int4', ({ before }) => before?.version ?? 0)},
      ${column('timestamptz', (_change, n) => times[n]?.toISOString())},
      ${parts.bind(textArray(changes.map(({ document }) => document ?? null)))}::text[],
      ${column('bool', (_change, n) => lines[n]?.fresh)}, ${column('bool', (_change, n) => lines[n]?.stale)}, ${column(
        'int8',
        ifLive(({ key }) => key),
      )},
      ${column(
        'text',
        ifLive(({ present }) => arrayLiteral([...present])),
      )},
      ${column(
        'text',
        ifLive(({ references }) => arrayLiteral([...references])),
      )}
    ) with ordinality as t(type, id, operation, rid, seen, at, document, live, retire, key, present, refs, n)) t`
}

/** The resource's line in fhir.live says what parameters it has; it stays while that stays. */
type Line = { readonly fresh: boolean; readonly stale: boolean }

function lineOf({ before, rows }: Change): Line {
  const stays = before?.rows !== undefined && rows !== undefined && isSameLine(before.rows, rows)
  return { fresh: rows !== undefined && !stays, stale: before?.rows !== undefined && !stays }
}
const isSameLine = (a: IndexRows, b: IndexRows) => hasSame(a.present, b.present) && hasSame(a.references, b.references)
const hasSame = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>) => a.size === b.size && a.isSubsetOf(b)

export type Column<R> = {
  readonly column: string
  readonly type: string
  readonly of: (row: R) => unknown
  readonly nullable?: true
}
export type Table = {
  readonly name: string
  readonly rows: (rows: IndexRows) => readonly never[]
  readonly columns: readonly Column<never>[]
}

/** The index tables and their columns behind tenant and rid; all of them together find a row again. */
export const tables: readonly Table[] = [
  table<bigint>('ix', ({ hashes }) => [...hashes], [{ column: 'h', type: 'int8', of: (h) => h }]),
  table<DateRow>('ix_date', ({ dates }) => dates, [
    { column: 'p', type: 'int8', of: ({ p }) => p },
    { column: 'lo', type: 'timestamptz', of: ({ lo }) => lo },
    { column: 'hi', type: 'timestamptz', of: ({ hi }) => hi },
    ...ends<DateRow>(),
  ]),
  table<NumberRow>('ix_num', ({ numbers }) => numbers, [
    { column: 'p', type: 'int8', of: ({ p }) => p },
    { column: 'lo', type: 'float8', of: ({ lo }) => lo },
    { column: 'hi', type: 'float8', of: ({ hi }) => hi },
    ...ends<NumberRow>(),
    { column: 'system', type: 'text', of: ({ system }) => system ?? null, nullable: true },
    { column: 'code', type: 'text', of: ({ code }) => code ?? null, nullable: true },
    { column: 'unit', type: 'text', of: ({ unit }) => unit ?? null, nullable: true },
  ]),
  table<StringRow>('ix_str', ({ strings }) => strings, [
    { column: 'p', type: 'int8', of: ({ p }) => p },
    { column: 's', type: 'text', of: ({ s }) => s },
    ...ends<StringRow>(),
    { column: 'exact', type: 'text', of: ({ exact }) => exact ?? null, nullable: true },
  ]),
]

function table<R>(name: string, rows: (rows: IndexRows) => readonly R[], columns: readonly Column<R>[]): Table {
  return { name, rows, columns } as unknown as Table
}

function ends<R extends { first: boolean; last: boolean }>(): Column<R>[] {
  return [
    { column: 'first', type: 'bool', of: ({ first }) => first },
    { column: 'last', type: 'bool', of: ({ last }) => last },
  ]
}

/** Per change, the rows that `side` has and the other side has not. */
function differences(
  changes: readonly Change[],
  side: (before: IndexRows | undefined, after: IndexRows | undefined) => IndexRows | undefined,
): IndexRows[][] {
  return changes.map(({ before, rows }) => {
    const mine = side(before?.rows, rows)
    if (!mine) return []
    const other = mine === rows ? before?.rows : rows
    return [other ? without(mine, other) : mine]
  })
}

function without(mine: IndexRows, other: IndexRows): IndexRows {
  return {
    ...mine,
    hashes: mine.hashes.difference(other.hashes),
    dates: minus(mine.dates, other.dates, isSameDate),
    numbers: minus(mine.numbers, other.numbers, isSameNumber),
    strings: minus(mine.strings, other.strings, isSameString),
  }
}

type IsSame<R> = (a: R, b: R) => boolean
const isSameDate: IsSame<DateRow> = (a, b) => a.p === b.p && a.lo === b.lo && a.hi === b.hi && hasSameEnds(a, b)
const isSameNumber: IsSame<NumberRow> = (a, b) =>
  a.p === b.p &&
  a.lo === b.lo &&
  a.hi === b.hi &&
  a.system === b.system &&
  a.code === b.code &&
  a.unit === b.unit &&
  hasSameEnds(a, b)
const isSameString: IsSame<StringRow> = (a, b) => a.p === b.p && a.s === b.s && a.exact === b.exact && hasSameEnds(a, b)
const hasSameEnds = (a: { first: boolean; last: boolean }, b: { first: boolean; last: boolean }) =>
  a.first === b.first && a.last === b.last

const comparedAtMost = 400

function minus<R extends object>(mine: readonly R[], other: readonly R[], isSame: IsSame<R>): R[] {
  // Few are compared with each other, mostly in the same order; many would take the square of their number.
  if (mine.length * other.length <= comparedAtMost)
    return mine.filter((row, n) => !(other[n] && isSame(row, other[n])) && !other.some((one) => isSame(row, one)))
  const identity = (row: R) => Object.values(row).join('\u0001')
  const there = new Set(other.map(identity))
  return mine.filter((row) => !there.has(identity(row)))
}
