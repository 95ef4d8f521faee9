/**
 * A database for one test file, copied from a template that has every migration. PostgreSQL is the embedded one, in
 * `.weft/postgres-test`, shared by all files of a run, or TEST_DATABASE_URL (a superuser of PostgreSQL 15 or newer).
 *
 *     const database = await testDatabase()
 *     const pool = new pg.Pool({ connectionString: database.app })
 *     after(() => pool.end())
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../../src/platform/database/embedded.ts'
import { migrate, readMigrations } from '../../src/platform/database/migrate.ts'

export type TestDatabase = {
  /** Owns the schemas and every table. */
  readonly owner: string
  /** Owns nothing, as the server does. */
  readonly app: string
}

export type Cluster = {
  readonly superuser: string
  readonly owner: string
  readonly app: string
  stop(): Promise<void>
}

const root = join(import.meta.dirname, '..', '..')
const password = 'only-for-tests'
const lockKey = 0x74657374
let clones = 0

/** Dropped when the test process has nothing left to do: close what you opened. */
export async function testDatabase(): Promise<TestDatabase> {
  const cluster = await testCluster()
  const name = `weft_test_${process.pid}_${++clones}`
  await asSuperuser(cluster, async (client) => {
    await client.query(`select pg_advisory_lock(${lockKey})`)
    const template = await templateOf(client, cluster)
    await client.query(`create database ${name} template ${template} owner weft_owner`)
  })
  if (made.push({ name, cluster }) === 1) process.on('beforeExit', dropMade)
  return { owner: named(cluster.owner, name), app: named(cluster.app, name) }
}

const made: { name: string; cluster: Cluster }[] = []
function dropMade(): void {
  for (const { name, cluster } of made.splice(0))
    asSuperuser(cluster, (client) => client.query(`drop database ${name} with (force)`)).then(() => cluster.stop())
}

/** The server alone, for tests of what a server does to it. */
export async function testCluster(): Promise<Cluster> {
  const given = process.env.TEST_DATABASE_URL
  if (given) return givenCluster(given)
  return startEmbedded({
    weft: join(root, '.weft'),
    cluster: 'postgres-test',
    // What a power cut would take was made for one test.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '128MB' },
  })
}

/** Drops the databases of runs that were killed. */
export async function dropLeftovers(cluster: Cluster): Promise<void> {
  await asSuperuser(cluster, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      `select datname from pg_database where datname like 'weft\\_test\\_%'`,
    )
    for (const { datname } of rows)
      if (!alive(Number(datname.split('_')[2]))) await client.query(`drop database if exists ${datname} with (force)`)
  })
}

async function templateOf(client: pg.Client, cluster: Cluster): Promise<string> {
  const migrations = readMigrations(join(root, 'migrations'))
  const key = createHash('sha256')
    .update(migrations.map(({ name, checksum }) => name + checksum).join())
    .digest('hex')
  const template = `weft_template_${key.slice(0, 16)}`
  const { rows } = await client.query<{ datname: string }>(
    `select datname from pg_database where datname like 'weft\\_template\\_%'`,
  )
  if (rows.some(({ datname }) => datname === template)) return template
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`)
  const unfinished = `weft_template_unfinished`
  await client.query(`create database ${unfinished} owner weft_owner`)
  const owner = new pg.Client(named(cluster.owner, unfinished))
  await owner.connect()
  try {
    await migrate(owner, migrations)
  } finally {
    await owner.end()
  }
  await client.query(`alter database ${unfinished} rename to ${template}`)
  return template
}

async function givenCluster(superuser: string): Promise<Cluster> {
  const as = (role: string) => {
    const url = new URL(superuser)
    url.username = role
    url.password = password
    return url.href
  }
  const cluster = { superuser, owner: as('weft_owner'), app: as('weft_app'), stop: async () => {} }
  await asSuperuser(cluster, async (client) => {
    await client.query(`select pg_advisory_lock(${lockKey})`)
    for (const role of ['weft_owner', 'weft_app']) {
      const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role])
      if (!rowCount) await client.query(`create role ${role} login`)
      await client.query(`alter role ${role} login password '${password}'`)
    }
  })
  return cluster
}

async function asSuperuser<T>(cluster: Cluster, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(cluster.superuser)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const named = (url: string, database: string) => url.replace(/\/[^/?]*(?=$|\?)/, `/${database}`)

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
