import type { RecordSummary, TransactionLog, TransactionRecord } from './port.ts'

/** For a gateway without a database: the latest only. */
export function memoryTransactionLog(
  maxEntries = 1000,
): TransactionLog & { readonly records: readonly TransactionRecord[] } {
  const records: TransactionRecord[] = []
  return {
    records,
    async keep(_call, record) {
      records.push(record)
      if (records.length > maxEntries) records.shift()
    },
    async recent(_call, limit) {
      return records
        .slice(-limit)
        .reverse()
        .map(
          ({ id, at, transaction, messageId, community, outcome, ok, durationMs }): RecordSummary => ({
            id,
            at,
            transaction,
            messageId,
            community,
            outcome,
            ok,
            durationMs,
          }),
        )
    },
  }
}
