import { lookup } from '../../../standards/lookup.ts'
import { Problem } from '../../../kernel/problem.ts'
import type { AdhocQuery } from '../../../standards/ihe/ebxml/adhoc-query.ts'
import { availabilityStatus, storedQuery } from '../../../standards/ihe/ebxml/names.ts'

/** What a stored query comes down to at a gateway that has documents and neither submission sets, folders nor associations. */
export type Lookup =
  | { readonly by: 'patient'; readonly patientId: string }
  | { readonly by: 'entry-uuid'; readonly ids: readonly string[] }
  | { readonly by: 'unique-id'; readonly ids: readonly string[] }
  /** A question about things there are none of. `patientId` where it is about a patient. */
  | { readonly by: 'nothing'; readonly patientId?: string }

/** Table 3.38.4.1.2.3-1 of ITI TF-2, and the required parameters of 3.18.4.1.2.3.7. */
const queries: Readonly<Record<string, (query: AdhocQuery) => Lookup>> = lookup({
  [storedQuery.findDocuments]: (query) => {
    const patientId = single(query, '$XDSDocumentEntryPatientId')
    statuses(query, '$XDSDocumentEntryStatus')
    return { by: 'patient', patientId }
  },
  [storedQuery.findDocumentsByReferenceId]: (query) => {
    const patientId = single(query, '$XDSDocumentEntryPatientId')
    statuses(query, '$XDSDocumentEntryStatus')
    required(query, '$XDSDocumentEntryReferenceIdList')
    return { by: 'nothing', patientId }
  },
  [storedQuery.getAll]: (query) => {
    const patientId = single(query, '$patientId')
    for (const name of ['$XDSDocumentEntryStatus', '$XDSSubmissionSetStatus', '$XDSFolderStatus']) statuses(query, name)
    return { by: 'patient', patientId }
  },
  [storedQuery.getDocuments]: documents,
  [storedQuery.getDocumentsAndAssociations]: documents,
  [storedQuery.findSubmissionSets]: (query) => {
    const patientId = single(query, '$XDSSubmissionSetPatientId')
    statuses(query, '$XDSSubmissionSetStatus')
    return { by: 'nothing', patientId }
  },
  [storedQuery.findFolders]: (query) => {
    const patientId = single(query, '$XDSFolderPatientId')
    statuses(query, '$XDSFolderStatus')
    return { by: 'nothing', patientId }
  },
  [storedQuery.getAssociations]: nothing(['$uuid']),
  [storedQuery.getFolders]: nothing(['$XDSFolderEntryUUID', '$XDSFolderUniqueId']),
  [storedQuery.getSubmissionSets]: nothing(['$uuid']),
  [storedQuery.getSubmissionSetAndContents]: nothing(['$XDSSubmissionSetEntryUUID', '$XDSSubmissionSetUniqueId']),
  [storedQuery.getFolderAndContents]: nothing(['$XDSFolderEntryUUID', '$XDSFolderUniqueId']),
  [storedQuery.getFoldersForDocument]: nothing(['$XDSDocumentEntryEntryUUID', '$XDSDocumentEntryUniqueId']),
  [storedQuery.getRelatedDocuments]: (query) => {
    required(query, '$AssociationTypes')
    return nothing(['$XDSDocumentEntryEntryUUID', '$XDSDocumentEntryUniqueId'])(query)
  },
})

export function lookupOf(query: AdhocQuery): Lookup {
  const read = Object.hasOwn(queries, query.id) ? queries[query.id] : undefined
  if (!read)
    throw new Problem('unsupported', 'The stored query is not known here', {
      at: 'AdhocQuery/@id',
      code: { xds: 'XDSUnknownStoredQuery' },
    })
  return read(query)
}

function documents(query: AdhocQuery): Lookup {
  const uuids = query.parameters.get('$XDSDocumentEntryEntryUUID')?.flat() ?? []
  const uniqueIds = query.parameters.get('$XDSDocumentEntryUniqueId')?.flat() ?? []
  if (uuids.length && uniqueIds.length)
    throw new Problem('invalid', 'Either entry UUIDs or unique ids, not both', {
      code: { xds: 'XDSStoredQueryParamNumber' },
    })
  if (uuids.length) return { by: 'entry-uuid', ids: uuids }
  if (uniqueIds.length) return { by: 'unique-id', ids: uniqueIds }
  throw missing('$XDSDocumentEntryEntryUUID or $XDSDocumentEntryUniqueId')
}

/** One of these must be there; whatever it names, there is none of it. */
function nothing(oneOf: readonly string[]): (query: AdhocQuery) => Lookup {
  return (query) => {
    if (!oneOf.some((name) => query.parameters.get(name)?.flat().length)) throw missing(oneOf.join(' or '))
    return { by: 'nothing' }
  }
}

function required(query: AdhocQuery, name: string): readonly string[] {
  const values = query.parameters.get(name)?.flat() ?? []
  if (values.length === 0) throw missing(name)
  return values
}

function single(query: AdhocQuery, name: string): string {
  const [value, ...others] = required(query, name)
  if (others.length)
    throw new Problem('invalid', `${name} has one value`, { at: name, code: { xds: 'XDSStoredQueryParamNumber' } })
  return value!
}

/** Values that are no status are ignored; where none is left, the parameter is missing. */
function statuses(query: AdhocQuery, name: string): void {
  const known: readonly string[] = Object.values(availabilityStatus)
  if (!required(query, name).some((value) => known.includes(value))) throw missing(name)
}

const missing = (name: string) =>
  new Problem('invalid', `${name} is required`, { at: name, code: { xds: 'XDSStoredQueryMissingParam' } })
