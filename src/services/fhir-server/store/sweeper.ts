/** Removes index rows that were retired longer ago than a page link lives. */
import type { Clock, Log, Running } from '../../../kernel/ports.ts'
import type { Database } from '../../../platform/database/port.ts'
import { tenantsIndexed } from './rebuild.ts'

export type SweeperDeps = {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly pagingLifetimeSeconds: number
}

const tables = ['live', 'ix', 'ix_date', 'ix_num', 'ix_str']
const piece = 5000

/** Every tenth of the lifetime; several processes may do so at once. */
export function startSweeper(deps: SweeperDeps): Running {
  let running = Promise.resolve()
  const turn = () => {
    running = running.then(() =>
      sweep(deps).then(
        (removed) => removed > 0 && deps.log.info('swept', { removed }),
        (error) => deps.log.warn('sweep failed', { error }),
      ),
    ) as Promise<void>
  }
  const timer = setInterval(turn, Math.max(1000, deps.pagingLifetimeSeconds * 100))
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}

/** Answers how many rows went. */
export async function sweep({ database, clock, pagingLifetimeSeconds }: SweeperDeps): Promise<number> {
  const now = clock()
  const oldest = new Date(now.getTime() - pagingLifetimeSeconds * 1000).toISOString()
  // The newest moment that is old enough: what was retired before it, no living link can see.
  const [moment] = await database.query<{ horizon: string }>(0, {
    text: `select horizon::text from fhir.moment where at <= $1::timestamptz order by at desc limit 1`,
    values: [oldest],
  })
  let removed = 0
  if (moment) {
    await database.query(0, {
      text: `insert into fhir.swept (horizon) values ($1::xid8) on conflict (one)
        do update set horizon = excluded.horizon where fhir.swept.horizon < excluded.horizon`,
      values: [moment.horizon],
    })
    // All that ever had records: one that no server serves any more would keep its retired rows for ever.
    for (const tenant of await tenantsIndexed(database))
      for (const table of tables) removed += await sweepTable(database, tenant, table, moment.horizon)
    await database.query(0, {
      text: `delete from fhir.moment where at < (select max(at) from fhir.moment where at <= $1::timestamptz)`,
      values: [oldest],
    })
  }
  await database.query(0, {
    text: `insert into fhir.moment (at) values ($1::timestamptz) on conflict do nothing`,
    values: [now.toISOString()],
  })
  return removed
}

async function sweepTable(database: Database, tenant: number, table: string, horizon: string): Promise<number> {
  let removed = 0
  while (true) {
    const gone = await database.query(tenant, {
      text: `delete from fhir.${table} where ctid = any(array(
          select ctid from fhir.${table} where tenant = $1::int4 and until < $2::xid8 limit ${piece} for update skip locked
        )) returning 1`,
      values: [tenant, horizon],
    })
    removed += gone.length
    if (gone.length < piece) return removed
  }
}
