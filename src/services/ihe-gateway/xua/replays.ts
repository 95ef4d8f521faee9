import type { Call, Clock } from '../../../kernel/ports.ts'

/** Remembers what must not come twice. */
export type Replays = {
  /** False where the key was there before. It may be forgotten after `until`. */
  first(call: Call, key: string, until: Date): Promise<boolean>
}

/** For one process. */
export function memoryReplays(clock: Clock, maxEntries = 200_000): Replays {
  const seen = new Map<string, number>()
  return {
    async first({ tenant }, key, until) {
      const id = `${tenant} ${key}`
      const now = clock().getTime()
      if ((seen.get(id) ?? 0) > now) return false
      seen.set(id, until.getTime())
      if (seen.size > maxEntries) for (const [old, at] of seen) if (at <= now) seen.delete(old)
      return true
    },
  }
}
