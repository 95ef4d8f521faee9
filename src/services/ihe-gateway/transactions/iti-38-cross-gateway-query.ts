import { Problem } from '../../../kernel/problem.ts'
import { type AdhocQuery, readAdhocQueryRequest } from '../../../standards/ihe/ebxml/adhoc-query.ts'
import { adhocQueryResponse } from '../../../standards/ihe/ebxml/adhoc-query-response.ts'
import type { DocumentEntry } from '../../../standards/ihe/ebxml/document-entry.ts'
import { query as queryNamespace } from '../../../standards/ihe/ebxml/names.ts'
import { offeredDocuments } from '../documents/offer.ts'
import { nhsNumberCx } from '../identifiers.ts'
import { entryOf } from '../registry/entry.ts'
import { filterEntries } from '../registry/filter.ts'
import { locate, nhsNumberOf } from '../registry/patient.ts'
import { registryError } from '../registry/problems.ts'
import { type Lookup, lookupOf } from '../registry/stored-queries.ts'
import { type Context, transaction } from './transaction.ts'

/** ITI-38 Cross Gateway Query, as a responding gateway. ITI TF-2 3.38 */
export const crossGatewayQuery = transaction<AdhocQuery>({
  name: 'ITI-38',
  path: '/SOAP/iti38',
  action: 'urn:ihe:iti:2007:CrossGatewayQuery',
  responseAction: 'urn:ihe:iti:2007:CrossGatewayQueryResponse',
  body: { namespace: queryNamespace, local: 'AdhocQueryRequest' },
  read: readAdhocQueryRequest,
  audit: ({ id, parameters }) => ({
    queryId: id || 'unknown',
    patients: [...parameters]
      .filter(([name]) => /patientid$/i.test(name))
      .flatMap(([, slots]) => slots.flat().slice(0, 1)),
  }),
  async run(context, request) {
    const lookup = lookupOf(request)
    checkHome(context, request, lookup)
    const { entries, patients } = await find(context, request, lookup)
    return {
      // No documents is still Success. Failure would tell the asking gateway that we could not look.
      body: adhocQueryResponse(entries, request.returnType, []),
      outcome: { word: entries.length ? 'found' : 'none', ok: true },
      patients,
    }
  },
  renderProblem({ gateway }, request, problem) {
    const error = registryError(problem, 'query', gateway.settings.homeCommunityId)
    return {
      body: adhocQueryResponse([], request.returnType, [error]),
      outcome: { word: error.errorCode, ok: false },
      patients: [],
    }
  },
})

/** A query that names no patient must say whom it is for: 3.38.4.1.2.1. */
function checkHome({ gateway }: Context, { home }: AdhocQuery, lookup: Lookup): void {
  const aboutPatient = lookup.by === 'patient' || (lookup.by === 'nothing' && lookup.patientId !== undefined)
  if (home === undefined && !aboutPatient)
    throw new Problem('invalid', 'homeCommunityId is required where no patient is named', {
      at: 'AdhocQuery/@home',
      code: { xds: 'XDSMissingHomeCommunityId' },
    })
  if (home !== undefined && home !== gateway.settings.homeCommunityId)
    throw new Problem('not-found', 'This gateway answers for another community', {
      at: 'AdhocQuery/@home',
      code: { xds: 'XDSUnknownCommunity' },
    })
}

type Found = { readonly entries: DocumentEntry[]; readonly patients: readonly string[] }

async function find(context: Context, request: AdhocQuery, lookup: Lookup): Promise<Found> {
  const { call, community, asking, gateway } = context
  if (lookup.by === 'nothing') {
    if (lookup.patientId !== undefined) await nhsNumberOf(context, lookup.patientId)
    return { entries: [], patients: [] }
  }
  if (lookup.by === 'patient') {
    const number = await nhsNumberOf(context, lookup.patientId)
    await locate(context, number, lookup.patientId)
    const documents = await offeredDocuments(context, number)
    const entries = documents.map((one) => entryOf(one, lookup.patientId, nhsNumberCx(number), gateway.settings))
    return { entries: filterEntries(entries, request), patients: [nhsNumberCx(number)] }
  }
  const found =
    lookup.by === 'entry-uuid'
      ? await gateway.documents.byEntryUuid(call, community.id, lookup.ids)
      : await gateway.documents.byUniqueId(call, community.id, lookup.ids)
  const mine = found.filter(({ organisation }) => organisation === asking.organisation.odsCode)
  const numbers = [...new Set(mine.map(({ nhsNumber }) => nhsNumber))]
  if (numbers.length > 1)
    throw new Problem('invalid', 'The documents are of more than one patient', {
      code: { xds: 'XDSResultNotSinglePatient' },
    })
  if (numbers[0]) await locate(context, numbers[0], nhsNumberCx(numbers[0]))
  const entries = mine.map((one) =>
    entryOf(one, nhsNumberCx(one.nhsNumber), nhsNumberCx(one.nhsNumber), gateway.settings),
  )
  return { entries, patients: numbers.map(nhsNumberCx) }
}
