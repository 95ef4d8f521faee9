import type { HttpResponse } from '../../../platform/http/port.ts'
import type { Span } from '../../../platform/telemetry/port.ts'
import { withSignal } from '../call.ts'
import type { Answer, Context } from '../transactions/transaction.ts'
import { respond } from './respond.ts'
import { traceOf } from './trace.ts'

/** Sends an answer on a connection of its own. Rejects when nobody took it. */
export type Deliver = (call: Context['call'], address: string, contentType: string, body: Buffer) => Promise<void>

/** Takes care of what goes on after the request: whoever stops the gateway waits for it. */
export type Background = (work: Promise<void>) => void

/** 202 at once; the answer goes to the address the sender named, which somebody allowed before. ITI TF-2 V.3.2.3 */
export function replyAsynchronously(
  { deliver, background }: { readonly deliver: Deliver; readonly background: Background },
  context: Context,
  address: string,
  { mtom, id, relatesTo, action }: { mtom: boolean; id: string; relatesTo: string; action: string },
  work: (context: Context, span: Span) => Promise<Answer>,
): HttpResponse {
  // The request is over when it is accepted; what is done for it must not end with its connection.
  const call = withSignal(context.call, AbortSignal.timeout(60_000))
  const delivery = context.gateway.tracer.within(call, 'asynchronous answer', async (within, span) => {
    const answer = await work({ ...context, call: within }, span)
    const headers = { action, relatesTo, messageId: `urn:uuid:${id}`, to: address }
    const message = respond({ headers, body: answer.body, attachments: answer.attachments ?? [], mtom, id })
    await deliver(within, address, message.headers?.['content-type'] ?? '', Buffer.concat(message.body))
  })
  background(
    delivery.catch((thrown: unknown) => call.log.error('asynchronous.not-delivered', { error: traceOf(thrown) })),
  )
  return { status: 202 }
}
