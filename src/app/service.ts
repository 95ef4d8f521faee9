import type { Running } from '../kernel/ports.ts'
import type { Mount } from '../platform/http/port.ts'
import type { Wiring } from './wire.ts'

export type RunningService = Running & {
  readonly mounts: readonly Mount[]
  /** What it needs besides the database, for /health/ready; throws what is wrong. */
  readonly dependencies?: Readonly<Record<string, () => Promise<void>>>
  /** What it can go on without for a while; each says why it is not there. */
  readonly conveniences?: Readonly<Record<string, () => Promise<string | undefined>>>
}

export type Service = {
  readonly name: string
  /** For the page at / and for --help. */
  readonly summary: string
  start(wiring: Wiring): Promise<RunningService>
}
