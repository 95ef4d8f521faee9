/** https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES */
import type { Query, Tx } from '../../../platform/database/port.ts'

/**
 * Until its transaction ends nobody writes; whoever writes then sees what was done in it. Fails with LockTimeout where
 * somebody keeps the table: PostgreSQL lets no writer pass one who waits for this, and a backup by pg_dump keeps it for hours.
 */
export async function lockRules(tx: Tx, waitMs: number): Promise<void> {
  await tx.query({ text: `set local lock_timeout = ${Math.round(waitMs)}` })
  await tx.query({ text: 'lock table fhir.index_rules in access exclusive mode' })
}

/** The transactions that keep it now: writers, and whoever reads all tables. */
export async function keepersOfRules(on: Query): Promise<ReadonlySet<string>> {
  const rows = await on.query<{ id: string }>({
    text: `select distinct virtualtransaction as id from pg_locks
      where locktype = 'relation' and relation = 'fhir.index_rules'::regclass and granted
      and database = (select oid from pg_database where datname = current_database())`,
  })
  return new Set(rows.map(({ id }) => id))
}
