import type { Call } from '../../../kernel/ports.ts'
import type { Search } from '../search/term.ts'
import type { FhirServer } from '../server.ts'

/**
 * A search over all types, as one over those that there are any of. A condition has a key of its own in the index for
 * each type, and a resource is asked with all of them: with 146 where a dozen could be found, a patient's thousands of
 * resources took half a minute.
 */
export async function overPresentTypes(server: FhirServer, call: Call, search: Search): Promise<Search> {
  if (search.types.length > 0) return search
  const rows = await server.store.query<{ type: string }>(call, { name: 'present_types', text, values: [call.tenant] })
  const owners = search.terms.flatMap((term) => (term.kind === 'compartment' ? term.owner.split('/')[0] : []))
  const types = rows
    .map(({ type }) => type)
    .filter((type) =>
      owners.every((owner) => server.parameters.compartmentsOf(type).some((one) => one.owner === owner)),
    )
  // No type means every type, which finds as little.
  return types.length > 0 ? { ...search, types } : search
}

/** From one type to the next along the index, whatever lies between. Retired rows count: a page link may see them. */
const text = `
  with recursive present(type) as (
    (select type from fhir.live where tenant = $1::int4 order by type limit 1)
    union all
    select (select l.type from fhir.live l where l.tenant = $1::int4 and l.type > present.type order by l.type limit 1)
      from present where present.type is not null
  ) select type from present where type is not null`
