import { Problem } from '../../kernel/problem.ts'
import { splitAddress, type Transport } from '../../platform/http/port.ts'
import type { Deliver } from '../../services/ihe-gateway/soap/asynchronous.ts'

/** Posts an asynchronous answer. Who takes it says 200 or 202; anything else is trouble. */
export function deliverer(transport: Transport): Deliver {
  return async (call, address, contentType, body) => {
    const at = splitAddress(address)
    if (!at) throw new Problem('invalid', 'The address of the answer is no http(s) address')
    const { status } = await transport(
      {
        method: 'POST',
        ...at,
        headers: { 'content-type': contentType, ...(call.traceparent && { traceparent: call.traceparent }) },
        body,
        safe: false,
      },
      call.signal,
    )
    if (status !== 200 && status !== 202) throw new Problem('unavailable', `The answer was not taken: ${status}`)
  }
}
