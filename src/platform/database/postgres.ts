/** The Database port on node-postgres: a pool whose every statement runs as one tenant. */
import type { Socket } from 'node:net'
import pg from 'pg'
import { Problem } from '../../kernel/problem.ts'
import { type Database, LockTimeout, Outdated, type Statement, type Tx, WriteConflict } from './port.ts'
import { type Before, PreparedStatement } from './prepared-statement.ts'

export type PostgresOptions = {
  readonly connectionString: string
  readonly maxConnections: number
  readonly statementTimeoutMs: number
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string
  /** A connection that broke while nobody used it. */
  readonly onIdleError?: (error: Error) => void
}

export type Postgres = Database & {
  /** For health and metrics. */
  readonly state: () => { total: number; idle: number; waiting: number }
  readonly ping: () => Promise<void>
  readonly stop: () => Promise<void>
}

export function postgres(options: PostgresOptions): Postgres {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.maxConnections,
    application_name: options.applicationName ?? 'weft',
    connectionTimeoutMillis: 10_000,
    // Set once a session: row level security needs the tenant before it lets a row through.
    options: [
      `statement_timeout=${options.statementTimeoutMs}`,
      'idle_in_transaction_session_timeout=60000',
      'jit=off',
      // Whatever a database or a role is set to: who has waited for a lock sees what the one before it wrote, and times are read as ISO.
      'default_transaction_isolation=read\\ committed',
      'datestyle=ISO',
    ]
      .map((setting) => `-c ${setting}`)
      .join(' '),
    // Not `verify`: who stopped waiting in the middle of that is called a second time, and the connection is lost to the pool.
    onConnect: async (client: pg.ClientBase) => {
      endWhenSilent(client, options.statementTimeoutMs * 2)
      await client.query({ ...asTenant, values: ['', 'auto'] })
      await client.query({ ...impatient, values: ['', 'auto', '0'] })
    },
  } as unknown as pg.PoolConfig)
  pool.on('error', (error) => options.onIdleError?.(error))
  // While somebody uses a connection nobody else listens, and what nobody listens to ends the process. Whoever uses it is
  // told by the statement that fails.
  pool.on('connect', (client) => client.on('error', () => {}))

  return {
    query: <Row>(tenant: number, statement: Statement) =>
      new Promise<Row[]>((resolve, reject) => {
        pool.connect((error, client, release) => {
          if (error || !client) return reject(databaseProblem(error))
          client.query(
            new PreparedStatement(statement, tenantFirst(tenant, statement), (failure, rows) => {
              release(failure && isFatal(failure) ? failure : undefined)
              if (failure) reject(databaseProblem(failure))
              else resolve(rows as Row[])
            }),
          )
        })
      }),

    async transaction(tenant, work) {
      const client = await pool.connect().catch((error) => {
        throw databaseProblem(error)
      })
      let isOpen = true
      let failed: Problem | undefined
      let broken: Error | undefined
      const tx: Tx = {
        tx: true,
        query: <Row>(statement: Statement) =>
          new Promise<Row[]>((resolve, reject) => {
            // The connection may be somebody else's by now: a part of the work went on after another part had failed.
            if (!isOpen) return reject(new Problem('internal', 'The transaction has ended'))
            client.query(
              new PreparedStatement(statement, undefined, (failure, rows) => {
                if (!failure) return resolve(rows as Row[])
                if (isFatal(failure)) broken = failure
                const problem = databaseProblem(failure)
                failed ??= problem
                reject(problem)
              }),
            )
          }),
      }
      const run = (text: string) =>
        client.query(text).catch((error) => {
          throw databaseProblem(error)
        })
      try {
        await run(`begin; select set_config('weft.tenant', '${Number(tenant)}', true)`)
        const value = await work(tx)
        isOpen = false
        // Where a statement failed and the work went on all the same, PostgreSQL answers a commit with ROLLBACK and no error.
        const { command } = await run('commit')
        if (command !== 'COMMIT') throw failed ?? new Problem('internal', 'The transaction was not committed')
        return value
      } catch (error) {
        isOpen = false
        await client.query('rollback').catch((failure) => {
          broken = failure
        })
        throw error
      } finally {
        client.release(broken)
      }
    },

    state: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    ping: async () => {
      await pool.query('select 1').catch((error) => {
        throw databaseProblem(error)
      })
    },
    stop: () => pool.end(),
  }
}

const asTenant = {
  name: 'weft_tenant',
  text: `select set_config('weft.tenant', $1, true), set_config('plan_cache_mode', $2, true)`,
}
/** Only who waits for locks no longer than so pays for saying it. */
const impatient = {
  name: 'weft_tenant_impatient',
  text: `select set_config('weft.tenant', $1, true), set_config('plan_cache_mode', $2, true),
    set_config('lock_timeout', $3, true)`,
}

/**
 * What goes out before a statement and its one Sync: PostgreSQL runs both in one implicit transaction, so the tenant ends
 * with the statement, and the caller waits for one round trip.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
function tenantFirst(tenant: number, { name, lockTimeoutMs }: Statement): Before {
  // PostgreSQL's own choice between the two forgets that planning costs more than most of our statements do.
  const plan = name ? 'force_generic_plan' : 'force_custom_plan'
  return lockTimeoutMs === undefined
    ? { name: asTenant.name, values: [String(tenant), plan] }
    : { name: impatient.name, values: [String(tenant), plan, String(lockTimeoutMs)] }
}

/**
 * A server that is gone without a word, or the network before it, would be waited for as long as TCP sends again: a quarter of an
 * hour, and one that was only listened to for ever.
 */
function endWhenSilent(client: pg.ClientBase, ms: number): void {
  if (ms === 0) return
  const { connection } = client as unknown as { connection: { stream: Socket } }
  connection.stream.setTimeout(ms, () => {
    // A connection that nothing is asked of may be silent.
    if (isBusy(client)) connection.stream.destroy(new Error(`The database has not answered for ${ms} ms`))
  })
}
const isBusy = (client: pg.ClientBase) => (client as unknown as { readyForQuery: boolean }).readyForQuery === false

/** A connection that is of no more use. */
function isFatal(error: Error): boolean {
  if (error instanceof Problem) return false
  return !(error instanceof pg.DatabaseError) || endsConnection(error) || spoilt.has(error.code ?? '')
}

const endsConnection = ({ severity }: pg.DatabaseError) => severity === 'FATAL' || severity === 'PANIC'

/**
 * It belongs to a server that only reads since another took over, or it and we no longer agree about its statements: results
 * have other columns since a migration, or a pooler gave us another one behind our back.
 */
const spoilt: ReadonlySet<string> = new Set(['25006', '0A000', '26000', '42P05'])

const kinds: Readonly<Record<string, [ConstructorParameters<typeof Problem>[0], string]>> = {
  '23505': ['conflict', 'Another request made the same thing at the same time'],
  '40001': ['conflict', 'Another request changed the same resource at the same time'],
  '40P01': ['conflict', 'Another request changed the same resources at the same time'],
  '55P03': ['conflict', 'Another request holds the same resource'],
  '57014': ['timeout', 'The database took too long'],
  '53300': ['unavailable', 'The database has no free connection'],
  '25006': ['unavailable', 'The database takes no writes'],
  '0A000': ['unavailable', 'The database was changed; try again'],
  // Of our own functions.
  WEFT1: ['unavailable', 'The database goes by other rules by now; try again'],
  '26000': ['unavailable', 'The database has forgotten a statement; try again'],
  '42P05': ['unavailable', 'The database has a statement of somebody else; try again'],
  '57P01': ['unavailable', 'The database is restarting'],
  '57P03': ['unavailable', 'The database is starting'],
  '54001': ['invalid', 'The request is too complex'],
  '54000': ['invalid', 'The request is too large'],
}

/** The error as a Problem that tells the caller what to do and nothing of the SQL; the cause keeps the rest for the log. */
export function databaseProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const code = (error as { code?: string } | undefined)?.code ?? ''
  const known = kinds[code]
  if (known && code === 'WEFT1') return new Outdated(known[1], error)
  if (known && code === '55P03') return new LockTimeout(known[1], error)
  if (known?.[0] === 'conflict') return new WriteConflict(known[1], error)
  if (known) return new Problem(known[0], known[1], { cause: error })
  const lostConnection = !(error instanceof pg.DatabaseError) || endsConnection(error)
  if (lostConnection) return new Problem('unavailable', 'The database cannot be reached', { cause: error })
  return new Problem('internal', 'Unexpected failure', { cause: error })
}
