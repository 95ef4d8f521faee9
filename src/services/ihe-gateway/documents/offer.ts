import type { NhsNumber } from '../../../standards/nhs/nhs-number.ts'
import { uuidOid } from '../identifiers.ts'
import type { DocumentOffer } from '../settings.ts'
import type { Context } from '../transactions/transaction.ts'
import type { OfferedDocument } from './port.ts'

/**
 * The documents a patient has for this asker: those offered before, and a new one for each way of offering that has
 * none that still stands. A delayed document grows old, since its content is fixed; an on-demand entry never does.
 */
export async function offeredDocuments(context: Context, nhsNumber: NhsNumber): Promise<OfferedDocument[]> {
  const { call, community, asking, gateway, now } = context
  const { settings, documents } = gateway
  const organisation = asking.organisation.odsCode
  const before = await documents.ofPatient(call, community.id, organisation, nhsNumber)
  const after: OfferedDocument[] = []
  const oldest = now.getTime() - settings.documentLifetimeSeconds * 1000
  for (const document of before) {
    const old = document.offer === 'delayed' && document.offeredAt.getTime() < oldest
    if (old && document.status === 'approved') await documents.deprecate(call, document.uniqueId)
    after.push(old ? { ...document, status: 'deprecated' } : document)
  }
  for (const offer of settings.offer) {
    if (after.some((one) => one.offer === offer && one.status === 'approved')) continue
    const document = newDocument(context, offer, organisation, nhsNumber)
    after.push(await documents.offer(call, document))
  }
  return after.filter((one) => settings.offer.includes(one.offer))
}

function newDocument(
  { gateway, community, now }: Context,
  offer: DocumentOffer,
  organisation: string,
  nhsNumber: NhsNumber,
): OfferedDocument {
  const entry = gateway.ids()
  return {
    uniqueId: uuidOid(gateway.ids()),
    entryUuid: `urn:uuid:${entry.toLowerCase()}`,
    offer,
    community: community.id,
    organisation,
    nhsNumber,
    offeredAt: now,
    status: 'approved',
  }
}
