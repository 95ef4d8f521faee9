import type { KeyObject } from 'node:crypto'
import type { Call, Clock, Ids } from '../../../kernel/ports.ts'
import { splitAddress, type Transport } from '../../../platform/http/port.ts'
import { clientAssertion, clientAssertionType } from '../../../standards/nhs/client-assertion.ts'
import { type Persistence, persistently } from './persistently.ts'
import type { Unavailable } from './port.ts'
import type { NhsSettings } from './settings.ts'
import { isObject, jsonOf, notReached, text, unavailable, within } from './upstream.ts'

export type AccessTokens = {
  get(call: Call): Promise<string | Unavailable>
  /** `refused` was answered with 401: everybody who comes with it gets the same new one. */
  renew(refused: string, call: Call): Promise<string | Unavailable>
}
export type AccessTokenDeps = {
  readonly settings: NhsSettings['token']
  readonly transport: Transport
  readonly signingKey: () => KeyObject
  readonly persistence: Persistence
  readonly clock: Clock
  readonly ids: Ids
  readonly traceparent: (call: Call) => string | undefined
}

type Held = { readonly token: string; readonly until: number }
/** A token that is about to end is not sent on its way. */
const marginMs = 10_000
const always = new AbortController().signal

/**
 * Application-restricted access, kept until it ends; one request however many wait.
 * https://digital.nhs.uk/developer/guides-and-documentation/security-and-authorisation/application-restricted-restful-apis-signed-jwt-authentication
 */
export function accessTokens(deps: AccessTokenDeps): AccessTokens {
  let held: Held | undefined
  let coming: Promise<Held | Unavailable> | undefined

  const get = async (call: Call): Promise<string | Unavailable> => {
    if (held && held.until > deps.clock().getTime()) return held.token
    coming ??= persistently(deps.persistence, always, (attempt) => request(deps, call, attempt)).finally(() => {
      coming = undefined
    })
    const found = await within(coming, call.signal).catch((thrown: unknown) => notReached('token', thrown, call.signal))
    if ('outcome' in found) return found
    held = found
    return found.token
  }
  return {
    get,
    async renew(refused, call) {
      if (held?.token === refused) held = undefined
      return get(call)
    },
  }
}

/** For whoever comes meanwhile too; `call` came first. */
async function request(deps: AccessTokenDeps, call: Call, attempt: number): Promise<Held | Unavailable> {
  const { settings, transport, clock, ids } = deps
  const now = clock().getTime()
  const address = splitAddress(settings.url)
  if (!address) return unavailable('token', 'not-configured', 'The token URL is no address')
  const assertion = clientAssertion(
    {
      apiKey: settings.apiKey,
      keyId: settings.keyId,
      audience: settings.url,
      jti: ids(),
      issuedAt: Math.floor(now / 1000),
    },
    deps.signingKey(),
  )
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: clientAssertionType,
    client_assertion: assertion,
  })
  const traceparent = deps.traceparent(call)
  try {
    const response = await transport(
      {
        method: 'POST',
        ...address,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
          ...(traceparent && { traceparent }),
        },
        body: form.toString(),
        // The jti inside may be used once.
        safe: false,
        attempt,
      },
      always,
    )
    const body = jsonOf(response.body)
    const answer = isObject(body) ? body : {}
    if (response.status >= 500) return unavailable('token', 'unreachable', `Answered with status ${response.status}`)
    if (response.status !== 200)
      return unavailable('token', 'access-denied', `No token: ${text(answer['error']) ?? `status ${response.status}`}`)
    const token = text(answer['access_token'])
    // Written as text by this endpoint, and as a number by others.
    const seconds = Number(answer['expires_in'])
    if (!token || !(seconds > 0)) return unavailable('token', 'bad-answer', 'No access_token or no expires_in')
    return { token, until: now + Math.max(1000, seconds * 1000 - marginMs) }
  } catch (thrown) {
    return notReached('token', thrown, always)
  }
}
