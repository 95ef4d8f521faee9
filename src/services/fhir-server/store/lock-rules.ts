/** https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES */
import type { Tx } from '../../../platform/database/port.ts'

/**
 * Until its transaction ends nobody writes; whoever writes then sees what was done in it. Fails with LockTimeout where
 * somebody keeps the table: PostgreSQL lets no writer pass one who waits for this, and a backup by pg_dump keeps it for hours.
 */
export async function lockRules(tx: Tx): Promise<void> {
  await tx.query({ text: `set local lock_timeout = '500ms'` })
  await tx.query({ text: 'lock table fhir.index_rules in access exclusive mode' })
}

/** How long writers go on before it is tried again. */
export const rulesHeldMs = 5_000
