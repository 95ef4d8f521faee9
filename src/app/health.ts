/** What the probes of an orchestrator ask. https://kubernetes.io/docs/concepts/workloads/pods/probes/ */
import { asProblem } from '../kernel/problem.ts'

export type DependencyState = { readonly status: 'up' | 'down'; readonly ms: number; readonly reason?: string }
export type HealthReport = {
  readonly status: 'up' | 'down' | 'stopping'
  readonly dependencies: Readonly<Record<string, DependencyState>>
}

export type Health = {
  /** Runs every check; a check that takes too long counts as down. */
  report(): Promise<HealthReport>
  /** From now on not ready: running requests end, others go elsewhere. */
  stopping(): void
}

const patienceMs = 2000

export function health(checks: Readonly<Record<string, () => Promise<void>>>): Health {
  let stops = false
  return {
    stopping() {
      stops = true
    },
    async report() {
      const states = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await run(check)] as const),
      )
      const down = states.some(([, { status }]) => status === 'down')
      return { status: stops ? 'stopping' : down ? 'down' : 'up', dependencies: Object.fromEntries(states) }
    },
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
