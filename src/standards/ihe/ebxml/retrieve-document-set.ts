import { Problem } from '../../../kernel/problem.ts'
import type { ParsedElement } from '../../xml/read.ts'
import { childNamed, childrenNamed, textOf } from '../../xml/select.ts'
import { type Xml, xml } from '../tree.ts'
import { responseStatus, rs, xdsb } from './names.ts'
import { type RegistryError, registryErrorList } from './registry-error.ts'

/** ITI TF-2 3.43.4.1.2 */
export type DocumentRequest = {
  readonly home: string | undefined
  readonly repositoryUniqueId: string
  readonly documentUniqueId: string
}

export function readRetrieveDocumentSetRequest(request: ParsedElement): DocumentRequest[] {
  const text = (element: ParsedElement, local: string) => textOf(childNamed(element, xdsb, local)).trim()
  const requests = childrenNamed(request, xdsb, 'DocumentRequest').map((one) => ({
    home: text(one, 'HomeCommunityId') || undefined,
    repositoryUniqueId: text(one, 'RepositoryUniqueId'),
    documentUniqueId: text(one, 'DocumentUniqueId'),
  }))
  if (requests.length === 0)
    throw new Problem('invalid', 'RetrieveDocumentSetRequest asks for no document', { at: 'DocumentRequest' })
  return requests
}

/** ITI TF-2 3.43.4.2.2. `document` is base64 text or an xop:Include. */
export type DocumentResponse = {
  readonly home: string
  readonly repositoryUniqueId: string
  readonly documentUniqueId: string
  /** Of the document made from an on-demand entry; the repository keeps it where `kept`. */
  readonly newDocument?: { readonly uniqueId: string; readonly kept: boolean }
  readonly mimeType: string
  readonly document: Xml | string
}

export function retrieveDocumentSetResponse(
  documents: readonly DocumentResponse[],
  errors: readonly RegistryError[],
): Xml {
  const failed = errors.some((error) => error.severity !== 'Warning')
  const status = !failed ? 'success' : documents.length ? 'partialSuccess' : 'failure'
  return xml(
    'ihe:RetrieveDocumentSetResponse',
    { 'xmlns:ihe': xdsb },
    xml('rs:RegistryResponse', { 'xmlns:rs': rs, status: responseStatus[status] }, registryErrorList(errors)),
    documents.map((one) =>
      xml(
        'ihe:DocumentResponse',
        {},
        xml('ihe:HomeCommunityId', {}, one.home),
        xml('ihe:RepositoryUniqueId', {}, one.repositoryUniqueId),
        xml('ihe:DocumentUniqueId', {}, one.documentUniqueId),
        one.newDocument?.kept ? xml('ihe:NewRepositoryUniqueId', {}, one.repositoryUniqueId) : undefined,
        one.newDocument && xml('ihe:NewDocumentUniqueId', {}, one.newDocument.uniqueId),
        xml('ihe:mimeType', {}, one.mimeType),
        xml('ihe:Document', {}, one.document),
      ),
    ),
  )
}
