/** The store on PostgreSQL: schema fhir of migrations/0001-fhir.sql. */
import type { Call } from '../../../kernel/ports.ts'
import { Problem } from '../../../kernel/problem.ts'
import type { Database, Statement } from '../../../platform/database/port.ts'
import { GroupedWrites, type Written } from './grouped-writes.ts'
import { historyStatement, historyTotalStatement } from './history.ts'
import { KeptNames } from './kept-names.ts'
import type { Change, Store, Stored } from './port.ts'
import { Turns } from './turns.ts'
import { writeStatement } from './write.ts'

/** `rulesChanged` is told when a write was refused because the database goes by other rules than its rows. */
export function postgresStore(database: Database, rulesChanged: () => void = () => {}): Store {
  const turns = new Turns()
  return storeOn(
    rulesChanged,
    (call, statement) => database.query(call.tenant, statement),
    (call, locks, work) => {
      // In one order for everybody, so that two that want the same two locks do not wait for each other.
      const sorted = [...new Set(locks)].sort()
      const names = sorted.map((lock) => `${call.tenant} ${lock}`)
      return turns.take(names, () => {
        // Who stood in line for too long has been answered.
        if (names.length > 0) call.signal.throwIfAborted()
        return database.transaction(call.tenant, async (tx) => {
          for (const lock of sorted)
            await tx.query({
              name: 'lock',
              text: 'select pg_advisory_xact_lock(hashtextextended($1, $2))',
              values: [lock, call.tenant],
            })
          const inside = storeOn(
            rulesChanged,
            (_call, statement) => tx.query(statement),
            (_call, _locks, again) => again(inside),
          )
          return work(inside)
        })
      })
    },
    new GroupedWrites(async (tenant, changes, times, { impatient }) => {
      const statement = writeStatement(tenant, changes, times)
      const asked = impatient ? { ...statement, lockTimeoutMs: groupWaitsMs } : statement
      return allWritten(await database.query<Written>(tenant, asked), changes, rulesChanged)
    }),
  )
}

/** A commit takes less; what takes longer is a transaction of several steps, which a group does not wait for. */
const groupWaitsMs = 100

type Run = <Row>(call: Call, statement: Statement) => Promise<Row[]>

/** Only other rules keep a statement from writing without failing. */
function allWritten(written: Written[], changes: readonly Change[], rulesChanged: () => void): Written[] {
  if (written.length === changes.length) return written
  rulesChanged()
  throw new Problem(
    'unavailable',
    'The search index goes by the rules of another version or address of this server; nothing was written',
  )
}

function storeOn(
  rulesChanged: () => void,
  run: Run,
  transaction: Store['transaction'],
  grouped?: GroupedWrites,
): Store {
  return {
    async read(call, { type, id }) {
      const rows = await run<Row>(call, { name: 'read', text: read, values: [call.tenant, type, id] })
      return rows[0] && stored(rows[0])
    },
    async readVersion(call, { type, id }, version) {
      const values = [call.tenant, type, id, version]
      const rows = await run<Row>(call, { name: 'read_version', text: readVersion, values })
      return rows[0] && stored(rows[0])
    },
    async readMany(call, keys) {
      const [first, ...others] = keys
      if (!first) return []
      // A page of one patient's resources leads to one patient.
      if (others.length === 0) {
        const one = await this.read(call, first)
        return one ? [one] : []
      }
      const values = [call.tenant, keys.map(({ type }) => type), keys.map(({ id }) => id)]
      const rows = await run<Row>(call, { name: 'read_many', text: readMany, values })
      return rows.map(stored)
    },
    async history(call, scope, window) {
      const rows = await run<Row>(call, historyStatement(call.tenant, scope, window))
      return rows.map(stored)
    },
    async historyTotal(call, scope, window) {
      const [row] = await run<{ total: string }>(call, historyTotalStatement(call.tenant, scope, window))
      return Number(row?.total)
    },
    search: (call, { text, values, fixed, row }) =>
      run(call, { name: fixed ? names.of(text) : undefined, text, values, ...(row && { row }) }),
    query: run,
    async write(call, changes, lastUpdated) {
      if (changes.length === 0) return []
      const [first, ...others] = changes
      if (grouped && first && others.length === 0) return [await grouped.write(call.tenant, first, lastUpdated)]
      const times = changes.map(() => lastUpdated)
      const written = await run<Written>(call, writeStatement(call.tenant, changes, times))
      return allWritten(written, changes, rulesChanged)
    },
    transaction,
  }
}

export type Row = {
  type: string
  id: string
  rid: string
  v: string
  version: number
  operation: Stored['operation']
  last_updated: Date
  document: string | null
}

export function stored(row: Row): Stored {
  return {
    type: row.type,
    id: row.id,
    rid: row.rid,
    v: row.v,
    version: row.version,
    operation: row.operation,
    lastUpdated: row.last_updated,
    document: row.document ?? undefined,
  }
}

const columns = 'd.type, d.id, d.rid, d.v, d.version, d.operation, d.last_updated, d.document'

const read = `select ${columns} from fhir.resource r
  join fhir.version d on d.tenant = $1 and d.rid = r.rid and d.v = r.v
  where r.tenant = $1 and r.type = $2 and r.id = $3`

const readVersion = `select ${columns} from fhir.resource r
  join fhir.version d on d.tenant = $1 and d.rid = r.rid and d.version = $4
  where r.tenant = $1 and r.type = $2 and r.id = $3`

const readMany = `select ${columns} from unnest($2::text[], $3::text[]) as k(type, id)
  join fhir.resource r on r.tenant = $1 and r.type = k.type and r.id = k.id
  join fhir.version d on d.tenant = $1 and d.rid = r.rid and d.v = r.v`

const names = new KeptNames('search', 200)
