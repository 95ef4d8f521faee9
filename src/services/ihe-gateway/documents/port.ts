import type { Call } from '../../../kernel/ports.ts'
import type { NhsNumber } from '../../../standards/nhs/nhs-number.ts'
import type { DocumentOffer } from '../settings.ts'

/** A document that was offered to a community. Its content is not here: it is built when somebody asks for it. */
export type OfferedDocument = {
  readonly uniqueId: string
  /** `urn:uuid:…` */
  readonly entryUuid: string
  readonly offer: DocumentOffer
  readonly community: string
  /** ODS code of the organisation it was offered to. */
  readonly organisation: string
  readonly nhsNumber: NhsNumber
  readonly offeredAt: Date
  readonly status: 'approved' | 'deprecated'
  /** Fixed when it was first retrieved; from then on the document is these bytes or nothing. */
  readonly content?: DocumentContent
}
export type DocumentContent = {
  /** When it was assembled: the conversion's clock, too. */
  readonly creationTime: Date
  /** SHA-1, hex. */
  readonly hash: string
  readonly size: number
}

export type OfferedDocuments = {
  ofPatient(call: Call, community: string, organisation: string, nhsNumber: NhsNumber): Promise<OfferedDocument[]>
  byUniqueId(call: Call, community: string, uniqueIds: readonly string[]): Promise<OfferedDocument[]>
  byEntryUuid(call: Call, community: string, entryUuids: readonly string[]): Promise<OfferedDocument[]>
  /** Returns what stands: the document, or one that was offered for the same at the same moment. */
  offer(call: Call, document: OfferedDocument): Promise<OfferedDocument>
  deprecate(call: Call, uniqueId: string): Promise<void>
  /** The first to come fixes it; whoever comes later gets what was fixed. */
  fix(call: Call, uniqueId: string, content: DocumentContent): Promise<DocumentContent>
}
