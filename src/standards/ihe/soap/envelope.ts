import type { ParsedElement } from '../../xml/read.ts'
import { attribute, childNamed, childrenNamed, elements, textOf } from '../../xml/select.ts'
import { serialise } from '../../xml/serialise.ts'
import { type Xml, xml } from '../tree.ts'
import { SoapFault } from './fault.ts'
import { addressing, anonymous, soap12, wsse } from './namespaces.ts'

/** A SOAP 1.2 request, taken apart: what addressing says, the security header, and the one element of the body. */
export type SoapRequest = {
  readonly action: string
  readonly messageId: string
  /** The anonymous address where the sender named none: https://www.w3.org/TR/ws-addr-core/#formreplymsg */
  readonly replyTo: string
  readonly to: string | undefined
  readonly security: ParsedElement | undefined
  readonly body: ParsedElement
}

/** ITI TF-2 Appendix V.3 on top of https://www.w3.org/TR/soap12-part1/ and https://www.w3.org/TR/ws-addr-soap/ */
export function readEnvelope(root: ParsedElement): SoapRequest {
  if (root.local !== 'Envelope') throw new SoapFault('invalid', 'The root element is not a SOAP Envelope')
  if (root.namespace !== soap12)
    throw new SoapFault('invalid', 'Only SOAP 1.2 is spoken here', { code: 'VersionMismatch' })
  const header = childNamed(root, soap12, 'Header')
  const bodies = childrenNamed(root, soap12, 'Body')
  const content = bodies[0] ? elements(bodies[0]) : []
  if (bodies.length !== 1 || content.length !== 1)
    throw new SoapFault('invalid', 'A SOAP Envelope with one Body that holds one element is expected')
  mustUnderstandAll(header)
  const messageId = single(header, 'MessageID')
  if (messageId === undefined) throw missing('MessageID')
  if (!/^urn:uuid:[0-9a-f-]+$/i.test(messageId)) throw invalid('MessageID', 'wsa:MessageID is not a urn:uuid')
  const action = single(header, 'Action')
  if (!action) throw missing('Action')
  return {
    action,
    messageId,
    replyTo: address(header, 'ReplyTo') ?? anonymous,
    to: single(header, 'To'),
    security: header && securityHeader(header),
    body: content[0]!,
  }
}

/** What can be said of the request although it was faulty; a Fault relates to it where it can. */
export function messageIdOf(root: ParsedElement | undefined): string | undefined {
  const header = root && childNamed(root, soap12, 'Header')
  const text = textOf(header && childNamed(header, addressing, 'MessageID')).trim()
  return /^urn:uuid:[0-9a-f-]+$/i.test(text) ? text : undefined
}

export type ResponseHeaders = {
  readonly action: string
  readonly relatesTo: string | undefined
  /** Of an answer that goes out on a connection of its own. */
  readonly messageId?: string
  readonly to?: string
}

/** The whole answer: Action carries mustUnderstand, as IHE-WSA101 asks. */
export function writeEnvelope(headers: ResponseHeaders, body: Xml): string {
  const envelope = xml(
    'env:Envelope',
    { 'xmlns:env': soap12, 'xmlns:wsa': addressing },
    xml(
      'env:Header',
      {},
      xml('wsa:Action', { 'env:mustUnderstand': '1' }, headers.action),
      headers.messageId && xml('wsa:MessageID', {}, headers.messageId),
      headers.relatesTo && xml('wsa:RelatesTo', {}, headers.relatesTo),
      headers.to && xml('wsa:To', { 'env:mustUnderstand': '1' }, headers.to),
    ),
    xml('env:Body', {}, body),
  )
  return serialise(envelope)
}

/** Headers for us (no role, or the ultimate receiver's) that must be understood, and are not ours. */
function mustUnderstandAll(header: ParsedElement | undefined): void {
  for (const block of header ? elements(header) : []) {
    const must = attribute(block, 'mustUnderstand', soap12)?.trim()
    if (must !== '1' && must !== 'true') continue
    const role = attribute(block, 'role', soap12)
    if (role && role !== `${soap12}/role/ultimateReceiver` && role !== `${soap12}/role/next`) continue
    const known = block.namespace === addressing || (block.namespace === wsse && block.local === 'Security')
    if (!known)
      throw new SoapFault('unsupported', 'A header that must be understood is not', { code: 'MustUnderstand' })
  }
}

function single(header: ParsedElement | undefined, local: string): string | undefined {
  const found = header ? childrenNamed(header, addressing, local) : []
  if (found.length > 1) throw invalid(local, `wsa:${local} is there more than once`)
  return found[0] && textOf(found[0]).trim()
}

function address(header: ParsedElement | undefined, local: string): string | undefined {
  const found = header ? childrenNamed(header, addressing, local) : []
  if (found.length > 1) throw invalid(local, `wsa:${local} is there more than once`)
  if (!found[0]) return undefined
  const text = textOf(childNamed(found[0], addressing, 'Address')).trim()
  if (!text) throw invalid(local, `wsa:${local} has no Address`)
  return text
}

/** One Security header for us. Two would leave open which of them speaks. */
function securityHeader(header: ParsedElement): ParsedElement | undefined {
  const found = childrenNamed(header, wsse, 'Security')
  if (found.length > 1)
    throw new SoapFault('unauthenticated', 'More than one Security header', { subcode: 'wsse:InvalidSecurity' })
  return found[0]
}

const missing = (local: string) =>
  new SoapFault('invalid', `wsa:${local} is required`, {
    subcode: 'wsa:MessageAddressingHeaderRequired',
    detail: problemHeader(local),
  })
const invalid = (local: string, message: string) =>
  new SoapFault('invalid', message, { subcode: 'wsa:InvalidAddressingHeader', detail: problemHeader(local) })
const problemHeader = (local: string): Xml => xml('wsa:ProblemHeaderQName', {}, `wsa:${local}`)
