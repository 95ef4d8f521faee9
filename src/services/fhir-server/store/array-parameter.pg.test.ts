import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { testDatabase } from '../../../../test/harness/database.ts'
import { arrayLiteral, int8Array, textArray } from './array-parameter.ts'

const { app } = await testDatabase()
const client = new pg.Client(app)
await client.connect()
after(() => client.end())

const arrive = async (type: string, parameter: unknown) =>
  (await client.query(`select to_json($1::${type}[])::text as json`, [parameter])).rows[0].json

test('texts arrive as they are, whatever is in them', async () => {
  const texts = ['', 'plain', '{"a":"\\\\ \\" \\n"}', 'null', '{}', 'a,b', 'é 日本 🩺', '  ', null]
  assert.deepEqual(JSON.parse(await arrive('text', textArray(texts))), texts)
  assert.deepEqual(JSON.parse(await arrive('text', arrayLiteral(texts))), texts)
})

test('hashes arrive to the last bit', async () => {
  const hashes = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 1234567890123456789n]
  assert.equal(await arrive('int8', int8Array(hashes)), `[${hashes.join(',')}]`)
  assert.equal(await arrive('int8', arrayLiteral(hashes)), `[${hashes.join(',')}]`)
})

test('nothing arrives as an array of nothing', async () => {
  for (const parameter of [int8Array([]), arrayLiteral([])]) assert.equal(await arrive('int8', parameter), '[]')
  for (const parameter of [textArray([]), arrayLiteral([])]) assert.equal(await arrive('text', parameter), '[]')
})
