import { join } from 'node:path'
import { parseFaults } from '../../../simulators/nhs/faults.ts'
import { madeHospital, madeWorld } from '../../../simulators/nhs/made-world.ts'
import { type NhsSimulator, startNhsSimulator } from '../../../simulators/nhs/start.ts'
import type { Clock, Ids } from '../../kernel/ports.ts'
import { Problem } from '../../kernel/problem.ts'

export type SimulatedNhsOptions = {
  readonly folder: string
  readonly clock: Clock
  readonly ids: Ids
  readonly chance: () => number
  readonly randomBytes: (size: number) => Buffer
  readonly people?: number
  readonly seed?: number
  readonly faults?: string
}

/** The made people that are there by default. */
export const simulatedPeople = { seed: 1, people: 200 } as const
export const simulatedConsumers = [madeHospital]

/** PDS, SDS, Spine and practices with the made people, on ports of their own of this machine. */
export async function simulatedNhs(options: SimulatedNhsOptions): Promise<NhsSimulator> {
  const {
    folder,
    clock,
    ids,
    chance,
    randomBytes,
    people = simulatedPeople.people,
    seed = simulatedPeople.seed,
  } = options
  const faults = parseFaults(options.faults ?? '')
  if (!faults) throw new Problem('invalid', 'SIMULATED_NHS_FAULTS wants SERVICE:WHAT[:SHARE], as in pds:503:0.1')
  return startNhsSimulator({
    world: madeWorld({ seed, people }),
    folder: join(folder, 'nhs-simulator'),
    clock,
    ids,
    chance,
    randomBytes,
    perSecond: 0,
    faults,
  })
}
