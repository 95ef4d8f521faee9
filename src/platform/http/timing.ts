import { setTimeout as delay } from 'node:timers/promises'

/** Waits; rejects with the signal's reason where that comes first. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>
/** From 0 up to 1, as Math.random. */
export type Chance = () => number

export const sleep: Sleep = async (ms, signal) => {
  try {
    await delay(ms, undefined, signal ? { signal } : {})
  } catch (thrown) {
    throw signal?.aborted ? signal.reason : thrown
  }
}
