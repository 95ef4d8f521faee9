import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../../../platform/database/port.ts'
import type { IndexKeeper } from './index-keeper.ts'
import { removeLeftovers } from './index-leftovers.ts'
import { rulesHeldMs } from './lock-rules.ts'
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

/** Makes whole what is not whole of a tenant's index. */
export async function rebuildIndex(
  types: readonly string[],
  { database, keeper, between, nowMs, told }: RebuildOptions,
): Promise<void> {
  for (const type of types) {
    while (true) {
      const startedMs = nowMs()
      const { state, resources } = await rebuildPiece(database, keeper, type)
      told?.(type, resources)
      if (state === 'whole') break
      await between(nowMs() - startedMs)
      if (state === 'goes on') continue
      for (let waitedMs = busyMs; state === 'held' && waitedMs < rulesHeldMs; waitedMs += busyMs) {
        await sleep(busyMs)
        await between(0)
      }
      // Another process makes it: look from time to time how far it is.
      await sleep(busyMs)
      await keeper.refresh()
      if (!keeper.unfinishedTypes.includes(type)) break
    }
    await keeper.refresh()
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
