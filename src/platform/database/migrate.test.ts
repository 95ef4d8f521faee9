import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Migration, pending, readMigrations } from './migrate.ts'
import { type RoleFacts, refuseRole } from './server-role.ts'

const aMigration = (name: string, checksum = name): Migration => ({ name, text: '', checksum })

test('migrations run in the order of their numbers, and those that ran are not run again', () => {
  const files = [aMigration('0001-a.sql'), aMigration('0002-b.sql'), aMigration('0003-c.sql')]
  assert.deepEqual(
    pending(files, [aMigration('0001-a.sql')]).map(({ name }) => name),
    ['0002-b.sql', '0003-c.sql'],
  )
})

test('a migration that changed after it ran is refused', () => {
  assert.throws(
    () => pending([aMigration('0001-a.sql', 'new')], [aMigration('0001-a.sql', 'old')]),
    /0001-a\.sql has changed since it ran/,
  )
})

test('a database that a newer Weft migrated is refused', () => {
  assert.throws(() => pending([], [aMigration('0007-later.sql')]), /0007-later\.sql ran in this database/)
})

test('a migration slipped in before one that ran is refused', () => {
  const files = [aMigration('0001-a.sql'), aMigration('0002-b.sql')]
  assert.throws(() => pending(files, [aMigration('0002-b.sql')]), /give it a higher number/)
})

test('two migrations with one number are refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-migrations-'))
  for (const name of ['0001-a.sql', '0001-b.sql']) writeFileSync(join(folder, name), 'select 1')
  assert.throws(() => readMigrations(folder), /0001-a\.sql and 0001-b\.sql have the same number/)
  rmSync(folder, { recursive: true })
})

const aRole = (facts: Partial<RoleFacts>): RoleFacts => ({
  role: 'server',
  superuser: false,
  bypassrls: false,
  owners: [],
  member: true,
  ...facts,
})

for (const [what, facts, statement] of [
  ['a superuser', { superuser: true }, /create role weft_server login password '…' in role weft_app;/],
  ['a role that may bypass row level security', { bypassrls: true }, /alter role server nobypassrls;/],
  ['a role that owns tables', { owners: ['server'] }, /create role weft_server/],
  ['a member of the owner', { owners: ['weft_owner'] }, /revoke weft_owner from server;/],
  [
    'a role with a name that needs quotes',
    { role: 'My "app"', bypassrls: true },
    /alter role "My ""app""" nobypassrls/,
  ],
  ['a role that was granted nothing', { member: false }, /grant weft_app to server;/],
] as const)
  test(`${what} is refused with the statement that mends it`, () => {
    assert.match(refuseRole(aRole(facts as Partial<RoleFacts>)) ?? 'accepted', statement)
  })

test('a role that owns nothing and bypasses nothing may serve', () => {
  assert.equal(refuseRole(aRole({})), undefined)
})
