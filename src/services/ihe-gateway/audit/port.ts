import type { Call } from '../../../kernel/ports.ts'

/** One request to the gateway, answered or refused. Only `auditMessage` says who the patient was. */
export type TransactionRecord = {
  readonly id: string
  readonly at: Date
  /** `ITI-47`, or `authentication` where it was not known who asked. */
  readonly transaction: string
  /** wsa:MessageID. */
  readonly messageId: string | undefined
  /** homeCommunityId. */
  readonly community: string | undefined
  /** A word: `found`, `XDSUnknownPatientId`, `fault`. */
  readonly outcome: string
  readonly ok: boolean
  readonly durationMs: number
  /** DICOM audit message, XML. */
  readonly auditMessage: string
}
export type RecordSummary = Omit<TransactionRecord, 'auditMessage'>

/** Our own audit: every transaction is kept. */
export type TransactionLog = {
  keep(call: Call, record: TransactionRecord): Promise<void>
  /** The latest first. */
  recent(call: Call, limit: number): Promise<RecordSummary[]>
}
/** The audit record repository of the affinity domain, ITI-20. Hands over and goes on; trouble is the sender's to retry and tell. */
export type AuditSender = { send(auditMessage: string, at: Date): void }

export type GatewayMeter = { transaction(name: string, outcome: string, seconds: number): void }
