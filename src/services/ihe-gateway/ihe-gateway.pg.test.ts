import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { community, nhsNumber } from '../../../test/builders/gateway.ts'
import { testDatabase } from '../../../test/harness/database.ts'
import type { Call } from '../../kernel/ports.ts'
import { postgres } from '../../platform/database/postgres.ts'
import { postgresTransactionLog } from './audit/postgres.ts'
import type { OfferedDocument } from './documents/port.ts'
import { postgresDocuments } from './documents/postgres.ts'
import { postgresMapping } from './mapping/postgres.ts'
import { postgresReplays } from './xua/replays-postgres.ts'

const address = await testDatabase()
const database = postgres({ connectionString: address.app, maxConnections: 4, statementTimeoutMs: 10_000 })
after(() => database.stop())
const call = { tenant: 1 } as Call
const now = new Date('2026-03-01T12:00:00Z')
const number = nhsNumber(1)

test('an identifier stands for the number it was last said to', async () => {
  const mapping = postgresMapping(database)
  const id = { root: '1.2.3', extension: 'E42' }
  assert.equal(await mapping.find(call, community, id), undefined)
  await mapping.keep(call, community, id, nhsNumber(2))
  await mapping.keep(call, community, id, number)
  assert.equal(await mapping.find(call, community, id), number)
  assert.equal(await mapping.find(call, 'urn:oid:9.9', id), undefined)
  assert.deepEqual(await mapping.of(call, community, number), [id])
})

const document = (): OfferedDocument => ({
  uniqueId: `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`,
  entryUuid: `urn:uuid:${randomUUID()}`,
  offer: 'delayed',
  community,
  organisation: 'RR8',
  nhsNumber: number,
  offeredAt: now,
  status: 'approved',
})

test('two who offer the same at once offer one document, whose content the first retrieve fixes', async () => {
  const documents = postgresDocuments(database)
  const [one, two] = await Promise.all([documents.offer(call, document()), documents.offer(call, document())])
  assert.deepEqual(one, two)
  const content = { creationTime: now, hash: 'a'.repeat(40), size: 7 }
  assert.deepEqual(await documents.fix(call, one.uniqueId, content), content)
  assert.deepEqual(await documents.fix(call, one.uniqueId, { ...content, hash: 'b'.repeat(40) }), content)
  assert.deepEqual(await documents.byUniqueId(call, community, [one.uniqueId]), [{ ...one, content }])
  assert.deepEqual(await documents.byEntryUuid(call, 'urn:oid:9.9', [one.entryUuid]), [])
  await documents.deprecate(call, one.uniqueId)
  const next = await documents.offer(call, document())
  assert.deepEqual(
    (await documents.ofPatient(call, community, 'RR8', number))
      .map(({ uniqueId, status }) => [uniqueId, status])
      .sort(),
    [
      [one.uniqueId, 'deprecated'],
      [next.uniqueId, 'approved'],
    ].sort(),
  )
})

test('what came once does not come again, in whichever process', async () => {
  const [here, there] = [postgresReplays(database, () => now), postgresReplays(database, () => now)]
  const until = new Date(now.getTime() + 60_000)
  const both = await Promise.all([here.first(call, 'an assertion', until), there.first(call, 'an assertion', until)])
  assert.deepEqual(both.sort(), [false, true])
  assert.equal(await here.first({ tenant: 2 } as Call, 'an assertion', until), true)
})

test('every transaction is kept, the latest shown first, and nothing of another tenant', async () => {
  const log = postgresTransactionLog(database)
  const records = Array.from({ length: 40 }, (_, index) => ({
    id: randomUUID(),
    at: new Date(now.getTime() + index * 1000),
    transaction: 'ITI-38',
    messageId: `urn:uuid:${randomUUID()}`,
    community,
    outcome: 'found',
    ok: true,
    durationMs: 1.4,
    auditMessage: '<AuditMessage/>',
  }))
  await Promise.all(records.map((record) => log.keep(call, record)))
  const recent = await log.recent(call, 3)
  assert.deepEqual(
    recent.map(({ id }) => id),
    records
      .slice(-3)
      .reverse()
      .map(({ id }) => id),
  )
  assert.deepEqual(await log.recent({ tenant: 2 } as Call, 3), [])
})
