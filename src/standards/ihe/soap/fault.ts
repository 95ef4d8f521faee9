import { Problem, type ProblemKind } from '../../../kernel/problem.ts'
import { type Xml, xml } from '../tree.ts'
import { addressing, soap12, wsse } from './namespaces.ts'

export type FaultCode = 'VersionMismatch' | 'MustUnderstand' | 'DataEncodingUnknown' | 'Sender' | 'Receiver'
/** https://www.w3.org/TR/ws-addr-soap/#faults, and section 12 of WS-Security's SOAP Message Security 1.1. */
export type FaultSubcode =
  | `wsa:${'InvalidAddressingHeader' | 'MessageAddressingHeaderRequired' | 'ActionNotSupported' | 'EndpointUnavailable'}`
  | `wsse:${'InvalidSecurity' | 'InvalidSecurityToken' | 'FailedAuthentication' | 'FailedCheck' | 'UnsupportedSecurityToken' | 'SecurityTokenUnavailable' | 'MessageExpired'}`

export type FaultDetail = { code?: FaultCode; subcode?: FaultSubcode; detail?: Xml; cause?: unknown }

/** Trouble with a message before a transaction is chosen: it is answered with a SOAP Fault. */
export class SoapFault extends Problem {
  readonly faultCode: FaultCode
  readonly subcode: FaultSubcode | undefined
  readonly detail: Xml | undefined

  constructor(kind: ProblemKind, message: string, { code, subcode, detail, cause }: FaultDetail = {}) {
    super(kind, message, { cause })
    this.name = 'SoapFault'
    this.faultCode = code ?? 'Sender'
    this.subcode = subcode
    this.detail = detail
  }
}

/** The Fault element. Its namespace prefixes are those `writeEnvelope` declares. https://www.w3.org/TR/soap12-part1/#soapfault */
export function faultBody(code: FaultCode, reason: string, subcode?: FaultSubcode, detail?: Xml): Xml {
  return xml(
    'env:Fault',
    { 'xmlns:env': soap12, 'xmlns:wsa': addressing, ...(subcode?.startsWith('wsse:') && { 'xmlns:wsse': wsse }) },
    xml(
      'env:Code',
      {},
      xml('env:Value', {}, `env:${code}`),
      subcode && xml('env:Subcode', {}, xml('env:Value', {}, subcode)),
    ),
    xml('env:Reason', {}, xml('env:Text', { 'xml:lang': 'en' }, reason)),
    detail && xml('env:Detail', {}, detail),
  )
}
