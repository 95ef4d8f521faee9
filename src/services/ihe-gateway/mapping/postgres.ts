import type { Database } from '../../../platform/database/port.ts'
import type { NhsNumber } from '../../../standards/nhs/nhs-number.ts'
import type { IdentifierMapping } from './port.ts'

export function postgresMapping(database: Database): IdentifierMapping {
  return {
    async find({ tenant }, community, { root, extension = '' }) {
      const rows = await database.query<{ nhs_number: NhsNumber }>(tenant, {
        name: 'ihe_identifier_find',
        text: `select nhs_number from ihe_gateway.identifier
               where tenant = $1 and community = $2 and root = $3 and extension = $4`,
        values: [tenant, community, root, extension],
      })
      return rows[0]?.nhs_number
    },
    async keep({ tenant }, community, { root, extension = '' }, nhsNumber) {
      await database.query(tenant, {
        name: 'ihe_identifier_keep',
        text: `insert into ihe_gateway.identifier (tenant, community, root, extension, nhs_number) values ($1, $2, $3, $4, $5)
               on conflict (tenant, community, root, extension) do update set nhs_number = excluded.nhs_number, learnt_at = now()
               where identifier.nhs_number <> excluded.nhs_number`,
        values: [tenant, community, root, extension, nhsNumber],
      })
    },
    async of({ tenant }, community, nhsNumber) {
      return database.query<{ root: string; extension: string }>(tenant, {
        name: 'ihe_identifier_of',
        text: `select root, extension from ihe_gateway.identifier
               where tenant = $1 and community = $2 and nhs_number = $3 order by root, extension limit 50`,
        values: [tenant, community, nhsNumber],
      })
    },
  }
}
