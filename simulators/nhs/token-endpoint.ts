import { type KeyObject, verify } from 'node:crypto'
import type { Clock } from '../../src/kernel/ports.ts'
import type { Asked, Said } from './http.ts'

export type Application = { readonly apiKey: string; readonly keyId: string; readonly publicKey: KeyObject }
export type TokenEndpoint = {
  answer(asked: Asked): Said
  /** Whose token this is; undefined for one that was never given, is over, or was taken back. */
  holder(token: string): Application | undefined
  /** Every token that was given is refused from now on. */
  revokeAll(): void
}

/**
 * OAuth 2.0 client credentials with private_key_jwt, as strict as the NHS one.
 * https://digital.nhs.uk/developer/guides-and-documentation/security-and-authorisation/application-restricted-restful-apis-signed-jwt-authentication
 */
export function tokenEndpoint(deps: {
  readonly applications: readonly Application[]
  readonly url: () => string
  readonly lifetimeSeconds: number
  readonly clock: Clock
  readonly ids: () => string
}): TokenEndpoint {
  const given = new Map<string, { application: Application; until: number }>()
  const used = new Set<string>()
  const now = () => Math.floor(deps.clock().getTime() / 1000)

  return {
    answer(asked) {
      if (asked.method !== 'POST') return refused('Only POST is allowed', 405)
      if (!asked.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
        return refused('content-type is not application/x-www-form-urlencoded')
      const form = new URLSearchParams(asked.body.toString())
      if (form.get('grant_type') !== 'client_credentials') return refused('grant_type is invalid')
      if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
        return refused(
          "Missing or invalid client_assertion_type - must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'",
        )
      const assertion = form.get('client_assertion')
      if (!assertion) return refused('Missing client_assertion')
      const checked = checkAssertion(assertion, deps.applications, deps.url(), now())
      if (typeof checked === 'string') return refused(checked)
      if (used.has(checked.jti)) return refused('Non-unique jti claim in client_assertion JWT')
      used.add(checked.jti)
      const token = deps.ids()
      given.set(token, { application: checked.application, until: now() + deps.lifetimeSeconds })
      return {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: {
          access_token: token,
          expires_in: String(deps.lifetimeSeconds - 1),
          token_type: 'Bearer',
          issued_at: String(deps.clock().getTime()),
        },
      }
    },
    holder(token) {
      const found = given.get(token)
      return found && found.until > now() ? found.application : undefined
    },
    revokeAll: () => given.clear(),
  }
}

/** What is wrong with it, or whose it is. */
function checkAssertion(assertion: string, applications: readonly Application[], url: string, now: number) {
  const [header64 = '', claims64 = '', signature64 = '', more] = assertion.split('.')
  const header = decoded(header64)
  const claims = decoded(claims64)
  if (!header || !claims || more !== undefined) return 'Malformed JWT in client_assertion'
  if (header['alg'] !== 'RS512') return "Invalid 'alg' header in JWT - unsupported JWT algorithm - must be 'RS512'"
  if (header['typ'] !== 'JWT') return "Invalid 'typ' header in JWT - must be 'JWT'"
  if (typeof header['kid'] !== 'string') return "Missing 'kid' header in JWT"
  const { iss, sub, aud, jti, exp } = claims
  if (typeof iss !== 'string' || iss !== sub) return 'Missing or non-matching iss/sub claims in JWT'
  const application = applications.find(({ apiKey }) => apiKey === iss)
  if (!application) return 'Invalid iss/sub claims in JWT'
  if (header['kid'] !== application.keyId) return "Invalid 'kid' header in JWT - no matching public key"
  if (aud !== url) return 'Missing or invalid aud claim in JWT'
  if (typeof jti !== 'string' || jti === '') return 'Missing or invalid jti claim in JWT'
  if (typeof exp !== 'number' || !Number.isInteger(exp))
    return 'Missing or invalid exp claim in JWT - must be an integer'
  if (exp <= now) return 'Invalid exp claim in JWT - JWT has expired'
  if (exp > now + 300) return 'Invalid exp claim in JWT - more than 5 minutes in future'
  const signature = Buffer.from(signature64, 'base64url')
  if (!verify('sha512', Buffer.from(`${header64}.${claims64}`), application.publicKey, signature))
    return 'JWT signature verification failed'
  return { application, jti }
}

function decoded(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const refused = (description: string, status = 400): Said => ({
  status,
  wrong: description,
  headers: { 'content-type': 'application/json' },
  body: { error: 'invalid_request', error_description: description },
})
