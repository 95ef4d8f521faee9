import { setTimeout as sleep } from 'node:timers/promises'
import type { Database, Query } from '../../../platform/database/port.ts'
import type { IndexKeeper } from './index-keeper.ts'
import { removeLeftovers } from './index-leftovers.ts'
import { keepersOfRules } from './lock-rules.ts'
import { rebuildPiece } from './rebuild-piece.ts'

export type RebuildOptions = {
  readonly database: Database
  readonly keeper: IndexKeeper
  /** Between two pieces of work: waits as long as it wants, and throws to end all. Is told how long the piece took. */
  readonly between: (tookMs: number) => Promise<void>
  readonly nowMs: () => number
  /** So many resources of a type have their rows. */
  readonly told?: (type: string, resources: number) => void
}

const busyMs = 200
const shortMs = 500
const longMs = 5_000

/** Makes whole what is not whole of a tenant's index. */
export async function rebuildIndex(
  types: readonly string[],
  { database, keeper, between, nowMs, told }: RebuildOptions,
): Promise<void> {
  let lockWaitMs = shortMs
  for (const type of types) {
    while (true) {
      const startedMs = nowMs()
      const { state, resources } = await rebuildPiece(database, keeper, type, lockWaitMs)
      told?.(type, resources)
      if (state === 'whole') break
      await between(nowMs() - startedMs)
      if (state === 'goes on') continue
      if (state === 'held') {
        // Writers of large bundles are waited for the next time; for a backup nobody is made to wait.
        lockWaitMs = (await outlasted(database, keeper, between)) ? longMs : shortMs
        continue
      }
      // Another process makes it: look from time to time how far it is.
      await sleep(busyMs)
      await keeper.refresh()
      if (!keeper.unfinishedTypes.includes(type)) break
    }
    await keeper.refresh()
  }
}

/** Waits until those who keep the rules now have ended, and answers whether that took them but a moment. */
async function outlasted(
  database: Database,
  { tenant }: IndexKeeper,
  between: RebuildOptions['between'],
): Promise<boolean> {
  const ask: Query = { query: (statement) => database.query(tenant, statement) }
  const before = await keepersOfRules(ask)
  for (let waitedMs = 0; ; waitedMs += busyMs) {
    if ((await keepersOfRules(ask)).isDisjointFrom(before)) return waitedMs < longMs
    await sleep(busyMs)
    await between(0)
  }
}

/** Removes what rules of before have left, when no index needs to be made any more. */
export async function tidyIndex({ database, keeper, between, nowMs }: RebuildOptions): Promise<void> {
  let startedMs = nowMs()
  await removeLeftovers(database, keeper, async () => {
    await between(nowMs() - startedMs)
    startedMs = nowMs()
  })
}

/** Tenants that have or had records. */
export async function tenantsIndexed(database: Database): Promise<number[]> {
  const rows = await database.query<{ tenant: number }>(0, {
    text: 'select distinct tenant from fhir.index_state order by tenant',
  })
  return rows.map(({ tenant }) => tenant)
}

/** How many resources are still to be gone through. */
export async function resourcesToRebuild(
  database: Database,
  { tenant }: IndexKeeper,
  types: readonly string[],
): Promise<number> {
  const [row] = await database.query<{ count: string }>(tenant, {
    text: `select count(*) from fhir.index_state s join fhir.live l
      on l.tenant = $1::int4 and l.type = s.type and l.until is null and (s.goal is null or l.rid > s.reached)
      where s.tenant = $1::int4 and s.type = any($2::text[])`,
    values: [tenant, types],
  })
  return Number(row?.count)
}
