import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { Problem } from '../../../kernel/problem.ts'
import { type OdsCode, parseOdsCode } from '../../../standards/nhs/ods-code.ts'

const url = Type.String({ pattern: '^https?://[^\\s/]+[^\\s]*[^\\s/]$|^https?://[^\\s/]+$' })
const text = Type.String({ minLength: 1 })
const count = (standing: number, maximum = 1_000_000_000) => Type.Integer({ minimum: 1, maximum, default: standing })
const closed = { additionalProperties: false }

/** One installation asks for several organisations: each with its own ASID, ODS code, certificate and communities. */
const organisation = Type.Object(
  {
    odsCode: text,
    name: text,
    /** Of this organisation's system, never of who hosts it. */
    asid: Type.String({ pattern: '^\\d{1,12}$' }),
    /** homeCommunityIds whose requests are this organisation's. */
    communities: Type.Array(Type.String({ pattern: '^urn:oid:[0-2](\\.\\d+)+$' }), { minItems: 1 }),
    tls: Type.Object({ keyFile: text, certFile: text, caFile: Type.Optional(text) }, closed),
    /** Where the organisation's requests come from (`iss` of the JWT), when not the installation's. */
    issuer: Type.Optional(url),
  },
  closed,
)

const schema = Type.Object(
  {
    token: Type.Object({ url, apiKey: text, keyId: text, privateKeyFile: text, timeoutMs: count(5000) }, closed),
    pds: Type.Object({ baseUrl: url, perSecond: count(5), maxQueue: count(100), timeoutMs: count(5000) }, closed),
    sds: Type.Object({ baseUrl: url, apiKey: text, timeoutMs: count(5000) }, closed),
    /** The Spine Secure Proxy. */
    spine: Type.Object({ proxyUrl: url, timeoutMs: count(30_000) }, closed),
    issuer: url,
    device: Type.Object({ system: text, identifier: text, model: text, version: text }, closed),
    /** System of the user ids in the requests. */
    userIdSystem: text,
    organisations: Type.Array(organisation, { minItems: 1 }),
    /** Trusted for the token endpoint, PDS and SDS; the machine's own when absent. */
    caFile: Type.Optional(text),
    cacheSeconds: Type.Object(
      { record: count(4 * 3600), patient: count(24 * 3600), endpoint: count(12 * 3600) },
      { ...closed, default: {} },
    ),
    retry: Type.Object({ attempts: count(3, 10), baseMs: count(200), maxMs: count(2000) }, { ...closed, default: {} }),
    breaker: Type.Object({ failures: count(5), openMs: count(10_000) }, { ...closed, default: {} }),
  },
  closed,
)

type Parsed = Static<typeof schema>
export type OrganisationSettings = Omit<Parsed['organisations'][number], 'odsCode'> & { readonly odsCode: OdsCode }
/** How to reach the NHS, and as whom. Files are named, never their contents. */
export type NhsSettings = Omit<Parsed, 'organisations'> & { readonly organisations: readonly OrganisationSettings[] }

/**
 * What the file of NHS settings holds, with its defaults filled in. Throws a Problem that names everything wrong. `place`
 * says where a named file is.
 */
export function parseNhsSettings(value: unknown, place: (file: string) => string = (file) => file): NhsSettings {
  const filled = Value.Default(schema, structuredClone(value))
  if (!Value.Check(schema, filled)) {
    const found = [...Value.Errors(schema, filled)].map((error) => `${error.instancePath || '/'} ${error.message}`)
    throw new Problem('invalid', `NHS settings: ${found.join('; ')}`)
  }
  const organisations = filled.organisations.map((one, index) => {
    const odsCode = parseOdsCode(one.odsCode)
    if (!odsCode) throw new Problem('invalid', `NHS settings: /organisations/${index}/odsCode is no ODS code`)
    const { keyFile, certFile, caFile } = one.tls
    const tls = { keyFile: place(keyFile), certFile: place(certFile), ...(caFile && { caFile: place(caFile) }) }
    return { ...one, odsCode, tls }
  })
  const wrong = ambiguous(organisations)
  if (wrong) throw new Problem('invalid', `NHS settings: ${wrong}`)
  return {
    ...filled,
    token: { ...filled.token, privateKeyFile: place(filled.token.privateKeyFile) },
    ...(filled.caFile && { caFile: place(filled.caFile) }),
    organisations,
  }
}

/** A community may speak for several organisations, but then each request must say for which. */
function ambiguous(organisations: readonly OrganisationSettings[]): string | undefined {
  const seen = new Set<string>()
  for (const { odsCode, communities } of organisations)
    for (const community of communities) {
      if (seen.has(`${odsCode} ${community}`)) return `${odsCode} is listed twice for ${community}`
      seen.add(`${odsCode} ${community}`)
    }
  return undefined
}

/** On whose behalf is asked. Undefined: the community may not speak for that organisation. */
export function organisationFor(
  settings: NhsSettings,
  community: string,
  odsCode: OdsCode,
): OrganisationSettings | undefined {
  return settings.organisations.find((one) => one.odsCode === odsCode && one.communities.includes(community))
}
