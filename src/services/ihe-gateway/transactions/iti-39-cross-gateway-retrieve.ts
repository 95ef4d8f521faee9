import { asProblem, Problem } from '../../../kernel/problem.ts'
import { xdsb } from '../../../standards/ihe/ebxml/names.ts'
import type { RegistryError } from '../../../standards/ihe/ebxml/registry-error.ts'
import {
  type DocumentRequest,
  type DocumentResponse,
  readRetrieveDocumentSetRequest,
  retrieveDocumentSetResponse,
} from '../../../standards/ihe/ebxml/retrieve-document-set.ts'
import { type Attachment, include } from '../../../standards/ihe/mtom/write.ts'
import { assemble } from '../documents/assemble.ts'
import type { OfferedDocument } from '../documents/port.ts'
import { nhsNumberCx } from '../identifiers.ts'
import { registryError } from '../registry/problems.ts'
import { type Context, transaction } from './transaction.ts'

/** More documents than this in one request are refused: each may mean a call to a practice. */
const maxDocuments = 50

/** ITI-39 Cross Gateway Retrieve, as a responding gateway. ITI TF-2 3.39 and 3.43 */
export const crossGatewayRetrieve = transaction<readonly DocumentRequest[]>({
  name: 'ITI-39',
  path: '/SOAP/iti39',
  action: 'urn:ihe:iti:2007:CrossGatewayRetrieve',
  responseAction: 'urn:ihe:iti:2007:CrossGatewayRetrieveResponse',
  body: { namespace: xdsb, local: 'RetrieveDocumentSetRequest' },
  read: readRetrieveDocumentSetRequest,
  audit: () => ({ patients: [] }),
  async run(context, requests) {
    if (requests.length > maxDocuments)
      throw new Problem('throttled', `No more than ${maxDocuments} documents in one request`, {
        code: { xds: 'XDSRepositoryOutOfResources' },
      })
    const offered = await offeredTo(context, requests)
    const responses: DocumentResponse[] = []
    const attachments: Attachment[] = []
    const errors: RegistryError[] = []
    const incomplete: RegistryError[] = []
    for (const request of requests) {
      try {
        const { response, attachment, warnings } = await retrieve(context, request, offered)
        for (const text of warnings)
          incomplete.push({
            errorCode: 'XDSRepositoryError',
            codeContext: `The record is incomplete: ${text}`,
            location: context.gateway.settings.homeCommunityId,
            severity: 'Warning',
          })
        responses.push(response)
        attachments.push(attachment)
      } catch (thrown) {
        const problem = asProblem(thrown)
        if (problem.kind === 'internal') context.call.log.error('iti-39.document', { error: String(problem.cause) })
        errors.push(registryError(problem, 'retrieve', context.gateway.settings.homeCommunityId))
      }
    }
    return {
      body: retrieveDocumentSetResponse(responses, [...errors, ...incomplete]),
      attachments,
      outcome: {
        word: errors[0]
          ? responses.length
            ? `partial: ${errors[0].errorCode}`
            : errors[0].errorCode
          : incomplete.length
            ? 'retrieved, incomplete'
            : 'retrieved',
        ok: errors.length === 0,
      },
      patients: [...new Set(offered.values().map(({ nhsNumber }) => nhsNumberCx(nhsNumber)))],
      documents: requests.map(({ documentUniqueId, repositoryUniqueId, home }) => ({
        uniqueId: documentUniqueId,
        repositoryUniqueId,
        homeCommunityId: home ?? '',
      })),
    }
  },
  renderProblem({ gateway }, _request, problem) {
    const error = registryError(problem, 'retrieve', gateway.settings.homeCommunityId)
    return {
      body: retrieveDocumentSetResponse([], [error]),
      outcome: { word: error.errorCode, ok: false },
      patients: [],
    }
  },
})

async function offeredTo(
  { call, community, asking, gateway }: Context,
  requests: readonly DocumentRequest[],
): Promise<Map<string, OfferedDocument>> {
  const ids = [...new Set(requests.map(({ documentUniqueId }) => documentUniqueId))]
  const found = await gateway.documents.byUniqueId(call, community.id, ids)
  const mine = found.filter(({ organisation }) => organisation === asking.organisation.odsCode)
  if (new Set(mine.map(({ nhsNumber }) => nhsNumber)).size > 1)
    throw new Problem('invalid', 'The documents are of more than one patient', {
      code: { xds: 'XDSResultNotSinglePatient' },
    })
  return new Map(mine.map((one) => [one.uniqueId, one]))
}

async function retrieve(context: Context, request: DocumentRequest, offered: ReadonlyMap<string, OfferedDocument>) {
  const { settings, ids } = context.gateway
  const { home, repositoryUniqueId, documentUniqueId } = request
  if (home === undefined) throw trouble('XDSMissingHomeCommunityId', 'HomeCommunityId is required')
  if (home !== settings.homeCommunityId)
    throw trouble('XDSUnknownCommunity', 'This gateway answers for another community')
  if (repositoryUniqueId !== settings.repositoryUniqueId)
    throw trouble('XDSUnknownRepositoryId', 'The repository is not known here')
  const document = offered.get(documentUniqueId)
  if (!document) throw trouble('XDSDocumentUniqueIdError', 'No such document was offered to the asker')
  const { bytes, newUniqueId, warnings } = await assemble(context, document)
  const attachment: Attachment = { id: `${ids()}@weft`, type: 'text/xml', bytes }
  const response: DocumentResponse = {
    home,
    repositoryUniqueId,
    documentUniqueId,
    ...(newUniqueId && { newDocument: { uniqueId: newUniqueId, kept: false } }),
    mimeType: 'text/xml',
    document: include(attachment),
  }
  return { response, attachment, warnings }
}

const trouble = (xds: string, text: string) => new Problem('not-found', text, { code: { xds } })
