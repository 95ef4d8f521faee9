import { SoapFault } from '../../../standards/ihe/soap/fault.ts'
import type { Assertion } from '../../../standards/ihe/saml/assertion.ts'
import type { SourcedXml } from '../../../standards/xml/read.ts'
import { parseOdsCode } from '../../../standards/nhs/ods-code.ts'
import type { Call } from '../../../kernel/ports.ts'
import type { Community, GatewaySettings } from '../settings.ts'
import type { Asking } from '../sources/port.ts'
import { personName } from './person-name.ts'
import type { Replays } from './replays.ts'
import type { Verifier } from './verifier.ts'

export type Authenticated = { readonly asking: Asking; readonly community: Community; readonly assertion: Assertion }
export type Credentials = {
  readonly message: SourcedXml
  readonly messageId: string
  /** SHA-256 fingerprint, hex, of the client certificate of the connection, where there was one. */
  readonly clientCertificate: string | undefined
}

/** Who asks: XUA, ITI TF-2 3.40. The issuer must speak for the community, the certificate be the community's. */
export async function authenticate(
  call: Call,
  { message, messageId, clientCertificate }: Credentials,
  settings: GatewaySettings,
  { verify, replays }: { readonly verify: Verifier; readonly replays: Replays },
  now: Date,
): Promise<Authenticated> {
  const { xua } = settings
  const assertion = verify(message, now)
  const community = communityOf(assertion, settings)
  if (community.clientCertificates.length && !community.clientCertificates.includes(clientCertificate ?? ''))
    throw refused('The connection is not the community’s: its client certificate is missing or another')
  const once = xua.assertionUse === 'once' || assertion.conditions?.oneTimeUse
  const key = JSON.stringify([assertion.issuer, assertion.id, ...(once ? [] : [messageId])])
  const until = new Date((assertion.conditions?.notOnOrAfter ?? now).getTime() + xua.clockSkewSeconds * 1000)
  if (!(await replays.first(call, key, until))) throw refused('The assertion has been used before')
  return { assertion, community, asking: askingOf(assertion, community) }
}

function communityOf(assertion: Assertion, { xua, communities }: GatewaySettings): Community {
  const speaksFor = xua.issuers.find(({ issuer }) => issuer === assertion.issuer)?.communities ?? []
  const claimed = assertion.attributes.homeCommunityId ?? (speaksFor.length === 1 ? speaksFor[0] : undefined)
  const community = communities.find(({ id }) => id === claimed)
  if (!community || !speaksFor.includes(community.id))
    throw refused('The issuer does not speak for the community it names')
  return community
}

function askingOf({ subject, attributes }: Assertion, community: Community): Asking {
  const { name, role, purposeOfUse, sdsUserId, sdsRoleProfileId, organisationId } = attributes
  return {
    userId: subject,
    name: personName(name ?? subject),
    role: role ?? { code: 'UNK' },
    purposeOfUse: purposeOfUse ?? { code: '' },
    organisation: organisationOf(organisationId, community),
    community: community.id,
    ...(sdsUserId && { sdsUserId }),
    ...(sdsRoleProfileId && { sdsRoleProfileId }),
  }
}

/** A community asks for its own organisations only; where it has several, the assertion says for which. */
function organisationOf(claimed: string | undefined, { organisations }: Community) {
  const code = claimed === undefined ? undefined : parseOdsCode(claimed)
  const found =
    organisations.find(({ odsCode }) => odsCode === code) ?? (organisations.length === 1 ? organisations[0] : undefined)
  if (!found) throw refused('The assertion does not say for which of the community’s organisations is asked')
  return found
}

const refused = (message: string) => new SoapFault('unauthenticated', message, { subcode: 'wsse:FailedAuthentication' })
