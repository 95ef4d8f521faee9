import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Problem } from '../kernel/problem.ts'
import type { Sources } from '../services/ihe-gateway/sources/port.ts'
import { type NhsSettings, parseNhsSettings } from '../services/ihe-gateway/sources/settings.ts'
import { type NhsWiringDeps, wireNhs } from './wire-nhs.ts'

export type NhsChoice =
  /** JSON, see `parseNhsSettings`. */
  | { readonly settingsFile: string }
  /** No credentials: the simulated NHS, in this process. */
  | {
      readonly simulator: {
        readonly folder: string
        readonly seed: number
        readonly people: number
        /** As `parseFaults` reads them. */
        readonly faults?: string
      }
    }
export type StartedNhs = {
  readonly sources: Sources
  readonly settings: NhsSettings
  readonly simulated: boolean
  stop(): Promise<void>
}

/** The NHS, real or simulated, as the gateway's sources. A setting or a key that cannot be read stops the start. */
export async function startNhs(choice: NhsChoice, deps: NhsWiringDeps): Promise<StartedNhs> {
  if ('settingsFile' in choice) {
    const settings = parseNhsSettings(jsonIn(choice.settingsFile))
    const { sources, close } = wireNhs(settings, deps)
    return { sources, settings, simulated: false, stop: async () => close() }
  }
  // Only where it is needed: the real thing does not carry the simulator along.
  const { madeWorld } = await import('../../simulators/nhs/made-world.ts')
  const { startNhsSimulator } = await import('../../simulators/nhs/start.ts')
  const { parseFaults } = await import('../../simulators/nhs/faults.ts')
  const { folder, seed, people, faults = '' } = choice.simulator
  const wrong = parseFaults(faults)
  if (!wrong) throw new Problem('invalid', `The faults for the simulated NHS cannot be read: ${faults}`)
  const nhs = await startNhsSimulator({
    world: madeWorld({ seed, people }),
    folder,
    clock: deps.clock,
    ids: deps.ids,
    chance: deps.chance,
    randomBytes,
    faults: wrong,
    told: ({ service, status, wrong: said }) => {
      if (said) deps.log.info('nhs-simulator.refused', { service, status, said })
    },
  })
  const settings = parseNhsSettings(nhs.settings)
  const { sources, close } = wireNhs(settings, deps)
  return {
    sources,
    settings,
    simulated: true,
    async stop() {
      close()
      await nhs.stop()
    },
  }
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown
  } catch (thrown) {
    throw new Problem('invalid', `NHS settings: ${file} cannot be read as JSON`, { cause: thrown })
  }
}
