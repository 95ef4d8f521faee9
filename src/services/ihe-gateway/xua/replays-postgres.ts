import { createHash } from 'node:crypto'
import type { Database } from '../../../platform/database/port.ts'
import type { Clock } from '../../../kernel/ports.ts'
import type { Replays } from './replays.ts'

/** For all processes of an installation. What may be forgotten is swept away now and then. */
export function postgresReplays(database: Database, clock: Clock, sweepSeconds = 300): Replays {
  let swept = 0
  return {
    async first({ tenant }, key, until) {
      const now = clock()
      if (now.getTime() - swept > sweepSeconds * 1000) {
        swept = now.getTime()
        await database.query(tenant, {
          text: 'delete from ihe_gateway.seen where tenant = $1 and until < $2',
          values: [tenant, now],
        })
      }
      const rows = await database.query(tenant, {
        name: 'ihe_seen_first',
        text: 'insert into ihe_gateway.seen (tenant, key, until) values ($1, $2, $3) on conflict do nothing returning 1',
        values: [tenant, createHash('sha256').update(key).digest(), until],
      })
      return rows.length === 1
    },
  }
}
