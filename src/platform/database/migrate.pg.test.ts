import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { testDatabase } from '../../../test/harness/database.ts'
import { checkMigrated, type Migration, migrate } from './migrate.ts'
import { checkServerRole } from './server-role.ts'

const database = await testDatabase()
const owner = new pg.Client(database.owner)
const app = new pg.Client(database.app)
const second = new pg.Client(database.owner)
await Promise.all([owner.connect(), app.connect(), second.connect()])
after(() => Promise.all([owner.end(), app.end(), second.end()]))

const { rows: ran } = await owner.query<{ name: string; checksum: string }>(
  'select * from platform.migration order by name',
)
const before: Migration[] = ran.map((row) => ({ ...row, text: '' }))
const extra = (text: string): Migration => ({ name: '9000-extra.sql', text, checksum: text })

test('a migrated database has its tenant and nothing left to do', async () => {
  const { rows } = await app.query('select id, name from platform.tenant')
  assert.deepEqual(rows, [{ id: 1, name: 'local' }])
  assert.deepEqual(await migrate(owner, before), [])
  await checkMigrated(app, before)
})

test('a migration that fails leaves nothing behind and says which it was', async () => {
  const failing = extra('create table platform.half (id int); select 1/0')
  await assert.rejects(migrate(owner, [...before, failing]), /9000-extra\.sql: division by zero/)
  const { rows } = await owner.query(`select to_regclass('platform.half') as half`)
  assert.equal(rows[0].half, null)
})

test('two that migrate at once run each migration once', async () => {
  const slow = extra('create table platform.twice (id int); select pg_sleep(0.05)')
  const names = await Promise.all([migrate(owner, [...before, slow]), migrate(second, [...before, slow])])
  assert.deepEqual(names.flat(), ['9000-extra.sql'])
  await assert.rejects(checkMigrated(app, before), /9000-extra\.sql ran in this database and is not in migrations/)
})

test('a server is told to migrate a database that is behind', async () => {
  const later = { name: '9001-later.sql', text: '', checksum: '' }
  const all = [...before, extra('create table platform.twice (id int); select pg_sleep(0.05)'), later]
  await assert.rejects(checkMigrated(app, all), /lacks 1 migrations, from 9001-later\.sql on: run weft migrate/)
})

test('the application role may serve; the owner may not, and hears which role may', async () => {
  await checkServerRole(app)
  await assert.rejects(checkServerRole(owner), /weft_owner, who owns tables:\n {2}create role weft_server login/)
})
