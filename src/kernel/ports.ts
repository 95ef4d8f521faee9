export type Clock = () => Date
export type Ids = () => string

export type Log = {
  info(event: string, fields?: object): void
  warn(event: string, fields?: object): void
  error(event: string, fields?: object): void
}

/** Who is asking, for whom, until when. Passed as the first argument, never ambient. */
export type Call = {
  /** Row of platform.tenant. From the token or, for local use, from configuration; never from the request. */
  readonly tenant: number
  readonly caller: { readonly id: string; readonly scopes: ReadonlySet<string> }
  readonly requestId: string
  /** https://www.w3.org/TR/trace-context/ of the request, for what it causes elsewhere. */
  readonly traceparent?: string
  readonly signal: AbortSignal
  readonly log: Log
}

export type Running = { stop(): Promise<void> }
