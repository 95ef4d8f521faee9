import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { Problem } from '../../../kernel/problem.ts'
import { type OdsCode, parseOdsCode } from '../../../standards/nhs/ods-code.ts'

const url = (description: string) =>
  Type.String({ pattern: '^https?://[^\\s/]+[^\\s]*[^\\s/]$|^https?://[^\\s/]+$', description })
const text = (description: string) => Type.String({ minLength: 1, description })
const count = (standing: number, description: string, maximum = 1_000_000_000) =>
  Type.Integer({ minimum: 1, maximum, default: standing, description })
const closed = { additionalProperties: false }

const organisation = Type.Object(
  {
    odsCode: text('Its code in the Organisation Data Service.'),
    name: text('As it stands in the JWT.'),
    asid: Type.String({
      pattern: '^\\d{1,12}$',
      description: "ASID of this organisation's own system, never of who hosts it.",
    }),
    communities: Type.Array(Type.String({ pattern: '^urn:oid:[0-2](\\.\\d+)+$' }), {
      minItems: 1,
      description: "homeCommunityIds whose requests are this organisation's.",
    }),
    tls: Type.Object(
      {
        keyFile: text('PEM: key of the certificate that Spine knows.'),
        certFile: text('PEM: the certificate, with what leads to its authority.'),
        caFile: Type.Optional(text("PEM: authorities of the proxy's certificate; the machine's own when absent.")),
      },
      { ...closed, description: 'Mutual TLS with the Spine Secure Proxy. Read again when the files change.' },
    ),
    issuer: Type.Optional(url("`iss` of the JWT, when not the installation's.")),
  },
  { ...closed, description: 'One installation asks for several organisations, each as itself.' },
)

/** What `parseNhsSettings` takes; docs/reference/nhs-settings.md is printed from it. */
export const nhsSettingsSchema = Type.Object(
  {
    token: Type.Object(
      {
        url: url('The OAuth 2.0 token endpoint.'),
        apiKey: text("The application's API key: `iss` and `sub` of the assertion."),
        keyId: text('`kid` of the key.'),
        privateKeyFile: text('PEM: the RSA key that signs the assertion. Read again when it changes.'),
        timeoutMs: count(5000, 'How long one request may take.'),
      },
      { ...closed, description: 'Access to PDS: signed JWT authentication, RS512.' },
    ),
    pds: Type.Object(
      {
        baseUrl: url('Without `/Patient`.'),
        perSecond: count(
          5,
          'Requests that may start within a second: in all processes that share a Redis, else in each.',
        ),
        maxQueue: count(100, 'Requests that may wait for their turn; more are refused as busy.'),
        timeoutMs: count(5000, 'How long one request may take.'),
      },
      { ...closed, description: 'Personal Demographics Service, FHIR R4.' },
    ),
    sds: Type.Object(
      {
        baseUrl: url('Without `/Endpoint`.'),
        apiKey: text('Sent as `apikey`.'),
        timeoutMs: count(5000, 'How long one request may take.'),
      },
      { ...closed, description: 'Spine Directory Service, FHIR R4.' },
    ),
    spine: Type.Object(
      {
        proxyUrl: url('In front of the address that SDS gives.'),
        timeoutMs: count(30_000, 'How long one record may take.'),
      },
      { ...closed, description: 'The Spine Secure Proxy.' },
    ),
    issuer: url('`iss` of the GP Connect JWT: the URL of this system.'),
    device: Type.Object(
      {
        system: text('System of the identifier.'),
        identifier: text('Which system asks.'),
        model: text('Product.'),
        version: text('Version of the product.'),
      },
      { ...closed, description: '`requesting_device` of the JWT.' },
    ),
    userIdSystem: text('System of the user ids in the assertions: the local identifier of `requesting_practitioner`.'),
    organisations: Type.Array(organisation, { minItems: 1, description: 'On whose behalf is asked.' }),
    caFile: Type.Optional(text("PEM: authorities of the token endpoint, PDS and SDS; the machine's own when absent.")),
    cacheSeconds: Type.Object(
      {
        record: count(4 * 3600, 'A GP record.'),
        patient: count(24 * 3600, 'A patient of PDS.'),
        endpoint: count(12 * 3600, 'Where a practice is; looked up again at once when Spine refuses it.'),
      },
      { ...closed, default: {}, description: 'How long answers are kept.' },
    ),
    retry: Type.Object(
      {
        attempts: count(3, 'The first one counts.', 10),
        baseMs: count(200, 'Wait before the second; doubles, with chance.'),
        maxMs: count(2000, 'Longest wait.'),
      },
      { ...closed, default: {}, description: 'Where asking twice does no harm.' },
    ),
    breaker: Type.Object(
      {
        failures: count(5, 'In a row, after which an upstream, or one practice, is left alone.'),
        openMs: count(10_000, 'For how long; then one request tries.'),
      },
      { ...closed, default: {}, description: 'Circuit breaker.' },
    ),
  },
  closed,
)

type Parsed = Static<typeof nhsSettingsSchema>
export type OrganisationSettings = Omit<Parsed['organisations'][number], 'odsCode'> & { readonly odsCode: OdsCode }
/** How to reach the NHS, and as whom. Files are named, never their contents. */
export type NhsSettings = Omit<Parsed, 'organisations'> & { readonly organisations: readonly OrganisationSettings[] }

/**
 * What the file of NHS settings holds, with its defaults filled in. Throws a Problem that names everything wrong. `place`
 * says where a named file is.
 */
export function parseNhsSettings(value: unknown, place: (file: string) => string = (file) => file): NhsSettings {
  const filled = Value.Default(nhsSettingsSchema, structuredClone(value))
  if (!Value.Check(nhsSettingsSchema, filled)) {
    const found = [...Value.Errors(nhsSettingsSchema, filled)].map(
      (error) => `${error.instancePath || '/'} ${error.message}`,
    )
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
