/** The simulated NHS for a bench: people whose records have the size that is asked for, and every answer made before it counts. */
import { randomBytes, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { madeCommunity, madeHospital, madeWorld } from '../../simulators/nhs/made-world.ts'
import { startNhsSimulator } from '../../simulators/nhs/start.ts'
import { gpRecord } from '../../simulators/people/gp-record.ts'
import type { Person } from '../../simulators/people/person.ts'
import { population } from '../../simulators/people/population.ts'
import { wireNhs } from '../../src/app/wire-nhs.ts'
import type { Call } from '../../src/kernel/ports.ts'
import { memoryCache } from '../../src/platform/cache/memory.ts'
import { readThrough } from '../../src/platform/cache/read-through.ts'
import { sleep } from '../../src/platform/http/timing.ts'
import { everyArea } from '../../src/services/ihe-gateway/parse-settings.ts'
import type { Asking } from '../../src/services/ihe-gateway/sources/port.ts'
import { parseNhsSettings } from '../../src/services/ihe-gateway/sources/settings.ts'
import { parseOdsCode } from '../../src/standards/nhs/ods-code.ts'

/** NHS numbers with the sizes of their records. */
export type Patients = readonly { readonly nhsNumber: string; readonly bytes: number }[]
export type SimulatedNhs = { readonly ordinary: Patients; readonly large: Patients }
export type Asked = { readonly token: number; readonly pds: number; readonly sds: number; readonly spine: number }

/** `ordinary` people as they come, and `large` ones whose records have 250 to 350 KB. Settings are written into `folder`. */
export async function simulatedNhs(
  folder: string,
  ordinary: number,
  large: number,
): Promise<{ patients: SimulatedNhs; asked: () => Asked }> {
  const clock = () => new Date()
  const wish = { seed: 1, people: ordinary * 2 + large * 10 }
  const people = population(wish.seed, wish.people).filter(alive)
  const chosen = {
    ordinary: sized(people.slice(0, ordinary)),
    large: [] as { nhsNumber: string; bytes: number }[],
  }
  for (const person of people.slice(ordinary)) {
    if (chosen.large.length === large) break
    // A record is ten to twelve times its history: most need not be made to know.
    const history = JSON.stringify(person.history).length
    if (history < 23_000 || history > 31_000) continue
    chosen.large.push(...sized([person]).filter(({ bytes }) => bytes >= 250_000 && bytes <= 350_000))
  }
  const known = new Set([...chosen.ordinary, ...chosen.large].map(({ nhsNumber }) => nhsNumber))
  const world = madeWorld(wish)
  const nhs = await startNhsSimulator({
    world: { ...world, patients: new Map([...world.patients].filter(([nhsNumber]) => known.has(nhsNumber))) },
    folder: join(folder, 'nhs-simulator'),
    clock,
    ids: randomUUID,
    chance: Math.random,
    randomBytes,
    perSecond: 0,
  })
  writeFileSync(join(folder, 'nhs-settings.json'), JSON.stringify(nhs.settings))
  await askForAll(nhs.settings, [...known])
  const services = ['token', 'pds', 'sds', 'spine'] as const
  return {
    patients: chosen,
    asked: () => Object.fromEntries(services.map((service) => [service, nhs.count(service)])) as Asked,
  }
}

const alive = ({ special, deathDate }: Person) => special === undefined && deathDate === undefined
const sized = (people: readonly Person[]) =>
  people.map((person) => ({
    nhsNumber: person.nhsNumber,
    bytes: Buffer.byteLength(JSON.stringify(gpRecord(person))),
  }))

/** As a gateway asks: what the simulator makes once for each record is made now. */
async function askForAll(settings: object, numbers: readonly string[]): Promise<void> {
  const clock = () => new Date()
  const log = { info() {}, warn() {}, error() {} }
  const { sources, close } = wireNhs(parseNhsSettings(settings), {
    readThrough: readThrough({ cache: memoryCache(clock, 0, () => 0), sleep, log }),
    clock,
    ids: randomUUID,
    log,
    chance: Math.random,
    seconds: () => performance.now() / 1000,
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
  for (const nhsNumber of numbers) {
    const call: Call = {
      tenant: 1,
      caller: { id: 'bench', scopes: new Set() },
      requestId: 'bench',
      signal: AbortSignal.timeout(60_000),
      log,
    }
    const found = await sources.findPatient(call, asking, { by: 'nhs-number', nhsNumber })
    if (found.outcome !== 'found') throw new Error(`A made patient is ${found.outcome}`)
    const { outcome } = await sources.structuredRecord(call, asking, found.patient, everyArea)
    if (outcome !== 'record') throw new Error(`A made record is ${outcome}`)
  }
  close()
}
