import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { testCluster, testDatabase } from '../../test/harness/database.ts'
import { checkDatabase, countTables } from './database.ts'

const root = join(import.meta.dirname, '..', '..')
const database = await testDatabase()
const cluster = await testCluster()
const superuser = new pg.Client(cluster.superuser)
await superuser.connect()
const stranger = `stranger_${process.pid}`
await superuser.query(`create role ${stranger} login bypassrls password 'only-for-tests'`)
after(async () => {
  await superuser.query(`drop role ${stranger}`)
  await superuser.end()
  await cluster.stop()
})

const asStranger = new URL(database.app)
asStranger.username = stranger
asStranger.password = 'only-for-tests'
const check = (app: string) => checkDatabase({ app } as Parameters<typeof checkDatabase>[0], root)

test('a role without rights hears, one after the other, the statements that let it serve', async () => {
  await assert.rejects(check(asStranger.href), new RegExp(`alter role ${stranger} nobypassrls;`))
  await superuser.query(`alter role ${stranger} nobypassrls`)
  await assert.rejects(check(asStranger.href), new RegExp(`granted nothing:\\n {2}grant weft_app to ${stranger};`))
  await superuser.query(`grant weft_app to ${stranger}`)
  await check(asStranger.href)
})

test('after a load the planner knows the tables at once, where the owner is known', async () => {
  const access = { app: database.app, embedded: false, address: '', stop: async () => {} }
  const owner = new pg.Client(database.owner)
  await owner.connect()
  const counted = async () => {
    const { rows } = await owner.query<{ n: number }>(
      `select reltuples::int as n from pg_class where oid = 'fhir.resource'::regclass`,
    )
    return rows[0]?.n
  }
  try {
    await owner.query(`begin; select set_config('weft.tenant', '1', true);
      insert into fhir.resource (tenant, type, id, rid, v, version, deleted) values (1, 'Patient', 'a', 1, 1, 1, false); commit`)
    await countTables({ ...access, owner: undefined })
    assert.equal(await counted(), -1)
    await countTables({ ...access, owner: database.owner })
    assert.equal(await counted(), 1)
  } finally {
    await owner.end()
  }
})
