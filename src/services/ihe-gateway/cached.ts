import type { Call } from '../../kernel/ports.ts'
import type { ReadThrough, Wanted } from '../../platform/cache/port.ts'
import type { Tracer } from '../../platform/telemetry/port.ts'
import { withSignal } from './call.ts'

/** From the cache or loaded, in a span that tells which. What loading causes is below it, and lives as long as anybody waits. */
export const cached = <T>(
  { readThrough, tracer }: { readonly readThrough: ReadThrough; readonly tracer: Tracer },
  call: Call,
  wanted: Wanted<T>,
  load: (call: Call) => Promise<T>,
): ReturnType<typeof readThrough<T>> =>
  tracer.within(call, `cache ${wanted.key.kind}`, async (inner, span) => {
    const found = await readThrough(wanted, call.signal, (signal) => load(withSignal(inner, signal)))
    span.set({ 'weft.cache.hit': found.from === 'cache' })
    return found
  })
