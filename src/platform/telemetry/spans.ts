import type { Call, Log } from '../../kernel/ports.ts'
import { Problem } from '../../kernel/problem.ts'
import type { Span, Tracer } from './port.ts'

/** Where spans come from. `Tracer` is made of it for the services; the adapters beside this one use it themselves. */
export type Spans = {
  /** Below the span that a `traceparent` names, else the first one of a trace. */
  begin(kind: SpanKind, name: string, parent: string | undefined): OpenSpan
  /** Does `work` while `current` is the span, also in whatever `work` goes on to do later. */
  inside<T>(span: OpenSpan, work: () => T): T
  current(): OpenSpan | undefined
  /** Sends what is left, as far as there is time. */
  stop(): Promise<void>
}
export type SpanKind = 'server' | 'client' | 'internal'
export type OpenSpan = Span & { readonly traceparent: string; end(): void }

export const tracer = (spans: Spans): Tracer => ({
  within(call, name, work) {
    const span = spans.begin('internal', name, call.traceparent)
    return spans.inside(span, () => ended(span, work(new CallWithin(call, span.traceparent), span)))
  },
})

/** The span ends with the work, and fails with it. */
export async function ended<T>(span: OpenSpan, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (thrown) {
    span.fail(reasonOf(thrown))
    throw thrown
  } finally {
    span.end()
  }
}

/** A word: messages may quote what they were given. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof Problem) return thrown.kind
  return thrown instanceof Error ? thrown.name : 'unknown'
}

/** Signal and log of a call are made when somebody looks; here too. */
class CallWithin implements Call {
  readonly #call: Call
  readonly traceparent: string

  constructor(call: Call, traceparent: string) {
    this.#call = call
    this.traceparent = traceparent
  }
  get tenant(): number {
    return this.#call.tenant
  }
  get caller(): Call['caller'] {
    return this.#call.caller
  }
  get requestId(): string {
    return this.#call.requestId
  }
  get signal(): AbortSignal {
    return this.#call.signal
  }
  get log(): Log {
    return this.#call.log
  }
}
