/**
 * Patients and records through the gateway's sources, against the simulated NHS of zero latency in another process.
 * Floor: the same requests sent again over the same connections, answers thrown away. `node bench/nhs-sources.ts`
 * Last, two busy cores, records of 187 KB: 141 a second cold, 1.18 times the floor; 622 kept, 587 kept and encrypted.
 */
import { spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { madeCommunity, madeHospital } from '../simulators/nhs/made-world.ts'
import { population } from '../simulators/people/population.ts'
import { wireNhs } from '../src/app/wire-nhs.ts'
import type { Call } from '../src/kernel/ports.ts'
import { encryptedCache } from '../src/platform/cache/encrypted.ts'
import { memoryCache } from '../src/platform/cache/memory.ts'
import type { ManagedCache } from '../src/platform/cache/port.ts'
import { readThrough } from '../src/platform/cache/read-through.ts'
import type { OutboundRequest } from '../src/platform/http/port.ts'
import { send } from '../src/platform/http/send.ts'
import { sleep } from '../src/platform/http/timing.ts'
import { tlsFiles } from '../src/platform/http/tls-files.ts'
import { everyArea } from '../src/services/ihe-gateway/parse-settings.ts'
import type { Asking } from '../src/services/ihe-gateway/sources/port.ts'
import { parseNhsSettings } from '../src/services/ihe-gateway/sources/settings.ts'
import { parseOdsCode } from '../src/standards/nhs/ods-code.ts'

const people = 200
const callers = 8
const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'))
const simulator = spawn(
  process.execPath,
  ['src/main.ts', 'simulate', 'nhs', '--port', '0', '--limit', '0', '--people', String(people)],
  { env: { ...process.env, DATA_FOLDER: folder }, stdio: ['ignore', 'pipe', 'ignore'] },
)
for await (const line of createInterface({ input: simulator.stdout })) if (line.includes('Ctrl-C')) break

const { nhs } = JSON.parse(readFileSync(join(folder, 'nhs-simulator', 'nhs-settings.json'), 'utf8')) as { nhs: object }
const settings = parseNhsSettings(nhs)
const log = { info() {}, warn() {}, error() {} }
const clock = () => new Date()
const seconds = () => performance.now() / 1000
const sent: OutboundRequest[] = []

const wired = (cache: ManagedCache) =>
  wireNhs(settings, {
    readThrough: readThrough({ cache, sleep, log }),
    clock,
    ids: randomUUID,
    log,
    chance: Math.random,
    seconds,
    sent: (request) => sent.push(request),
  })
const odsCode = parseOdsCode(madeHospital.odsCode)
if (!odsCode) throw new Error('The made hospital has an ODS code')
const asking: Asking = {
  userId: 'u1',
  name: { family: 'Jones', given: ['Claire'], prefix: ['Dr'] },
  role: { code: 'doctor' },
  purposeOfUse: { code: 'TREATMENT' },
  organisation: { name: madeHospital.name, odsCode },
  community: madeCommunity,
}
const call = (): Call => ({
  tenant: 1,
  caller: { id: 'bench', scopes: new Set() },
  requestId: 'bench',
  signal: AbortSignal.timeout(60_000),
  log,
})
const numbers = population(1, people)
  .filter(({ special }) => special === undefined)
  .map(({ nhsNumber }) => nhsNumber)

async function together<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<number> {
  const from = performance.now()
  const left = items.values()
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (const item of left) await work(item)
    }),
  )
  return performance.now() - from
}
let bytes = 0
let records = 0
const round = (sources: ReturnType<typeof wired>['sources']) =>
  together(numbers, async (nhsNumber) => {
    const found = await sources.findPatient(call(), asking, { by: 'nhs-number', nhsNumber })
    if (found.outcome !== 'found') return
    const record = await sources.structuredRecord(call(), asking, found.patient, everyArea)
    if (record.outcome === 'record') records++
  })

const memory = () => memoryCache(clock, 500_000_000, seconds)
const warmUp = wired(memory())
await round(warmUp.sources)
warmUp.close()
sent.length = 0
records = 0

const plain = memory()
const cold = wired(plain)
const coldMs = await round(cold.sources)
const coldRecords = records
const hitMs = await round(cold.sources)
const encrypted = encryptedCache(memory(), [randomBytes(32)], randomBytes)
const sealed = wired(encrypted)
await round(sealed.sources)
const sealedMs = await round(sealed.sources)

const [organisation] = settings.organisations
const apis = send({ tls: tlsFiles({ caFile: settings.caFile ?? '' }, clock, log) })
const spine = send({ tls: tlsFiles(organisation?.tls ?? {}, clock, log) })
const again = sent.slice(0, coldRecords * 2)
const floorMs = await together(again, async (request) => {
  const answer = await (request.origin === settings.spine.proxyUrl ? spine : apis)(request, AbortSignal.timeout(60_000))
  bytes += answer.body.length
})

const perSecond = (ms: number) => Math.round((coldRecords / ms) * 1000)
console.log({
  records: coldRecords,
  meanKB: Math.round(bytes / coldRecords / 1000),
  coldPerSecond: perSecond(coldMs),
  floorPerSecond: perSecond(floorMs),
  coldToFloor: Number((coldMs / floorMs).toFixed(2)),
  hitPerSecond: perSecond(hitMs),
  encryptedHitPerSecond: perSecond(sealedMs),
})
for (const each of [cold, sealed, apis, spine]) each.close()
simulator.kill()
rmSync(folder, { recursive: true })
