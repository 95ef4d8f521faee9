/** Waits for what comes about by itself, for longer than a busy machine takes; what does not is told by its name. */
import { setTimeout as sleep } from 'node:timers/promises'

const everyMs = 10
/** Counted in waits, not by the clock: a machine that stands still does not use it up. */
const tries = 6000

export async function until(what: string, holds: () => unknown): Promise<void> {
  for (let left = tries; left > 0; left--) {
    if (await holds()) return
    await sleep(everyMs)
  }
  throw new Error(`It did not come about that ${what}`)
}
