import type { NhsNumber } from '../../../standards/nhs/nhs-number.ts'
import type { IdentifierMapping } from './port.ts'

/** For a gateway without a database; bounded, the oldest goes first. */
export function memoryMapping(maxEntries = 100_000): IdentifierMapping {
  type Entry = { tenant: number; community: string; root: string; extension: string; nhsNumber: NhsNumber }
  const entries = new Map<string, Entry>()
  const keyOf = (tenant: number, community: string, root: string, extension = '') =>
    JSON.stringify([tenant, community, root, extension])
  return {
    async find({ tenant }, community, { root, extension }) {
      return entries.get(keyOf(tenant, community, root, extension))?.nhsNumber
    },
    async keep({ tenant }, community, { root, extension = '' }, nhsNumber) {
      const key = keyOf(tenant, community, root, extension)
      entries.delete(key)
      entries.set(key, { tenant, community, root, extension, nhsNumber })
      if (entries.size > maxEntries) entries.delete(entries.keys().next().value!)
    },
    async of({ tenant }, community, nhsNumber) {
      return [...entries.values()]
        .filter((one) => one.tenant === tenant && one.community === community && one.nhsNumber === nhsNumber)
        .map(({ root, extension }) => ({ root, extension }))
    },
  }
}
