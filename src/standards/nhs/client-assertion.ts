import { type KeyObject, sign } from 'node:crypto'

export type ClientAssertionInput = {
  /** The application's API key. */
  readonly apiKey: string
  readonly keyId: string
  /** The token URL. */
  readonly audience: string
  /** Never used twice. */
  readonly jti: string
  /** Seconds since 1970. */
  readonly issuedAt: number
}

/** Less than the five minutes that are allowed, so that a slow clock does no harm. */
export const clientAssertionSeconds = 240

/**
 * private_key_jwt in RS512, what the NHS token endpoint takes.
 * https://digital.nhs.uk/developer/guides-and-documentation/security-and-authorisation/application-restricted-restful-apis-signed-jwt-authentication
 */
export function clientAssertion(input: ClientAssertionInput, key: KeyObject): string {
  const header = { alg: 'RS512', typ: 'JWT', kid: input.keyId }
  const claims = {
    iss: input.apiKey,
    sub: input.apiKey,
    aud: input.audience,
    jti: input.jti,
    exp: input.issuedAt + clientAssertionSeconds,
  }
  const signed = `${encoded(header)}.${encoded(claims)}`
  return `${signed}.${sign('sha512', Buffer.from(signed), key).toString('base64url')}`
}

export const clientAssertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
