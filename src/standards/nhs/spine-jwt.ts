import { odsCodeSystem } from './ods-code.ts'

/** Who asks, in the words of the token. */
export type SpineJwtInput = {
  /** The consumer's URL. */
  readonly issuer: string
  /** The practice's endpoint, as SDS gives it. */
  readonly audience: string
  readonly device: {
    readonly system: string
    readonly identifier: string
    readonly model: string
    readonly version: string
  }
  readonly organisation: { readonly odsCode: string; readonly name: string }
  readonly practitioner: {
    readonly id: string
    readonly family: string
    readonly given: readonly string[]
    readonly prefix: readonly string[]
    readonly sdsUserId?: string
    readonly sdsRoleProfileId?: string
    /** System of the id the user has with the consumer. */
    readonly localSystem: string
  }
  /** Seconds since 1970. */
  readonly issuedAt: number
}

export const sdsUserIdSystem = 'https://fhir.nhs.uk/Id/sds-user-id'
export const sdsRoleProfileIdSystem = 'https://fhir.nhs.uk/Id/sds-role-profile-id'
/** Providers refuse any other distance between `iat` and `exp`. */
export const spineJwtSeconds = 300
const unknown = 'UNK'

/**
 * The bearer token of a GP Connect request: unsigned, so the last part is empty and its dot stays.
 * https://developer.nhs.uk/apis/gpconnect-1-5-1/integration_cross_organisation_audit_and_provenance.html
 */
export function spineJwt(input: SpineJwtInput): string {
  return `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(claimsOf(input))}.`
}

function claimsOf(input: SpineJwtInput) {
  const { practitioner, device, organisation } = input
  return {
    iss: input.issuer,
    sub: practitioner.id,
    aud: input.audience,
    exp: input.issuedAt + spineJwtSeconds,
    iat: input.issuedAt,
    reason_for_request: 'directcare',
    requested_scope: 'patient/*.read',
    requesting_device: {
      resourceType: 'Device',
      identifier: [{ system: device.system, value: device.identifier }],
      model: device.model,
      version: device.version,
    },
    requesting_organization: {
      resourceType: 'Organization',
      identifier: [{ system: odsCodeSystem, value: organisation.odsCode }],
      name: organisation.name,
    },
    requesting_practitioner: {
      resourceType: 'Practitioner',
      id: practitioner.id,
      identifier: [
        { system: sdsUserIdSystem, value: practitioner.sdsUserId ?? unknown },
        { system: sdsRoleProfileIdSystem, value: practitioner.sdsRoleProfileId ?? unknown },
        { system: practitioner.localSystem, value: practitioner.id },
      ],
      name: [
        {
          family: practitioner.family,
          ...(practitioner.given.length > 0 && { given: practitioner.given }),
          ...(practitioner.prefix.length > 0 && { prefix: practitioner.prefix }),
        },
      ],
    },
  }
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
