import type { Call } from '../../kernel/ports.ts'

/**
 * Spans: what was done for one request, and how long each part took. Names and attributes carry ids, patterns and
 * counts, never what a request says of anybody. https://opentelemetry.io/docs/specs/otel/trace/api/#span
 */
export type Tracer = {
  /** Does `work` as a span below the call's. The call it gets is the one to go on with: what that causes is below the span. */
  within<T>(call: Call, name: string, work: (call: Call, span: Span) => Promise<T>): Promise<T>
}
export type Span = {
  set(attributes: Attributes): void
  /** It ended without what was wanted; `reason` is a word. What is thrown out of a span fails it by itself. */
  fail(reason: string): void
}
export type Attributes = Readonly<Record<string, string | number | boolean>>

const nowhere: Span = { set() {}, fail() {} }
export const noTracing: Tracer = { within: (call, _name, work) => work(call, nowhere) }
