/** Follows, while a server runs, what becomes of the index's rules; and makes it whole beside the requests, at half speed. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log, Running } from '../../../kernel/ports.ts'
import type { Database } from '../../../platform/database/port.ts'
import type { IndexKeeper } from './index-keeper.ts'
import type { IndexKeepers } from './index-keepers.ts'
import { rebuildIndex, tidyIndex } from './rebuild.ts'

export type IndexFollowerDeps = {
  readonly database: Database
  readonly keepers: IndexKeepers
  readonly log: Log
  /** Whose index is made whole. */
  readonly tenants: readonly number[]
  readonly nowMs: () => number
  readonly everyMs: number
}

export function followIndex({ database, keepers, log, tenants, nowMs, everyMs }: IndexFollowerDeps): Running {
  const stopping = new AbortController()
  const { signal } = stopping
  const wait = (ms: number) => sleep(ms, undefined, { signal, ref: false })
  const refused = new Set<number>()

  const tend = async (keeper: IndexKeeper) => {
    const { tenant, refusal, unfinishedTypes } = keeper
    if (refusal !== undefined) {
      if (!refused.has(tenant)) log.error('search index under other rules', { tenant, reason: refusal })
      refused.add(tenant)
      return
    }
    refused.delete(tenant)
    const startedMs = nowMs()
    if (unfinishedTypes.length > 0) log.warn('search index is made again', { tenant, types: unfinishedTypes.length })
    const options = { database, keeper, between: wait, nowMs }
    await rebuildIndex(unfinishedTypes, options)
    if (unfinishedTypes.length > 0) log.info('search index is whole', { tenant, ms: Math.round(nowMs() - startedMs) })
    await tidyIndex(options)
  }
  const tendAll = async () => {
    for (const tenant of tenants) await tend(await keepers.open(tenant))
  }
  const again = async (turn: () => Promise<void>) => {
    while (!signal.aborted) {
      await turn().catch((error: unknown) => {
        if (!signal.aborted) log.warn('search index was not followed', { error })
      })
      await wait(everyMs).catch(() => {})
    }
  }
  // Beside each other: what is made again here for minutes is not what other tenants wait for.
  const running = [again(() => keepers.follow()), again(tendAll)]
  return {
    async stop() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}
