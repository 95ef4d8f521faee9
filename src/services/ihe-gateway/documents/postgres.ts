import type { Database } from '../../../platform/database/port.ts'
import type { NhsNumber } from '../../../standards/nhs/nhs-number.ts'
import type { DocumentOffer } from '../settings.ts'
import type { OfferedDocument, OfferedDocuments } from './port.ts'

type Row = {
  unique_id: string
  entry_uuid: string
  offer: DocumentOffer
  community: string
  organisation: string
  nhs_number: NhsNumber
  offered_at: Date
  deprecated: boolean
  creation_time: Date | null
  hash: string | null
  size: number | null
}
const columns =
  'unique_id, entry_uuid, offer, community, organisation, nhs_number, offered_at, deprecated, creation_time, hash, size'

export function postgresDocuments(database: Database, maxFixed = 10_000): OfferedDocuments {
  // Whose content is fixed is retrieved again and again and does not change, but for being deprecated: it is given all the same.
  const fixed = new Map<string, OfferedDocument>()
  const remember = (key: string, document: OfferedDocument) => {
    fixed.set(key, document)
    if (fixed.size > maxFixed) fixed.delete(fixed.keys().next().value!)
  }
  const select = async (tenant: number, name: string, where: string, values: readonly unknown[]) => {
    const text = `select ${columns} from ihe_gateway.document where tenant = $1 and ${where} order by offered_at, unique_id`
    return (await database.query<Row>(tenant, { name: `ihe_document_${name}`, text, values: [tenant, ...values] })).map(
      fromRow,
    )
  }
  return {
    ofPatient: ({ tenant }, community, organisation, nhsNumber) =>
      select(tenant, 'of_patient', 'community = $2 and organisation = $3 and nhs_number = $4', [
        community,
        organisation,
        nhsNumber,
      ]),
    async byUniqueId({ tenant }, community, uniqueIds) {
      const keys = uniqueIds.map((id) => `${tenant} ${community} ${id}`)
      const known = keys.map((key) => fixed.get(key))
      if (known.every((one) => one !== undefined)) return known
      const found = await select(tenant, 'by_unique_id', 'community = $2 and unique_id = any($3)', [
        community,
        uniqueIds,
      ])
      for (const one of found) if (one.content) remember(`${tenant} ${community} ${one.uniqueId}`, one)
      return found
    },
    byEntryUuid: ({ tenant }, community, entryUuids) =>
      select(tenant, 'by_entry', 'community = $2 and entry_uuid = any($3)', [community, entryUuids]),
    async offer({ tenant }, one) {
      const inserted = await database.query<Row>(tenant, {
        name: 'ihe_document_offer',
        text: `insert into ihe_gateway.document (tenant, unique_id, entry_uuid, offer, community, organisation, nhs_number, offered_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning ${columns}`,
        values: [
          tenant,
          one.uniqueId,
          one.entryUuid,
          one.offer,
          one.community,
          one.organisation,
          one.nhsNumber,
          one.offeredAt,
        ],
      })
      if (inserted[0]) return fromRow(inserted[0])
      // Somebody else offered one at the same moment: that one it is.
      const standing = await select(
        tenant,
        'standing',
        'community = $2 and organisation = $3 and nhs_number = $4 and offer = $5 and not deprecated',
        [one.community, one.organisation, one.nhsNumber, one.offer],
      )
      return standing[0] ?? one
    },
    async deprecate({ tenant }, uniqueId) {
      await database.query(tenant, {
        name: 'ihe_document_deprecate',
        text: 'update ihe_gateway.document set deprecated = true where tenant = $1 and unique_id = $2',
        values: [tenant, uniqueId],
      })
    },
    async fix({ tenant }, uniqueId, content) {
      const rows = await database.query<{ creation_time: Date; hash: string; size: number }>(tenant, {
        name: 'ihe_document_fix',
        text: `update ihe_gateway.document set creation_time = coalesce(creation_time, $3), hash = coalesce(hash, $4), size = coalesce(size, $5)
               where tenant = $1 and unique_id = $2 returning creation_time, hash, size`,
        values: [tenant, uniqueId, content.creationTime, content.hash, content.size],
      })
      const row = rows[0]
      return row ? { creationTime: row.creation_time, hash: row.hash, size: row.size } : content
    },
  }
}

function fromRow(row: Row): OfferedDocument {
  return {
    uniqueId: row.unique_id,
    entryUuid: row.entry_uuid,
    offer: row.offer,
    community: row.community,
    organisation: row.organisation,
    nhsNumber: row.nhs_number,
    offeredAt: row.offered_at,
    status: row.deprecated ? 'deprecated' : 'approved',
    ...(row.creation_time && {
      content: { creationTime: row.creation_time, hash: row.hash ?? '', size: row.size ?? 0 },
    }),
  }
}
