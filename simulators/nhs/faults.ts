import type { Asked, Said } from './http.ts'

export type Service = 'token' | 'pds' | 'sds' | 'spine'

/** What goes wrong on purpose, instead of an answer or before it. */
export type Fault = {
  readonly at: Service
  readonly does:
    | { readonly status: number; readonly body?: object | string; readonly headers?: Readonly<Record<string, string>> }
    | { readonly delayMs: number }
    /** The connection ends without an answer. */
    | 'drop'
    /** It stays open, and nothing comes. */
    | 'hang'
    /** Status 200 and no JSON. */
    | 'garbage'
  /** Only where this holds. */
  readonly when?: (asked: Asked) => boolean
  /** How often; absent: always. */
  readonly times?: number
  /** By chance, 0 to 1; absent: always. */
  readonly share?: number
}

/** As the setting spells it: `pds:503`, `spine:delay=2000:0.1`, `sds:drop`; several with commas between. */
export function parseFaults(text: string): Fault[] | undefined {
  const faults = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [, at, what, share] =
        /^\s*(token|pds|sds|spine):(\d{3}|delay=\d+|drop|hang|garbage)(?::([\d.]+))?\s*$/.exec(part) ?? []
      if (!at || !what) return undefined
      const does: Fault['does'] = /^\d/.test(what)
        ? { status: Number(what) }
        : what.startsWith('delay=')
          ? { delayMs: Number(what.slice(6)) }
          : (what as 'drop' | 'hang' | 'garbage')
      return { at: at as Service, does, ...(share && { share: Number(share) }) }
    })
  return faults.includes(undefined) ? undefined : faults.filter((fault) => fault !== undefined)
}

export type Faults = {
  /** Returns how to end it. */
  inject(fault: Fault): () => void
  /** The fault that meets this request, if any; counts it. */
  meet(at: Service, asked: Asked): Fault['does'] | undefined
}

export function faults(chance: () => number, first: readonly Fault[] = []): Faults {
  const live = new Set<{ fault: Fault; left: number }>()
  const inject = (fault: Fault) => {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY }
    live.add(entry)
    return () => void live.delete(entry)
  }
  for (const fault of first) inject(fault)
  return {
    inject,
    meet(at, asked) {
      for (const entry of live) {
        const { fault } = entry
        if (fault.at !== at || (fault.when && !fault.when(asked))) continue
        if (fault.share !== undefined && chance() >= fault.share) continue
        if (--entry.left <= 0) live.delete(entry)
        return fault.does
      }
      return undefined
    },
  }
}

export const garbage: Said = {
  status: 200,
  headers: { 'content-type': 'application/fhir+json' },
  body: '{"resourceType":',
}
