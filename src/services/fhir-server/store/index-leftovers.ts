/**
 * Removes index rows that were made by rules of before: nothing finds them, they only take room. Goes through the tables
 * as they lie on the disk, as no index leads from a resource to its rows.
 */
import type { Database, Tx } from '../../../platform/database/port.ts'
import type { Resource } from '../../../standards/fhir/types.ts'
import { parameterKey } from '../search/hash.ts'
import { indexRows } from '../search/index-rows.ts'
import type { SearchParameters } from '../search/parameters.ts'
import { int8Array } from './array-parameter.ts'
import type { IndexKeeper } from './index-keeper.ts'
import { requireRules } from './rebuild-piece.ts'

const blocksAtOnce = 64

type Blocks = { readonly from: number; readonly to: number }

/** Answers how many rows went; `pause` is called between pieces, and may throw to end it. */
export async function removeLeftovers(
  database: Database,
  keeper: IndexKeeper,
  pause: () => Promise<void>,
): Promise<number> {
  const { tenant } = keeper
  const [some] = await database.query<{ leftovers: boolean }>(tenant, {
    text: 'select coalesce(bool_or(leftovers), false) as leftovers from fhir.index_state where tenant = $1::int4',
    values: [tenant],
  })
  if (!some?.leftovers) return 0
  let removed = 0
  for (const table of ['ix', 'ix_date', 'ix_num', 'ix_str']) {
    const [size] = await database.query<{ blocks: string }>(tenant, {
      text: `select pg_relation_size('fhir.${table}') / current_setting('block_size')::int8 as blocks`,
    })
    const blocks = Number(size?.blocks ?? 0)
    for (let from = 0; from < blocks; from += blocksAtOnce) {
      await pause()
      const within = { from, to: Math.min(from + blocksAtOnce, blocks) }
      removed += await database.transaction(tenant, async (tx) => {
        const { parameters, base } = keeper
        await requireRules(tx, keeper)
        return table === 'ix'
          ? removeHashes(tx, tenant, within, parameters, base)
          : removeValues(tx, tenant, table, within, parameters)
      })
    }
  }
  await database.query(tenant, {
    text: 'update fhir.index_state set leftovers = false where tenant = $1::int4 and leftovers',
    values: [tenant],
  })
  return removed
}

const inBlocks = `ctid >= $2::text::tid and ctid < $3::text::tid`
const ends = ({ from, to }: Blocks) => [`(${from},0)`, `(${to},0)`]

/** Rows of a parameter that has another name by now. */
async function removeValues(
  tx: Tx,
  tenant: number,
  table: string,
  within: Blocks,
  parameters: SearchParameters,
): Promise<number> {
  const names = new Set(
    parameters.resourceTypes.flatMap((type) => [...parameters.of(type).values()].map(({ index }) => index)),
  )
  const rows = await tx.query({
    text: `delete from fhir.${table} where tenant = $1::int4 and ${inBlocks} and until is null and p <> all($4::int8[])
      returning 1`,
    values: [tenant, ...ends(within), int8Array([...names].map(parameterKey))],
  })
  return rows.length
}

type Row = { ctid: string; h: string; rid: string }

/**
 * A hash does not tell what it was made of: those go that the resource's newest version does not yield. The version is read
 * after the row: what was true of a version of before is retired by now, and is not touched.
 */
async function removeHashes(
  tx: Tx,
  tenant: number,
  within: Blocks,
  parameters: SearchParameters,
  base: string,
): Promise<number> {
  const rows = await tx.query<Row>({
    text: `select ctid::text, h::text, rid::text from fhir.ix where tenant = $1::int4 and ${inBlocks} and until is null`,
    values: [tenant, ...ends(within)],
  })
  const gone: Row[] = []
  const byResource = [...Map.groupBy(rows, ({ rid }) => rid)]
  for (let from = 0; from < byResource.length; from += resourcesAtOnce) {
    const some = byResource.slice(from, from + resourcesAtOnce)
    const documents = await newestDocuments(
      tx,
      tenant,
      some.map(([rid]) => rid),
    )
    for (const [rid, its] of some) {
      const document = documents.get(rid)
      const resource = document == null ? undefined : (JSON.parse(document) as Resource)
      const hashes = resource ? indexRows(resource, parameters, base).hashes : new Set<bigint>()
      gone.push(...its.filter(({ h }) => !hashes.has(BigInt(h))))
    }
  }
  if (gone.length === 0) return 0
  const deleted = await tx.query({
    text: `delete from fhir.ix t using unnest($2::text[], $3::int8[], $4::int8[]) as a(place, h, rid)
      where t.ctid = a.place::tid and t.tenant = $1::int4 and t.h = a.h and t.rid = a.rid and t.until is null returning 1`,
    values: [tenant, gone.map(({ ctid }) => ctid), gone.map(({ h }) => h), gone.map(({ rid }) => rid)],
  })
  return deleted.length
}

const resourcesAtOnce = 100

async function newestDocuments(tx: Tx, tenant: number, rids: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await tx.query<{ rid: string; document: string | null }>({
    name: 'leftovers_newest',
    text: `select k.rid::text, d.document from unnest($2::int8[]) k(rid) cross join lateral (
        select document from fhir.version v where v.tenant = $1::int4 and v.rid = k.rid order by v desc limit 1
      ) d`,
    values: [tenant, rids],
  })
  return new Map(rows.map(({ rid, document }) => [rid, document]))
}
