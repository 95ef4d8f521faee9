import { everyArea } from '../../services/ihe-gateway/parse-settings.ts'
import type { GatewaySettings } from '../../services/ihe-gateway/settings.ts'
import { Problem } from '../../kernel/problem.ts'
import { parseOdsCode } from '../../standards/nhs/ods-code.ts'
import type { LocalIssuer } from './local-issuer.ts'

/** Communities and identifiers of the gateway that runs against the simulated NHS. The OIDs are of an arc nobody uses in earnest. */
export const local = {
  homeCommunityId: 'urn:oid:1.2.826.0.1.3680043.10.999.1',
  repositoryUniqueId: '1.2.826.0.1.3680043.10.999.2',
  deviceId: '1.2.826.0.1.3680043.10.999.3',
  audience: 'urn:weft:local-gateway',
  /** Root of the identifiers of the simulated EHR. */
  patientIdRoot: '1.2.840.114350.1.13.999.7',
} as const

export type LocalConsumer = { readonly odsCode: string; readonly name: string; readonly communities: readonly string[] }

/** Without settings only this machine's own issuer is believed, and only the simulators are asked. */
export function localSettings(issuer: LocalIssuer, consumers: readonly LocalConsumer[]): GatewaySettings {
  const communities = [...new Set(consumers.flatMap((one) => one.communities))]
  return {
    homeCommunityId: local.homeCommunityId,
    repositoryUniqueId: local.repositoryUniqueId,
    deviceId: local.deviceId,
    offer: ['on-demand', 'delayed'],
    documentLifetimeSeconds: 4 * 3600,
    areas: everyArea,
    xua: {
      audiences: [local.audience],
      clockSkewSeconds: 60,
      assertionUse: 'until-expiry',
      issuers: [{ issuer: issuer.issuer, certificates: [issuer.publicKey], authorities: [], communities }],
    },
    communities: communities.map((id) => ({
      id,
      name: 'Simulated EHR',
      transactions: ['ITI-38', 'ITI-39', 'ITI-47', 'ITI-55'],
      purposes: ['TREATMENT'],
      patientIdRoots: [local.patientIdRoot],
      organisations: consumers
        .filter((one) => one.communities.includes(id))
        .map(({ name, odsCode }) => ({ name, odsCode: odsCodeOf(odsCode) })),
      clientCertificates: [],
    })),
    replyTo: [],
    audit: { sourceId: 'weft', enterpriseSiteId: 'local' },
    maxRequestBytes: 1_000_000,
  }
}

function odsCodeOf(text: string) {
  const code = parseOdsCode(text)
  if (!code) throw new Problem('invalid', `${text} is no ODS code`)
  return code
}
