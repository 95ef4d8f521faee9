import type { Database } from '../../../platform/database/port.ts'
import { batching } from '../batch.ts'
import type { RecordSummary, TransactionLog, TransactionRecord } from './port.ts'

type Row = Omit<RecordSummary, 'messageId' | 'transaction' | 'durationMs'> & {
  name: string
  message_id: string | null
  duration_ms: number
}

export function postgresTransactionLog(database: Database): TransactionLog {
  const keep = batching<TransactionRecord, void>(async (tenant, records) => {
    await database.query(tenant, insert(tenant, records))
    return []
  })
  return {
    keep: ({ tenant }, record) => keep(tenant, record),
    async recent({ tenant }, limit) {
      const rows = await database.query<Row>(tenant, {
        name: 'ihe_transaction_recent',
        text: `select id, at, name, message_id, community, outcome, ok, duration_ms from ihe_gateway.transaction
               where tenant = $1 order by at desc limit $2`,
        values: [tenant, limit],
      })
      return rows.map(({ id, at, name, message_id, community, outcome, ok, duration_ms }) => ({
        id,
        at,
        transaction: name,
        messageId: message_id ?? undefined,
        community: community ?? undefined,
        outcome,
        ok,
        durationMs: duration_ms,
      }))
    },
  }
}

function insert(tenant: number, records: readonly TransactionRecord[]) {
  const column = <Name extends keyof TransactionRecord>(name: Name) => records.map((record) => record[name] ?? null)
  return {
    name: 'ihe_transaction_keep',
    text: `insert into ihe_gateway.transaction (tenant, id, at, name, message_id, community, outcome, ok, duration_ms, audit_message)
           select $1, * from unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::int4[], $10::text[])`,
    values: [
      tenant,
      column('id'),
      column('at'),
      column('transaction'),
      column('messageId'),
      column('community'),
      column('outcome'),
      column('ok'),
      column('durationMs').map((ms) => Math.round(Number(ms))),
      column('auditMessage'),
    ],
  }
}
