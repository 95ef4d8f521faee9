import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { wireNhs } from '../../src/app/wire-nhs.ts'
import type { Call, Log } from '../../src/kernel/ports.ts'
import { memoryCache } from '../../src/platform/cache/memory.ts'
import { readThrough } from '../../src/platform/cache/read-through.ts'
import type { OutboundRequest } from '../../src/platform/http/port.ts'
import { sleep } from '../../src/platform/http/timing.ts'
import type { Areas, Asking, LocatedPatient, PatientAnswer } from '../../src/services/ihe-gateway/sources/port.ts'
import { parseNhsSettings } from '../../src/services/ihe-gateway/sources/settings.ts'
import { parseOdsCode } from '../../src/standards/nhs/ods-code.ts'
import { type NhsSimulatorOptions, startNhsSimulator } from '../../simulators/nhs/start.ts'
import { runLog } from '../harness/run-log.ts'

/** For the test; the run keeps it. */
export const quiet = runLog
export const allergies: Areas = { allergies: { resolved: false } }

export const anAsking = (over: Partial<Asking> = {}): Asking => {
  const odsCode = parseOdsCode('RR8')
  if (!odsCode) throw new Error('RR8 is an ODS code')
  return {
    userId: 'u-10019',
    name: { family: 'Jones', given: ['Claire'], prefix: ['Dr'] },
    role: { code: '112247003' },
    purposeOfUse: { code: 'TREATMENT' },
    organisation: { name: 'Leeds Teaching Hospitals', odsCode },
    community: 'urn:oid:2.16.840.1.113883.3.1',
    ...over,
  }
}

export const aCall = (over: Partial<Call> = {}): Call => ({
  tenant: 1,
  caller: { id: 'ehr', scopes: new Set() },
  requestId: randomUUID(),
  signal: AbortSignal.timeout(20_000),
  log: quiet,
  ...over,
})

/** The simulated NHS on loopback and the gateway's sources that ask it, over TLS; both end with the test. */
export async function aGateway(
  t: TestContext,
  world: NhsSimulatorOptions['world'],
  over: {
    simulator?: Partial<NhsSimulatorOptions>
    settings?: object
    clock?: () => Date
    log?: Log
    sent?: (request: OutboundRequest) => void
  } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'weft-nhs-'))
  const clock = over.clock ?? (() => new Date())
  const nhs = await startNhsSimulator({
    world,
    folder,
    clock,
    ids: randomUUID,
    chance: Math.random,
    randomBytes,
    perSecond: 0,
    slowMs: 300,
    ...over.simulator,
  })
  const settings = parseNhsSettings({
    retry: { attempts: 1, baseMs: 5, maxMs: 50 },
    ...nhs.settings,
    ...over.settings,
  })
  const cache = memoryCache(clock, 10_000_000, () => performance.now() / 1000)
  const wired = wireNhs(settings, {
    readThrough: readThrough({ cache, sleep, log: over.log ?? quiet }),
    clock,
    ids: randomUUID,
    log: over.log ?? quiet,
    chance: Math.random,
    seconds: () => performance.now() / 1000,
    ...(over.sent && { sent: over.sent }),
  })
  t.after(async () => {
    wired.close()
    await nhs.stop()
    rmSync(folder, { recursive: true })
  })
  const { sources } = wired
  const find = (nhsNumber: string, asking = anAsking(), call = aCall()): Promise<PatientAnswer> =>
    sources.findPatient(call, asking, { by: 'nhs-number', nhsNumber })
  const locate = async (nhsNumber: string): Promise<LocatedPatient> => {
    const found = await find(nhsNumber)
    if (found.outcome !== 'found') throw new Error(`Found: ${JSON.stringify(found)}`)
    return found.patient
  }
  return { nhs, sources, cache, settings, folder, find, locate }
}
