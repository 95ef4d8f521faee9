import type { Database } from '../../src/platform/database/port.ts'

/** The same database, for a server under test: `after` is done after each statement outside of transactions, before its rows are seen. */
export function watchedDatabase(database: Database, after: () => unknown): Database {
  return {
    async query<Row>(tenant: number, statement: Parameters<Database['query']>[1]) {
      const rows = await database.query<Row>(tenant, statement)
      await after()
      return rows
    },
    transaction: (tenant, work) => database.transaction(tenant, work),
  }
}
