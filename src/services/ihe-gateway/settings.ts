import type { TrustedIssuer } from '../../standards/ihe/saml/verify.ts'
import type { AuditedTransaction } from '../../standards/ihe/atna/audit-message.ts'
import type { OdsCode } from '../../standards/nhs/ods-code.ts'
import type { Areas } from './sources/port.ts'

/** What an installation decides about its gateway. parse-settings.ts makes one from a file. */
export type GatewaySettings = {
  /** This gateway's community, `urn:oid:…`. */
  readonly homeCommunityId: string
  /** OIDs. */
  readonly repositoryUniqueId: string
  readonly deviceId: string
  /** How a record that is not built yet is offered: ITI TF-3 4.1.1 and 4.3.1.2.3. */
  readonly offer: readonly DocumentOffer[]
  /** A delayed document is offered anew, and the old one deprecated, when it is older. */
  readonly documentLifetimeSeconds: number
  readonly areas: Areas
  readonly xua: {
    readonly audiences: readonly string[]
    readonly clockSkewSeconds: number
    /** `once`: an assertion comes with one request. `until-expiry`: with many, but never twice with one MessageID. */
    readonly assertionUse: 'once' | 'until-expiry'
    readonly issuers: readonly CommunityIssuer[]
  }
  readonly communities: readonly Community[]
  /** Addresses that asynchronous answers may go to, exactly as they stand in wsa:ReplyTo. */
  readonly replyTo: readonly string[]
  readonly audit: { readonly sourceId: string; readonly enterpriseSiteId: string }
  readonly maxRequestBytes: number
}
export type DocumentOffer = 'on-demand' | 'delayed'
/** An issuer speaks for its communities only. */
export type CommunityIssuer = TrustedIssuer & { readonly communities: readonly string[] }

/** Somebody who may ask. */
export type Community = {
  /** homeCommunityId, `urn:oid:…`. */
  readonly id: string
  readonly name: string
  readonly transactions: readonly AuditedTransaction[]
  /** Codes of PurposeOfUse. */
  readonly purposes: readonly string[]
  /** OIDs of the identifiers its EHR gives to patients. */
  readonly patientIdRoots: readonly string[]
  /** On whose behalf the NHS is asked: the one the assertion names, or the only one. */
  readonly organisations: readonly { readonly name: string; readonly odsCode: OdsCode }[]
  /** SHA-256 fingerprints, hex. Where there are any, a request without such a client certificate is refused. */
  readonly clientCertificates: readonly string[]
}
