/** Which PostgreSQL this program works with: the one it is pointed at, or its own. */
import { join, resolve } from 'node:path'
import pg from 'pg'
import { Problem } from '../kernel/problem.ts'
import { startEmbedded } from '../platform/database/embedded.ts'
import { checkMigrated, migrate, type Migration, readMigrations } from '../platform/database/migrate.ts'
import { checkServerRole } from '../platform/database/server-role.ts'
import type { Config } from './config.ts'

export type DatabaseAccess = {
  /** The role that owns nothing. */
  readonly app: string
  /** The role that migrates; undefined where this program was not told it. */
  readonly owner: string | undefined
  readonly embedded: boolean
  /** To show; without a password. */
  readonly address: string
  stop(): Promise<void>
}

export async function openDatabase(config: Config, root: string): Promise<DatabaseAccess> {
  if (config.DATABASE_URL !== undefined || config.DATABASE_OWNER_URL !== undefined) {
    const app = config.DATABASE_URL ?? config.DATABASE_OWNER_URL ?? ''
    return {
      app,
      owner: config.DATABASE_OWNER_URL,
      embedded: false,
      address: withoutPassword(app),
      stop: async () => {},
    }
  }
  const embedded = await startEmbedded({ weft: resolve(root, config.DATA_FOLDER), cluster: 'postgres' })
  return {
    app: embedded.app,
    owner: embedded.owner,
    embedded: true,
    address: `postgres://weft_owner@127.0.0.1:${embedded.port}/weft (password in ${embedded.credentials})`,
    stop: () => embedded.stop(),
  }
}

/** Returns the names of the migrations that ran now. */
export async function migrateDatabase(access: DatabaseAccess, root: string): Promise<string[]> {
  const { owner } = access
  if (owner === undefined)
    throw new Problem(
      'invalid',
      'DATABASE_OWNER_URL is not set: weft migrate connects as the role that owns the tables',
    )
  return withClient(owner, (client) => migrate(client, migrationsOf(root)))
}

/**
 * Lets the planner know what was loaded: of tables it has never counted it chooses ways that take a thousand times as long,
 * until autovacuum comes by. Only the owner may; a database whose owner is not known waits for that.
 */
export async function countTables({ owner }: DatabaseAccess): Promise<void> {
  if (owner === undefined) return
  await withClient(owner, (client) =>
    client.query('analyze fhir.resource, fhir.version, fhir.live, fhir.ix, fhir.ix_date, fhir.ix_num, fhir.ix_str'),
  )
}

/** Throws where a server should not start: an old PostgreSQL, a role that could see every tenant, a schema that is behind. */
export async function checkDatabase(access: DatabaseAccess, root: string): Promise<void> {
  await withClient(access.app, async (client) => {
    const { rows } = await client.query<{ version: number }>(
      `select current_setting('server_version_num')::int as version`,
    )
    const version = rows[0]?.version ?? 0
    if (version < 150000)
      throw new Problem('unavailable', `PostgreSQL 15 or newer is needed; this is ${Math.floor(version / 10000)}`)
    // In this order: a role without rights could not even read which migrations ran.
    await checkServerRole(client)
    await checkMigrated(client, migrationsOf(root))
  })
}

/** For commands that only need the tables as this program knows them. */
export async function checkMigrations(access: DatabaseAccess, root: string): Promise<void> {
  await withClient(access.owner ?? access.app, (client) => checkMigrated(client, migrationsOf(root)))
}

const migrationsOf = (root: string): Migration[] => readMigrations(join(root, 'migrations'))

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message || (cause as { code?: string }).code : String(cause)
    throw new Problem('unavailable', `PostgreSQL at ${withoutPassword(url)}: ${reason}`, { cause })
  }
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const withoutPassword = (url: string) => url.replace(/(:\/\/[^:/@]*):[^@]*@/, '$1@')
