import type { Call } from '../../../kernel/ports.ts'
import type { Problem } from '../../../kernel/problem.ts'
import type { AuditedTransaction, AuditEvent } from '../../../standards/ihe/atna/audit-message.ts'
import type { Attachment } from '../../../standards/ihe/mtom/write.ts'
import type { Xml } from '../../../standards/ihe/tree.ts'
import type { ParsedElement } from '../../../standards/xml/read.ts'
import type { ReadThrough } from '../../../platform/cache/port.ts'
import type { Tracer } from '../../../platform/telemetry/port.ts'
import type { Convert } from '../documents/convert.ts'
import type { Continuations } from '../continuations/port.ts'
import type { OfferedDocuments } from '../documents/port.ts'
import type { IdentifierMapping } from '../mapping/port.ts'
import type { Community, GatewaySettings } from '../settings.ts'
import type { Asking, Sources } from '../sources/port.ts'

/** One message of a transaction, from its body to the body of its answer. */
export type Transaction<Request> = {
  readonly name: AuditedTransaction
  readonly path: string
  /** wsa:Action. */
  readonly action: string
  readonly responseAction: string
  readonly body: { readonly namespace: string; readonly local: string }
  /** A Problem thrown here is a SOAP Fault: the message has not the shape an answer could refer to. */
  read(body: ParsedElement): Request
  /** What audit says of the request even where it fails. */
  audit(request: Request, settings: GatewaySettings): RequestAudit
  run(context: Context, request: Request): Promise<Answer>
  /** Trouble from here on is told in the transaction's own way. */
  renderProblem(context: Context, request: Request, problem: Problem): Answer
}
export type RequestAudit = { readonly queryId?: string; readonly patients: readonly string[] }

/** Who asks, and everything a transaction works with. */
export type Context = {
  readonly call: Call
  readonly asking: Asking
  readonly community: Community
  readonly now: Date
  readonly gateway: Gateway
}
export type Gateway = {
  readonly settings: GatewaySettings
  readonly sources: Sources
  readonly convert: Convert
  readonly mapping: IdentifierMapping
  readonly documents: OfferedDocuments
  readonly continuations: Continuations
  readonly readThrough: ReadThrough
  readonly tracer: Tracer
  /** A UUID. */
  readonly ids: () => string
}

export type Answer = {
  readonly body: Xml
  /** Sent beside the envelope where the request came as MTOM, else in base64 where `place` puts them. */
  readonly attachments?: readonly Attachment[]
  readonly outcome: Outcome
  /** CX of the patients the answer is about. */
  readonly patients: readonly string[]
  readonly documents?: AuditEvent['documents']
}
/** In a word: `found`, `none`, `restricted`, an error code. Goes into audit, metrics and the operators' page. */
export type Outcome = { readonly word: string; readonly ok: boolean }

/** Lets transactions of different requests stand in one list. */
export type AnyTransaction = Transaction<unknown>
export const transaction = <Request>(definition: Transaction<Request>): AnyTransaction => definition as AnyTransaction
