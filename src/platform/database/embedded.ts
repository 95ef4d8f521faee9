/**
 * A PostgreSQL of our own, for a machine that has none. It outlives the process that started it when that one is
 * killed; the next start finds it through `postmaster.pid` and uses it, or starts it again and PostgreSQL recovers.
 * Several processes may share it: each holds a shared advisory lock while it does, and who leaves last stops it.
 * https://www.postgresql.org/docs/18/server-start.html
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Problem } from '../../kernel/problem.ts'
import { embeddedBinaries } from './embedded-binaries.ts'
import { type Account, embeddedPlace } from './embedded-place.ts'

export type EmbeddedOptions = {
  /** The project's `.weft` folder. */
  readonly weft: string
  /** Which cluster of it: `postgres`, or `postgres-test` for the tests. */
  readonly cluster: string
  /** Settings that differ from the ones below. */
  readonly settings?: Readonly<Record<string, string>>
}

export type Embedded = {
  /** Connection URLs, over the Unix socket. */
  readonly superuser: string
  readonly owner: string
  readonly app: string
  /** 127.0.0.1, for tools; passwords in `credentials`. */
  readonly port: number
  readonly credentials: string
  /** Leaves; stops PostgreSQL when nobody else uses it. */
  stop(): Promise<void>
}

/** @types/pg does not know that a client may let the process end. */
type Holder = pg.Client & { ref(): void; unref(): void }
type Cluster = { bin: string; folder: string; data: string; run: string; account: Account | undefined }
type Credentials = { superuser: string; owner: string; app: string }

/**
 * One machine's share: a laptop or a small server, with the application beside it. A write that was acknowledged is on
 * disk. The packaged programs are built without lz4, so pages and documents are compressed as PostgreSQL ever did.
 */
const defaults: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  max_connections: '100',
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  fsync: 'on',
  synchronous_commit: 'on',
  // Statements and details of an error may quote a record.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  // By the number each line is known to be of the process that was started, and not of one that is ending.
  log_line_prefix: '%m [%p] ',
  timezone: 'UTC',
}

const lockKey = 0x77656674
const database = 'weft'

export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { folder, account } = embeddedPlace(options.weft, options.cluster)
  const bin = embeddedBinaries(folder)
  const home = join(folder, options.cluster)
  mkdirSync(home, { recursive: true })
  if (account) chmodSync(home, 0o711)
  const cluster = { bin, folder: home, data: join(home, 'data'), run: socketFolder(home, account), account }
  const credentialsFile = join(home, 'credentials.json')
  const credentials = readCredentials(credentialsFile)
  if (!existsSync(cluster.data)) initialise(cluster, credentials)

  const settings = { ...defaults, ...options.settings }
  let port = 0
  let holder: Holder
  let stopping = false
  const hold = async () => {
    ;({ client: holder, port } = await reach(cluster, credentials, settings, port))
    holder.once('end', holdAgain)
  }
  // Somebody killed PostgreSQL under us: start it again where the pools expect it, however often that fails at first.
  const holdAgain = (): void => {
    if (!stopping) hold().catch(() => void setTimeout(holdAgain, 1000).unref())
  }
  await hold()
  await makeRoles(cluster, port, credentials)
  return {
    superuser: url(cluster, port, 'postgres', credentials.superuser, 'postgres'),
    owner: url(cluster, port, 'weft_owner', credentials.owner, database),
    app: url(cluster, port, 'weft_app', credentials.app, database),
    port,
    credentials: credentialsFile,
    async stop() {
      if (stopping) return
      stopping = true
      await leave(cluster, holder)
    },
  }
}

/** Connects to the cluster, starting it where it does not run, and holds the shared lock that says somebody uses it. */
async function reach(cluster: Cluster, credentials: Credentials, settings: Record<string, string>, samePort: number) {
  let child: ChildProcess | undefined
  let refusals = 0
  for (;;) {
    const running = postmaster(cluster)
    if (running) {
      const client = await connect(cluster, running.port, credentials)
      if (client) return { client, port: running.port }
    } else if (!child) {
      if (misleads(cluster, refusals)) rmSync(join(cluster.data, 'postmaster.pid'), { force: true })
      child = launch(cluster, settings, await freePort(cluster, samePort))
    } else if (child.exitCode !== null || child.signalCode !== null) {
      const words = wordsOf(cluster, child)
      // After kill -9 the old server's last processes leave within moments; two starts at once: the other one won, and may
      // have emptied the log.
      const why = words.filter((line) => !/\] (LOG|WARNING|HINT|DETAIL): /.test(line)).join('\n')
      if ((why !== '' && !passing.test(why)) || ++refusals > 40)
        throw new Problem('unavailable', `PostgreSQL does not start:\n${words.slice(-8).join('\n')}`)
      child = undefined
      await sleep(250)
    }
    await sleep(10)
  }
}

const passing =
  /shared memory block|already exists|lock file .* is empty|Address already in use|could not create any TCP/

/**
 * The file of a process that is gone PostgreSQL replaces by itself. Not so where another program has its number by now, and
 * an empty one: that may be of a server that starts at this very moment, or what a power cut left.
 */
function misleads(cluster: Cluster, refusals: number): boolean {
  const text = readIfThere(join(cluster.data, 'postmaster.pid'))
  if (text === undefined) return false
  if (text === '') return refusals > 8
  const pid = Number(text.split('\n')[0])
  // Looked at once more: another start's may have come since.
  return (!(pid > 0) || isAlive(pid)) && !postmaster(cluster)
}

async function connect(cluster: Cluster, port: number, credentials: Credentials): Promise<Holder | undefined> {
  const client = new pg.Client(url(cluster, port, 'postgres', credentials.superuser, 'postgres')) as Holder
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(`select pg_advisory_lock_shared(${lockKey})`)
    client.unref()
    return client
  } catch (error) {
    await client.end().catch(() => {})
    // 28P01: this is not the cluster these passwords were made for, and waiting does not help.
    if (error instanceof pg.DatabaseError && error.code === '28P01') throw error
    return undefined
  }
}

async function leave(cluster: Cluster, holder: Holder): Promise<void> {
  holder.ref()
  const alone = await holder
    .query<{ alone: boolean }>(`select pg_try_advisory_lock(${lockKey}) as alone`)
    .then(({ rows }) => rows[0]?.alone)
    .catch(() => false)
  const running = postmaster(cluster)
  if (!alone || !running) {
    await holder.end().catch(() => {})
    return
  }
  const closed = new Promise((resolve) => holder.once('end', resolve))
  process.kill(running.pid, 'SIGINT')
  await closed
  while (postmaster(cluster)) await sleep(10)
}

/** https://www.postgresql.org/docs/18/storage-file-layout.html: process, folder, start, port, socket folder … a line each. */
function postmaster(cluster: Cluster): { pid: number; port: number } | undefined {
  const lines = readIfThere(join(cluster.data, 'postmaster.pid'))?.split('\n')
  if (!lines) return undefined
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  if (!pid || !port) return undefined
  try {
    process.kill(pid, 0)
    // The number may have gone to another program since; PostgreSQL's own works in its data folder.
    if (process.platform === 'linux' && readlinkSync(`/proc/${pid}/cwd`) !== realpathSync(cluster.data))
      return undefined
    return { pid, port }
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A PostgreSQL that stops takes its file along at any moment. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function launch(cluster: Cluster, settings: Record<string, string>, port: number): ChildProcess {
  const file = join(cluster.folder, 'postgres.log')
  writeFileSync(file, '', { mode: 0o600 })
  // Processes of before may still write to it: each at its end, or they would write over each other's lines.
  const log = openSync(file, 'a')
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // A group of its own: Ctrl-C in the terminal must reach us, who stop it after the last request, and not it.
  const child = spawn(
    join(cluster.bin, 'bin', 'postgres'),
    ['-D', cluster.data, '-k', cluster.run, '-p', String(port), ...args],
    { ...cluster.account, cwd: cluster.folder, env: quietEnvironment, detached: true, stdio: ['ignore', log, log] },
  )
  child.on('error', () => {})
  child.unref()
  closeSync(log)
  return child
}

function initialise(cluster: Cluster, credentials: Credentials): void {
  const unfinished = `${cluster.data}.${process.pid}`
  const password = `${unfinished}.password`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  writeFileSync(password, credentials.superuser, { mode: 0o600 })
  if (cluster.account)
    for (const path of [unfinished, password]) chownSync(path, cluster.account.uid, cluster.account.gid)
  const { status, stderr, error } = spawnSync(
    join(cluster.bin, 'bin', 'initdb'),
    ['-D', unfinished, '-U', 'postgres', '--pwfile', password, '--auth=scram-sha-256', '--encoding=UTF8'].concat([
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ]),
    { ...cluster.account, cwd: cluster.folder, env: quietEnvironment, encoding: 'utf8' },
  )
  rmSync(password, { force: true })
  if (status !== 0) {
    rmSync(unfinished, { recursive: true, force: true })
    throw new Problem('unavailable', `initdb failed: ${stderr || error?.message}`)
  }
  try {
    renameSync(unfinished, cluster.data)
  } catch (problem) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(cluster.data)) throw problem
  }
}

/** `weft_owner` has the database and everything in it; `weft_app` owns nothing, and migrations grant it what it needs. */
async function makeRoles(cluster: Cluster, port: number, credentials: Credentials): Promise<void> {
  const client = new pg.Client(url(cluster, port, 'postgres', credentials.superuser, 'postgres'))
  await client.connect()
  try {
    await client.query(`select pg_advisory_lock(${lockKey + 1})`)
    for (const [role, password] of [
      ['weft_owner', credentials.owner],
      ['weft_app', credentials.app],
    ] as const) {
      const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role])
      if (!rowCount) await client.query(`create role ${role} login password '${password}'`)
    }
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database])
    if (!rowCount) await client.query(`create database ${database} owner weft_owner`)
  } finally {
    await client.end()
  }
}

function readCredentials(file: string): Credentials {
  if (!existsSync(file)) {
    const secret = () => randomBytes(24).toString('base64url')
    const made = `${file}.${process.pid}`
    writeFileSync(made, JSON.stringify({ superuser: secret(), owner: secret(), app: secret() }), { mode: 0o600 })
    try {
      linkSync(made, file)
    } catch (error) {
      if (!existsSync(file)) throw error
    }
    rmSync(made)
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Credentials
}

/** A socket's path has at most 107 bytes: a deep project gets a folder under /tmp. */
function socketFolder(home: string, account: Account | undefined): string {
  const inside = join(home, 'run')
  const folder =
    Buffer.byteLength(inside) < 80 ? inside : join(tmpdir(), `weft-${process.getuid?.()}-${statSync(home).ino}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid } = statSync(folder)
  const expected = account?.uid ?? process.getuid?.()
  if (account && uid === process.getuid?.()) chownSync(folder, account.uid, account.gid)
  else if (expected !== undefined && uid !== expected)
    throw new Problem('unavailable', `${folder} belongs to another account (uid ${uid})`)
  return folder
}

/** The same port as last time, where it is free: tools keep their address. */
async function freePort(cluster: Cluster, samePort: number): Promise<number> {
  const file = join(cluster.folder, 'port')
  const before = samePort || (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0)
  const port = (await listens(before)) ?? (samePort || (await listens(0)) || 0)
  writeFileSync(file, String(port))
  return port
}

function listens(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined))
    })
  })
}

/** What it said, not what others did. A program that could not even begin says so without its number. */
const wordsOf = (cluster: Cluster, { pid }: ChildProcess): string[] =>
  readFileSync(join(cluster.folder, 'postgres.log'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && Number(/^\S+ \S+ \S+ \[(\d+)\] /.exec(line)?.[1] ?? pid) === pid)

const url = (cluster: Cluster, port: number, role: string, password: string, name: string) =>
  `postgres://${role}:${password}@${encodeURIComponent(cluster.run)}:${port}/${name}`

// Our own environment may hold secrets and PG* variables; PostgreSQL needs neither.
const quietEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C' }
