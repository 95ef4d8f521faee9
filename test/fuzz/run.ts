/**
 * Sends mutated requests to a server of its own and counts its store again.
 *
 *     npm run fuzz -- --minutes 10 --seed 42
 *     npm run fuzz -- --requests 10000
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import { buildSearchParameters } from '../../src/services/fhir-server/search/build-parameters.ts'
import { validResources } from '../builders/valid-resources.ts'
import { testDatabase } from '../harness/database.ts'
import { fuzz, type FuzzReport } from './fuzz.ts'
import { recount } from './recount.ts'
import { lookThrough } from '../harness/check-run-logs.ts'

const logs = mkdtempSync(join(tmpdir(), 'weft-logs-'))
process.env.RUN_LOGS = logs
// It asks where to keep what is logged when it is loaded.
const { startServer } = await import('./server.ts')

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, requests: { type: 'string' }, seed: { type: 'string' } },
})
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed)
const until = values.minutes === undefined ? undefined : Date.now() + Number(values.minutes) * 60_000
const requests = Number(values.requests ?? (until ? Infinity : 10_000))
console.log(`seed ${seed}: ${until ? `${values.minutes} minutes` : `${requests} requests`}`)

const definitions = loadDefinitions()
const database = await testDatabase()
const server = await startServer(database.app)
const startedAt = performance.now()
const wrong: string[] = []
let refusedTags: ReadonlySet<string> = new Set()
try {
  await putFirst()
  const report = await fuzz({
    send: server.send,
    definitions,
    seed,
    goOn: (sent) => server.isAlive() && sent < requests && (until === undefined || Date.now() < until),
    concurrency: 6,
  })
  refusedTags = report.refusedTags
  print(report, performance.now() - startedAt)
  for (const [kind, { count, example }] of report.faults) wrong.push(`${count} × ${kind}\n      ${example}`)
  if (!server.isAlive()) wrong.push('The server ended by itself')
  else if ((await get('/metadata')).status !== 200) wrong.push('Afterwards the server does not answer')
} finally {
  await server.stop()
}
for (const line of new Set(server.errors)) wrong.push(`The server logged ${line.slice(0, 600)}`)

const counted = await recount(database.owner, 1, buildSearchParameters(definitions), server.base, refusedTags)
console.log(`counted again: ${counted.resources} resources in ${counted.versions} versions, ${counted.rows} index rows`)
wrong.push(...counted.wrong.slice(0, 50))

const logged = await lookThrough([logs])
rmSync(logs, { recursive: true })
console.log(`looked through ${logged.lines} lines of log, ${logged.requests} of requests`)
if (logged.requests === 0) wrong.push('The server logged no request: what it logged did not come here')
wrong.push(...logged.found.slice(0, 50))

for (const one of wrong) console.log(`✖ ${one}`)
console.log(wrong.length === 0 ? `Nothing is wrong (seed ${seed})` : `${wrong.length} things are wrong (seed ${seed})`)
process.exitCode = wrong.length === 0 ? 0 : 1

/** A few resources under the ids that requests ask for. */
async function putFirst(): Promise<void> {
  for (const resource of validResources())
    for (let n = 0; n < 6; n++)
      await server.send({
        interaction: 'update',
        method: 'PUT',
        path: `/${resource.resourceType}/p${n}`,
        headers: { 'content-type': 'application/fhir+json' },
        body: Buffer.from(JSON.stringify({ ...resource, id: `p${n}` })),
      })
}

function get(path: string) {
  return server.send({ interaction: 'read', method: 'GET', path, headers: {}, body: undefined })
}

function print({ sent, byStatus, byInteraction, slowest }: FuzzReport, ms: number): void {
  console.log(`${sent} requests in ${(ms / 1000).toFixed(1)} s`)
  const statuses = [...byStatus].sort(([a], [b]) => a - b)
  console.log(`answers: ${statuses.map(([status, count]) => `${status} × ${count}`).join(', ')}`)
  for (const [name, { accepted, refused }] of [...byInteraction].sort())
    console.log(`  ${name.padEnd(20)} ${accepted} accepted, ${refused} refused`)
  console.log(`slowest, ${Math.round(slowest.ms)} ms: ${slowest.request}`)
}
