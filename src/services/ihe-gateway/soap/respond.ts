import type { Buffer } from 'node:buffer'
import type { HttpResponse } from '../../../platform/http/port.ts'
import { type Attachment, inline, writeMtom } from '../../../standards/ihe/mtom/write.ts'
import { type ResponseHeaders, writeEnvelope } from '../../../standards/ihe/soap/envelope.ts'
import { faultBody, type SoapFault } from '../../../standards/ihe/soap/fault.ts'
import type { Xml } from '../../../standards/ihe/tree.ts'

export type Outgoing = {
  readonly headers: ResponseHeaders
  readonly body: Xml
  readonly attachments: readonly Attachment[]
  readonly mtom: boolean
  /** A UUID; names the boundary. */
  readonly id: string
}

export type SoapResponse = HttpResponse & { readonly body: readonly Buffer[] }

/** In the encoding the request came in: ITI TF-2 V.8. */
export function respond({ headers, body, attachments, mtom, id }: Outgoing, status = 200): SoapResponse {
  if (mtom) {
    const message = writeMtom(
      writeEnvelope(headers, body),
      headers.action,
      attachments,
      `MIME_${id.replaceAll('-', '')}`,
    )
    return { status, headers: { 'content-type': message.contentType, 'mime-version': '1.0' }, body: message.body }
  }
  return {
    status,
    headers: { 'content-type': `application/soap+xml; charset=UTF-8; action="${headers.action}"` },
    body: inline(writeEnvelope(headers, body), attachments),
  }
}

/** https://www.w3.org/TR/ws-addr-soap/#faultaction */
export function respondFault(fault: SoapFault, relatesTo: string | undefined, mtom: boolean, id: string): HttpResponse {
  const action = `http://www.w3.org/2005/08/addressing/${fault.subcode?.startsWith('wsa:') ? 'fault' : 'soap/fault'}`
  const body = faultBody(fault.faultCode, fault.message, fault.subcode, fault.detail)
  // SOAP's binding has 500 for whatever the sender did not get wrong as such. Here 500 is kept for what we got wrong.
  const status = fault.faultCode === 'Receiver' ? (fault.kind === 'internal' ? 500 : 503) : 400
  return respond({ headers: { action, relatesTo }, body, attachments: [], mtom, id }, status)
}
