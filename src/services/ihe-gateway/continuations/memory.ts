import type { Clock } from '../../../kernel/ports.ts'
import type { Continuations, WaitingAnswer } from './port.ts'

/** Demographics of people nobody may ask for again: kept in this process only, briefly, and few. */
export function memoryContinuations(clock: Clock, ttlSeconds = 300, maxEntries = 1000): Continuations {
  const waiting = new Map<string, { answer: WaitingAnswer; until: number }>()
  return {
    keep(key, answer) {
      waiting.delete(key)
      waiting.set(key, { answer, until: clock().getTime() + ttlSeconds * 1000 })
      if (waiting.size > maxEntries) waiting.delete(waiting.keys().next().value!)
    },
    find(key) {
      const found = waiting.get(key)
      if (found && found.until > clock().getTime()) return found.answer
      waiting.delete(key)
      return undefined
    },
    drop: (key) => waiting.delete(key),
  }
}
