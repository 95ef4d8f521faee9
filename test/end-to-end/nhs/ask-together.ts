/** One process of processes.redis.test.ts: waits for a line, then asks so many times at once. */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { wireCache } from '../../../src/app/wire-cache.ts'
import { wireNhs } from '../../../src/app/wire-nhs.ts'
import { readThrough } from '../../../src/platform/cache/read-through.ts'
import { sleep } from '../../../src/platform/http/timing.ts'
import { parseNhsSettings } from '../../../src/services/ihe-gateway/sources/settings.ts'
import { aCall, allergies, anAsking, quiet } from '../../builders/nhs-gateway.ts'

const [file = '', nhsNumber = '', times = '0'] = process.argv.slice(2)
const seconds = () => performance.now() / 1000
const tools = { clock: () => new Date(), ids: randomUUID, log: quiet, seconds, randomBytes }
const { cache, leases, connected } = wireCache(
  { url: process.env.REDIS_URL ?? '', secrets: [process.env.CACHE_SECRET ?? ''], maxBytes: 0 },
  tools,
)
await connected()
const { sources, close } = wireNhs(parseNhsSettings(JSON.parse(readFileSync(file, 'utf8'))), {
  ...tools,
  readThrough: readThrough({ cache, sleep, log: quiet, ...(leases && { leases }) }),
  chance: Math.random,
})
console.log('ready')
await once(process.stdin, 'data')
const outcomes = await Promise.all(
  Array.from({ length: Number(times) }, async () => {
    const found = await sources.findPatient(aCall(), anAsking(), { by: 'nhs-number', nhsNumber })
    if (found.outcome !== 'found') return found.outcome
    return (await sources.structuredRecord(aCall(), anAsking(), found.patient, allergies)).outcome
  }),
)
console.log(
  [...new Set(outcomes)].map((outcome) => `${outcome} ${outcomes.filter((one) => one === outcome).length}`).join(', '),
)
close()
await cache.close()
process.stdin.destroy()
