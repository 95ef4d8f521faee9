import { type DocumentEntry, notAssembledYet } from '../../../standards/ihe/ebxml/document-entry.ts'
import type { OfferedDocument } from '../documents/port.ts'
import type { GatewaySettings } from '../settings.ts'
import { dtm } from '../times.ts'
import {
  ccdaFormat,
  generalMedicine,
  generalPractice,
  normalConfidentiality,
  summaryClass,
  summaryType,
} from './document-codes.ts'

/** An offered document as the registry shows it. `patientId` is the CX the asker uses for the patient. */
export function entryOf(
  document: OfferedDocument,
  patientId: string,
  sourcePatientId: string,
  settings: GatewaySettings,
): DocumentEntry {
  const { content } = document
  return {
    entryUuid: document.entryUuid,
    uniqueId: document.uniqueId,
    status: document.status,
    home: settings.homeCommunityId,
    repositoryUniqueId: settings.repositoryUniqueId,
    mimeType: 'text/xml',
    patientId,
    sourcePatientId,
    languageCode: 'en-GB',
    title: 'GP record',
    author: { institution: 'General practice' },
    classCode: summaryClass,
    typeCode: summaryType,
    formatCode: ccdaFormat,
    confidentialityCodes: [normalConfidentiality],
    healthcareFacilityTypeCode: generalPractice,
    practiceSettingCode: generalMedicine,
    content:
      document.offer === 'on-demand'
        ? { type: 'on-demand' }
        : content
          ? { type: 'stable', creationTime: dtm(content.creationTime), hash: content.hash, size: content.size }
          : { type: 'stable', creationTime: dtm(document.offeredAt), ...notAssembledYet },
  }
}
