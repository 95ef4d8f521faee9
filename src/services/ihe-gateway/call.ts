import type { Call } from '../../kernel/ports.ts'

/** The same caller with another deadline. A call may be more than a plain object, so its parts are taken one by one. */
export const withSignal = ({ tenant, caller, requestId, traceparent, log }: Call, signal: AbortSignal): Call => ({
  tenant,
  caller,
  requestId,
  log,
  ...(traceparent && { traceparent }),
  signal,
})
