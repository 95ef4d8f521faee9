import { Buffer } from 'node:buffer'
import type { HttpRequest } from '../../../platform/http/port.ts'
import { asProblem } from '../../../kernel/problem.ts'
import { parseContentType } from '../../../standards/ihe/mtom/content-type.ts'
import { readMtom, resolveIncludes } from '../../../standards/ihe/mtom/read.ts'
import { messageIdOf, readEnvelope, type SoapRequest } from '../../../standards/ihe/soap/envelope.ts'
import { SoapFault } from '../../../standards/ihe/soap/fault.ts'
import { decodeXml } from '../../../standards/xml/decode.ts'
import { readXmlWithSource, type SourcedXml } from '../../../standards/xml/read.ts'

/** What is known of a message, however far reading it came: even a Fault says what it relates to, in the encoding it was asked in. */
export type Received = {
  readonly mtom: boolean
  readonly messageId: string | undefined
  readonly result: { readonly request: SoapRequest; readonly message: SourcedXml } | { readonly fault: SoapFault }
}

/** From an HTTP request to a SOAP request: content type, MTOM, encoding, XML, envelope, addressing. */
export function receive({ headers, body = Buffer.alloc(0) }: HttpRequest, maxBytes: number): Received {
  const header = headers['content-type']
  const contentType = parseContentType(typeof header === 'string' ? header : '')
  const mtom = contentType?.type === 'multipart/related'
  let message: SourcedXml | undefined
  try {
    if (body.length > maxBytes) throw new SoapFault('invalid', `The message is larger than ${maxBytes} bytes`)
    if (!contentType || (!mtom && contentType.type !== 'application/soap+xml'))
      throw new SoapFault('unsupported', 'The Content-Type is neither application/soap+xml nor multipart/related')
    const pack = mtom ? readMtom(body, contentType) : undefined
    checkCharset(pack ? pack.root.charset : contentType.parameters.charset)
    message = readXmlWithSource(decodeXml(pack ? pack.root.bytes : body))
    const request = readEnvelope(pack ? resolveIncludes(message.root, pack.parts) : message.root)
    return { mtom, messageId: request.messageId, result: { request, message } }
  } catch (thrown) {
    return { mtom, messageId: messageIdOf(message?.root), result: { fault: asFault(thrown) } }
  }
}

export function asFault(thrown: unknown): SoapFault {
  if (thrown instanceof SoapFault) return thrown
  const problem = asProblem(thrown)
  const ours = ['internal', 'unavailable', 'timeout', 'throttled'].includes(problem.kind)
  const text = problem.at ? `${problem.message} (${problem.at})` : problem.message
  return new SoapFault(problem.kind, text, { code: ours ? 'Receiver' : 'Sender', cause: problem.cause ?? thrown })
}

function checkCharset(charset: string | undefined): void {
  if (charset !== undefined && !/^(utf-?8|utf-?16(le|be)?|us-ascii)$/i.test(charset))
    throw new SoapFault('unsupported', 'The message is in a charset other than UTF-8 and UTF-16')
}
