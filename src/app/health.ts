/** What the probes of an orchestrator ask. https://kubernetes.io/docs/concepts/workloads/pods/probes/ */
import { asProblem } from '../kernel/problem.ts'

/** `degraded`: things go on without it, more slowly. */
export type DependencyState = {
  readonly status: 'up' | 'degraded' | 'down'
  readonly ms: number
  readonly reason?: string
}
export type HealthReport = {
  readonly status: 'up' | 'degraded' | 'down' | 'stopping'
  readonly dependencies: Readonly<Record<string, DependencyState>>
}

export type Health = {
  /** Runs every check; a check that takes too long counts as down. */
  report(): Promise<HealthReport>
  /** From now on not ready: running requests end, others go elsewhere. */
  stopping(): void
}

const patienceMs = 2000

/** `conveniences` are missed, not needed: each says why it is not there. */
export function health(
  checks: Readonly<Record<string, () => Promise<void>>>,
  conveniences: Readonly<Record<string, () => string | undefined | Promise<string | undefined>>> = {},
): Health {
  let stops = false
  return {
    stopping() {
      stops = true
    },
    async report() {
      const states = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await run(check)] as const),
      )
      const missed = await Promise.all(
        Object.entries(conveniences).map(async ([name, why]) => [name, await reasonOf(why)] as const),
      )
      const all = [...states, ...missed]
      const worst = (['down', 'degraded'] as const).find((bad) => all.some(([, { status }]) => status === bad))
      return { status: stops ? 'stopping' : (worst ?? 'up'), dependencies: Object.fromEntries(all) }
    },
  }
}

const missing = (reason: string | undefined): DependencyState =>
  reason === undefined ? { status: 'up', ms: 0 } : { status: 'degraded', ms: 0, reason }

async function reasonOf(why: () => string | undefined | Promise<string | undefined>): Promise<DependencyState> {
  try {
    return missing(await why())
  } catch (error) {
    return missing(asProblem(error).message)
  }
}

async function run(check: () => Promise<void>): Promise<DependencyState> {
  const started = performance.now()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), patienceMs)
  })
  const ms = () => Math.round((performance.now() - started) * 10) / 10
  try {
    await Promise.race([check(), late])
    return { status: 'up', ms: ms() }
  } catch (error) {
    const reason = ms() >= patienceMs ? `no answer within ${patienceMs} ms` : asProblem(error).message
    return { status: 'down', ms: ms(), reason }
  } finally {
    clearTimeout(timer)
  }
}
