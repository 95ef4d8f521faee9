import type { Tenants } from './port.ts'

/** Asks at most once in `freshMs` for each tenant: what was changed is followed within that time. */
export function keptBriefly(tenants: Tenants, { freshMs, nowMs }: { freshMs: number; nowMs: () => number }): Tenants {
  const kept = new Map<number, { readonly askedAt: number; readonly settings: ReturnType<Tenants['settings']> }>()
  return {
    settings(tenant) {
      const now = nowMs()
      const known = kept.get(tenant)
      if (known && now - known.askedAt < freshMs) return known.settings
      const asked = { askedAt: now, settings: tenants.settings(tenant) }
      kept.set(tenant, asked)
      // Who waits hears of the failure; who comes next asks again.
      asked.settings.catch(() => kept.get(tenant) === asked && kept.delete(tenant))
      return asked.settings
    },
  }
}
