import type { OfferedDocument, OfferedDocuments } from './port.ts'

/** For a gateway without a database; bounded, the oldest goes first. */
export function memoryDocuments(maxEntries = 100_000): OfferedDocuments {
  const documents = new Map<string, OfferedDocument & { readonly tenant: number }>()
  const among = (tenant: number, test: (document: OfferedDocument) => boolean) =>
    [...documents.values()].filter((one) => one.tenant === tenant && test(one))
  return {
    async ofPatient({ tenant }, community, organisation, nhsNumber) {
      return among(
        tenant,
        (one) => one.nhsNumber === nhsNumber && one.community === community && one.organisation === organisation,
      )
    },
    async byUniqueId({ tenant }, community, uniqueIds) {
      return uniqueIds.flatMap((id) => {
        const found = documents.get(id)
        return found?.tenant === tenant && found.community === community ? [found] : []
      })
    },
    async byEntryUuid({ tenant }, community, entryUuids) {
      return among(tenant, (one) => one.community === community && entryUuids.includes(one.entryUuid))
    },
    async offer({ tenant }, document) {
      documents.set(document.uniqueId, { ...document, tenant })
      if (documents.size > maxEntries) documents.delete(documents.keys().next().value!)
      return document
    },
    async deprecate(_call, uniqueId) {
      const found = documents.get(uniqueId)
      if (found) documents.set(uniqueId, { ...found, status: 'deprecated' })
    },
    async fix(_call, uniqueId, content) {
      const found = documents.get(uniqueId)
      if (found && !found.content) documents.set(uniqueId, { ...found, content })
      return found?.content ?? content
    },
  }
}
