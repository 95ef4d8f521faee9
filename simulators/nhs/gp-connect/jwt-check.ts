import { parseOdsCode, odsCodeSystem } from '../../../src/standards/nhs/ods-code.ts'
import { sdsRoleProfileIdSystem, sdsUserIdSystem, spineJwtSeconds } from '../../../src/standards/nhs/spine-jwt.ts'

export type Refused = { readonly code: 'BAD_REQUEST' | 'INVALID_RESOURCE'; readonly why: string }
type Json = Record<string, unknown>

/**
 * What a provider finds wrong with the bearer token, or undefined.
 * https://developer.nhs.uk/apis/gpconnect-1-5-1/integration_cross_organisation_audit_and_provenance.html
 */
export function checkJwt(
  authorization: string | undefined,
  audience: string,
  odsCode: string,
  now: number,
): Refused | undefined {
  const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1]
  if (!token) return bad('No bearer token in the Authorization header')
  const parts = token.split('.')
  if (parts.length !== 3) return bad('The JWT has not three parts')
  const header = decoded(parts[0])
  const claims = decoded(parts[1])
  if (!header || !claims) return bad('The JWT is not JSON in base64url')
  if (header['alg'] !== 'none' || header['typ'] !== 'JWT')
    return bad('The JWT header is not {"alg":"none","typ":"JWT"}')
  if (parts[2] !== '') return bad('An unsigned JWT has an empty signature')
  return checkTimes(claims, now) ?? checkPlain(claims, audience) ?? checkResources(claims, odsCode)
}

function checkTimes({ iat, exp }: Json, now: number): Refused | undefined {
  if (typeof iat !== 'number' || !Number.isInteger(iat)) return bad('JWT iat claim is not a whole number')
  if (typeof exp !== 'number' || !Number.isInteger(exp)) return bad('JWT exp claim is not a whole number')
  if (exp - iat !== spineJwtSeconds) return bad('JWT exp claim is not five minutes after iat')
  if (iat > now + 5) return bad('JWT iat claim is in the future')
  if (exp <= now) return bad('JWT has expired')
  return undefined
}

function checkPlain(claims: Json, audience: string): Refused | undefined {
  const { iss, sub, aud } = claims
  if (typeof iss !== 'string' || !/^https?:\/\//.test(iss)) return bad('JWT iss claim is not the URL of the consumer')
  if (typeof sub !== 'string' || sub === '') return bad('Empty JWT sub claim')
  if (typeof aud !== 'string' || aud === '') return bad('Empty JWT aud claim')
  if (aud !== audience) return bad('JWT aud claim is not the endpoint of this practice')
  if (claims['reason_for_request'] !== 'directcare') return bad('JWT reason_for_request claim is not directcare')
  if (!/^patient\/\*\.read( conf\/[A-Z])?$/.test(String(claims['requested_scope'])))
    return bad('JWT requested_scope claim is not patient/*.read')
  return undefined
}

function checkResources(claims: Json, odsCode: string): Refused | undefined {
  const device = resource(claims, 'requesting_device', 'Device')
  const organisation = resource(claims, 'requesting_organization', 'Organization')
  const practitioner = resource(claims, 'requesting_practitioner', 'Practitioner')
  for (const found of [device, organisation, practitioner]) if ('why' in found) return found as Refused
  return (
    checkDevice(device as Json) ??
    checkOrganisation(organisation as Json, odsCode) ??
    checkPractitioner(practitioner as Json, claims['sub'])
  )
}

function checkDevice(device: Json): Refused | undefined {
  if (identifiers(device).length === 0) return bad('requesting_device has no identifier with system and value')
  if (!filled(device['model']) || !filled(device['version'])) return bad('requesting_device has no model or no version')
  return undefined
}

function checkOrganisation(organisation: Json, odsCode: string): Refused | undefined {
  const ods = identifiers(organisation).find(({ system }) => system === odsCodeSystem)?.value
  if (!ods || !parseOdsCode(ods)) return bad('requesting_organization has no ODS code')
  if (ods !== odsCode) return bad('requesting_organization is not the organisation of Ssp-From')
  if (!filled(organisation['name'])) return bad('requesting_organization has no name')
  return undefined
}

function checkPractitioner(practitioner: Json, sub: unknown): Refused | undefined {
  if (practitioner['id'] !== sub) return bad('JWT sub claim is not the id of requesting_practitioner')
  const held = identifiers(practitioner)
  for (const system of [sdsUserIdSystem, sdsRoleProfileIdSystem])
    if (!held.some((identifier) => identifier.system === system)) return bad(`requesting_practitioner has no ${system}`)
  if (!held.some(({ system }) => system !== sdsUserIdSystem && system !== sdsRoleProfileIdSystem))
    return bad('requesting_practitioner has no local user id')
  const [name] = Array.isArray(practitioner['name']) ? (practitioner['name'] as Json[]) : []
  if (!name || !filled(name['family'])) return bad('requesting_practitioner has no name with a family')
  for (const part of ['given', 'prefix'])
    if (name[part] !== undefined && !(Array.isArray(name[part]) && (name[part] as unknown[]).length > 0))
      return bad(`requesting_practitioner name.${part} is not a list`)
  return undefined
}

function resource(claims: Json, claim: string, type: string): Json | Refused {
  const value = claims[claim]
  if (typeof value !== 'object' || value === null) return bad(`JWT ${claim} claim is missing`)
  return (value as Json)['resourceType'] === type
    ? (value as Json)
    : { code: 'INVALID_RESOURCE', why: `JWT ${claim} claim is no ${type}` }
}

function identifiers(value: Json): { system: string; value: string }[] {
  const all = Array.isArray(value['identifier']) ? (value['identifier'] as Json[]) : []
  return all.flatMap(({ system, value }) => (filled(system) && filled(value) ? [{ system, value }] : []))
}

function decoded(part: string | undefined): Json | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Json) : undefined
  } catch {
    return undefined
  }
}

const filled = (value: unknown): value is string => typeof value === 'string' && value.trim() !== ''
const bad = (why: string): Refused => ({ code: 'BAD_REQUEST', why })
