import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { testCluster, testDatabase } from '../../test/harness/database.ts'
import { checkDatabase } from './database.ts'

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
