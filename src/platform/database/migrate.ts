/**
 * Forward-only migrations: `migrations/NNNN-name.sql` in the order of their numbers, each in a transaction of its own,
 * one process at a time. What ran is kept in platform.migration; a file that changed or vanished since is refused,
 * for then nobody knows what the database looks like.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { Problem } from '../../kernel/problem.ts'

export type Migration = { readonly name: string; readonly text: string; readonly checksum: string }
type Applied = { name: string; checksum: string }

const lockKey = 0x6d696772
/** Migrations grant to this role by name; it is the role of the server or one the server's role is a member of. */
export const applicationRole = 'weft_app'

export function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  for (const [index, name] of names.entries()) {
    if (!/^\d{4}-[a-z0-9-]+\.sql$/.test(name))
      throw new Problem('invalid', `migrations/${name}: a migration is called NNNN-name.sql`)
    if (name.slice(0, 4) === names[index + 1]?.slice(0, 4))
      throw new Problem('conflict', `migrations/${name} and ${names[index + 1]} have the same number`)
  }
  return names.map((name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    return { name, text, checksum: createHash('sha256').update(text).digest('hex') }
  })
}

/** Takes a connection of the owner; returns the names of those that ran now. */
export async function migrate(client: pg.ClientBase, migrations: readonly Migration[]): Promise<string[]> {
  await client.query(`select pg_advisory_lock(${lockKey})`)
  try {
    await requireApplicationRole(client)
    await client.query('create schema if not exists platform')
    await client.query(
      `create table if not exists platform.migration (
        name text primary key, checksum text not null, applied_at timestamptz not null default now())`,
    )
    const waiting = pending(migrations, await applied(client))
    for (const migration of waiting) await run(client, migration)
    return waiting.map(({ name }) => name)
  } finally {
    await client.query(`select pg_advisory_unlock(${lockKey})`)
  }
}

/** Refuses a database that is behind this program or ahead of it. Takes a connection of the server's role. */
export async function checkMigrated(client: pg.ClientBase, migrations: readonly Migration[]): Promise<void> {
  const { rows } = await client.query<{ ready: boolean }>(
    `select coalesce(has_table_privilege(to_regclass('platform.migration'), 'select'), false) as ready`,
  )
  const waiting = rows[0]?.ready ? pending(migrations, await applied(client)) : migrations
  const first = waiting[0]
  if (first)
    throw new Problem(
      'unavailable',
      `The database lacks ${waiting.length} migrations, from ${first.name} on: run weft migrate`,
    )
}

/** Those that have not run yet; throws when what ran is not what lies in the folder. */
export function pending(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const byName = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { name, checksum } of applied) {
    const migration = byName.get(name)
    if (!migration)
      throw new Problem(
        'conflict',
        `${name} ran in this database and is not in migrations/: it belongs to a newer Weft`,
      )
    if (migration.checksum !== checksum)
      throw new Problem(
        'conflict',
        `${name} has changed since it ran in this database: put it back, and write a new one`,
      )
  }
  const done = new Set(applied.map(({ name }) => name))
  const waiting = migrations.filter(({ name }) => !done.has(name))
  const last = applied
    .map(({ name }) => name)
    .sort()
    .at(-1)
  const late = waiting.find(({ name }) => last !== undefined && name < last)
  if (late)
    throw new Problem('conflict', `${late.name} comes before ${last}, which ran already: give it a higher number`)
  return waiting
}

async function applied(client: pg.ClientBase): Promise<Applied[]> {
  const { rows } = await client.query<Applied>('select name, checksum from platform.migration order by name')
  return rows
}

async function run(client: pg.ClientBase, { name, text, checksum }: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(text)
    await client.query('insert into platform.migration (name, checksum) values ($1, $2)', [name, checksum])
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback')
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Problem('internal', `migrations/${name}: ${reason}`, { cause })
  }
}

async function requireApplicationRole(client: pg.ClientBase): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [applicationRole])
  if (!rowCount)
    throw new Problem(
      'unavailable',
      `There is no role for the server to connect as. As an administrator: create role ${applicationRole} login password '…';`,
    )
}
