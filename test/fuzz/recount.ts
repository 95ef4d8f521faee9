import pg from 'pg'
import { type IndexRows, indexRows } from '../../src/services/fhir-server/search/index-rows.ts'
import type { SearchParameters } from '../../src/services/fhir-server/search/parameters.ts'
import { parseJson } from '../../src/standards/fhir/json.ts'
import type { Resource } from '../../src/standards/fhir/types.ts'

export type Recount = {
  readonly resources: number
  readonly versions: number
  readonly rows: number
  /** What does not agree, each as a sentence. */
  readonly wrong: readonly string[]
}

/**
 * Counts the whole store again: each resource's versions without gaps, its state the last of them, the index exactly
 * what its current version yields, and every row made and retired by a transaction that wrote a version of it.
 */
export async function recount(
  connectionString: string,
  tenant: number,
  parameters: SearchParameters,
  base: string,
  /** What no document may hold. */
  refusedTags: ReadonlySet<string> = new Set(),
): Promise<Recount> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query("select set_config('weft.tenant', $1, false)", [String(tenant)])
    const wrong: string[] = []
    const histories = await versionsByResource(client)
    const states = new Map(
      (await client.query<State>('select rid::text, type, id, v::text, version, deleted from fhir.resource')).rows.map(
        (row) => [row.rid, row],
      ),
    )
    const found = await currentRows(client)
    let rows = 0
    for (const [rid, versions] of histories) {
      const last = versions.at(-1) as Version
      const name = `${last.type}/${last.id}`
      const complain = (what: string) => wrong.push(`${name}: ${what}`)
      checkVersions(versions, rid, complain)
      for (const { document } of versions)
        for (const [tag] of document?.matchAll(/transaction-\d+/g) ?? [])
          if (refusedTags.has(tag)) complain(`was written by ${tag}, which was refused`)
      const state = states.get(rid)
      if (!state) complain('has versions and no state')
      else if (state.v !== last.v || state.version !== last.version || state.deleted !== (last.operation === 'D'))
        complain('is not in the state of its last version')
      const expected =
        last.document === null ? [] : expectedRows(indexRows(parseJson(last.document) as Resource, parameters, base))
      const actual = found.get(rid) ?? []
      rows += actual.length
      const difference = differences(expected, actual)
      if (difference) complain(`index: ${difference}`)
      found.delete(rid)
    }
    for (const rid of states.keys()) if (!histories.has(rid)) wrong.push(`rid ${rid} has a state and no versions`)
    for (const rid of found.keys()) wrong.push(`rid ${rid} has index rows and no versions`)
    wrong.push(...(await strangeTransactions(client)))
    return { resources: histories.size, versions: [...histories.values()].flat().length, rows, wrong }
  } finally {
    await client.end()
  }
}

type State = { rid: string; type: string; id: string; v: string; version: number; deleted: boolean }
type Version = {
  rid: string
  v: string
  version: number
  type: string
  id: string
  operation: string
  last_updated: Date
  document: string | null
}

async function versionsByResource(client: pg.Client): Promise<Map<string, Version[]>> {
  const { rows } = await client.query<Version>(
    'select rid::text, v::text, version, type, id, operation, last_updated, document from fhir.version d order by d.rid, d.v',
  )
  return Map.groupBy(rows, ({ rid }) => rid)
}

function checkVersions(versions: readonly Version[], rid: string, complain: (what: string) => void): void {
  versions.forEach(({ version, v, operation, document, type, id, last_updated }, index) => {
    if (version !== index + 1) complain(`version ${version} stands where ${index + 1} should`)
    if (index === 0 && (operation !== 'C' || v !== rid)) complain('does not begin with its creation')
    if (index > 0 && operation === 'C') complain(`is created again in version ${version}`)
    if ((operation === 'D') !== (document === null)) complain(`version ${version}: operation and document disagree`)
    if (document === null) return
    const resource = parseJson(document) as Resource
    if (resource.resourceType !== type || resource.id !== id) complain(`version ${version} is another resource`)
    if (resource.meta?.versionId !== String(version))
      complain(`version ${version} says it is ${resource.meta?.versionId}`)
    if (resource.meta?.lastUpdated !== last_updated.toISOString()) complain(`version ${version} says another time`)
  })
  if (new Set(versions.map(({ type, id }) => `${type}/${id}`)).size !== 1) complain('changed its name')
}

/** Rows that hold now, of every index table, as texts. */
async function currentRows(client: pg.Client): Promise<Map<string, string[]>> {
  const all = new Map<string, string[]>()
  const read = async (table: string, columns: string, describe: (row: Record<string, unknown>) => string) => {
    const { rows } = await client.query(`select rid::text, ${columns} from fhir.${table} where until is null`)
    for (const row of rows as Record<string, unknown>[]) {
      const rid = row['rid'] as string
      const list = all.get(rid) ?? []
      list.push(`${table} ${describe(row)}`)
      all.set(rid, list)
    }
  }
  await read('ix', 'h::text', ({ h }) => String(h))
  await read('ix_date', 'p::text, lo, hi, first, last', ({ p, lo, hi, first, last }) =>
    [p, instant(lo), instant(hi), first, last].join(' '),
  )
  await read('ix_num', 'p::text, lo, hi, system, code, unit, first, last', (row) =>
    [row['p'], row['lo'], row['hi'], row['system'], row['code'], row['unit'], row['first'], row['last']]
      .map(text)
      .join(' '),
  )
  await read('ix_str', 'p::text, s, exact, first, last', (row) =>
    [row['p'], row['s'], row['exact'], row['first'], row['last']].map(text).join(' '),
  )
  await read('live', 'key::text, present, refs::text[]', ({ key, present, refs }) =>
    lineOf(String(key), present as number[], refs as string[]),
  )
  return all
}

function expectedRows(rows: IndexRows): string[] {
  return [
    ...[...rows.hashes].map((h) => `ix ${h}`),
    ...rows.dates.map(({ p, lo, hi, first, last }) => `ix_date ${[p, lo, hi, first, last].join(' ')}`),
    ...rows.numbers.map(
      ({ p, lo, hi, system, code, unit, first, last }) =>
        `ix_num ${[p, lo, hi, system, code, unit, first, last].map(text).join(' ')}`,
    ),
    ...rows.strings.map(({ p, s, exact, first, last }) => `ix_str ${[p, s, exact, first, last].map(text).join(' ')}`),
    `live ${lineOf(String(rows.key), [...rows.present], [...rows.references].map(String))}`,
  ]
}

const lineOf = (key: string, present: readonly number[], references: readonly string[]) =>
  `${key} ${present.toSorted((a, b) => a - b)} ${references.toSorted()}`

function instant(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  return value === Infinity ? 'infinity' : '-infinity'
}

const text = (value: unknown) => (value === null || value === undefined ? '-' : String(value))

function differences(expected: readonly string[], actual: readonly string[]): string | undefined {
  const [want, have] = [new Set(expected), new Set(actual)]
  const tables = (rows: Iterable<string>) => [...new Set([...rows].map((row) => row.split(' ')[0]))].join(', ')
  const missing = want.difference(have)
  const left = have.difference(want)
  if (missing.size === 0 && left.size === 0)
    return expected.length === actual.length ? undefined : `rows stand twice in ${tables(actual)}`
  return `${missing.size} rows are missing (${tables(missing)}), ${left.size} are left over (${tables(left)})`
}

/** The change log is fhir.version by txid: no index row may come or go in a transaction that it does not know. */
async function strangeTransactions(client: pg.Client): Promise<string[]> {
  const wrong: string[] = []
  for (const table of ['live', 'ix', 'ix_date', 'ix_num', 'ix_str']) {
    const { rows } = await client.query<{ count: string }>(
      `select count(*) from fhir.${table} i
       where not exists (select from fhir.version d where d.rid = i.rid and d.txid = i.since)
       or (i.until is not null and not exists (select from fhir.version d where d.rid = i.rid and d.txid = i.until))`,
    )
    const count = Number(rows[0]?.count)
    if (count > 0) wrong.push(`${count} rows of fhir.${table} came or went without a version`)
  }
  return wrong
}
