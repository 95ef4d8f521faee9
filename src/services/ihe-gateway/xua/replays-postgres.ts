import type { Buffer } from 'node:buffer'
import { hash } from 'node:crypto'
import type { Database } from '../../../platform/database/port.ts'
import type { Clock } from '../../../kernel/ports.ts'
import { batching } from '../batch.ts'
import type { Replays } from './replays.ts'

/** For all processes of an installation. What may be forgotten is swept away now and then. */
export function postgresReplays(database: Database, clock: Clock, sweepSeconds = 300): Replays {
  let swept = 0
  const insert = batching<Seen, boolean>(async (tenant, seen) => {
    const rows = await database.query<{ key: Buffer }>(tenant, {
      name: 'ihe_seen_first',
      text: `insert into ihe_gateway.seen (tenant, key, until) select $1, * from unnest($2::bytea[], $3::timestamptz[])
             on conflict do nothing returning key`,
      values: [tenant, seen.map(({ key }) => key), seen.map(({ until }) => until)],
    })
    const inserted = new Set(rows.map(({ key }) => key.toString('base64')))
    // Of two in one batch one is the first.
    return seen.map(({ key }) => inserted.delete(key.toString('base64')))
  })
  return {
    async first({ tenant }, key, until) {
      const now = clock()
      if (now.getTime() - swept > sweepSeconds * 1000) {
        swept = now.getTime()
        await database.query(tenant, {
          name: 'ihe_seen_sweep',
          text: 'delete from ihe_gateway.seen where tenant = $1 and until < $2',
          values: [tenant, now],
        })
      }
      return insert(tenant, { key: hash('sha256', key, 'buffer'), until })
    },
  }
}

type Seen = { readonly key: Buffer; readonly until: Date }
