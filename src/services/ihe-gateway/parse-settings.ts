import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { Problem } from '../../kernel/problem.ts'
import { parseOdsCode } from '../../standards/nhs/ods-code.ts'
import type { Community, GatewaySettings } from './settings.ts'
import type { Areas } from './sources/port.ts'

const closed = { additionalProperties: false }
const text = Type.String({ minLength: 1 })
const oid = Type.String({ pattern: '^[0-2](\\.(0|[1-9][0-9]*))+$', maxLength: 64 })
const home = Type.String({ pattern: '^urn:oid:[0-2](\\.(0|[1-9][0-9]*))+$', maxLength: 72 })
const transaction = Type.Union([
  Type.Literal('ITI-38'),
  Type.Literal('ITI-39'),
  Type.Literal('ITI-47'),
  Type.Literal('ITI-55'),
])
const seconds = (standing: number, maximum = 1_000_000) => Type.Integer({ minimum: 0, maximum, default: standing })

const issuer = Type.Object(
  {
    /** As it stands in the assertion. */
    issuer: text,
    /** PEM files: certificates or public keys that sign, and authorities whose certificates may. */
    certificateFiles: Type.Array(text, { default: [] }),
    authorityFiles: Type.Array(text, { default: [] }),
    /** DNS names or common names: of the authorities' certificates only those that are for one of them. */
    certificateNames: Type.Array(text, { default: [] }),
    /** homeCommunityIds it speaks for. */
    communities: Type.Array(home, { minItems: 1 }),
  },
  closed,
)
const community = Type.Object(
  {
    id: home,
    name: text,
    transactions: Type.Array(transaction, { default: ['ITI-38', 'ITI-39', 'ITI-47', 'ITI-55'] }),
    purposes: Type.Array(text, { default: ['TREATMENT'] }),
    patientIdRoots: Type.Array(oid, { default: [] }),
    organisations: Type.Array(Type.Object({ name: text, odsCode: text }, closed), { minItems: 1 }),
    clientCertificates: Type.Array(Type.String({ pattern: '^([0-9a-fA-F]{2}:?){32}$' }), { default: [] }),
  },
  closed,
)
/** sources/port.ts `Areas`; each is passed on as it stands. */
const areas = Type.Record(Type.String(), Type.Object({}, { additionalProperties: true }))

/** The whole of a GP record. */
export const everyArea: Areas = {
  allergies: { resolved: true },
  medication: { prescriptionIssues: true },
  consultations: {},
  problems: {},
  immunisations: { notGiven: true },
  uncategorisedData: {},
  investigations: {},
  referrals: {},
  diaryEntries: {},
}

const schema = Type.Object(
  {
    homeCommunityId: home,
    repositoryUniqueId: oid,
    deviceId: oid,
    offer: Type.Array(Type.Union([Type.Literal('on-demand'), Type.Literal('delayed')]), {
      minItems: 1,
      default: ['on-demand', 'delayed'],
    }),
    documentLifetimeSeconds: seconds(4 * 3600),
    areas: Type.Optional(areas),
    xua: Type.Object(
      {
        audiences: Type.Array(text, { minItems: 1 }),
        clockSkewSeconds: seconds(60, 600),
        assertionUse: Type.Union([Type.Literal('once'), Type.Literal('until-expiry')], { default: 'once' }),
        issuers: Type.Array(issuer, { minItems: 1 }),
      },
      closed,
    ),
    communities: Type.Array(community, { minItems: 1 }),
    replyTo: Type.Array(Type.String({ pattern: '^https://\\S+$' }), { default: [] }),
    audit: Type.Object(
      {
        sourceId: text,
        enterpriseSiteId: Type.String({ default: 'weft' }),
        /** The audit record repository. */
        syslog: Type.Optional(
          Type.Object(
            {
              host: text,
              port: Type.Integer({ minimum: 1, maximum: 65535, default: 6514 }),
              keyFile: Type.Optional(text),
              certFile: Type.Optional(text),
              caFile: Type.Optional(text),
            },
            closed,
          ),
        ),
      },
      closed,
    ),
    /** A listener for client certificates, beside the plain one. */
    mutualTls: Type.Optional(
      Type.Object(
        {
          host: Type.String({ default: '0.0.0.0' }),
          port: Type.Integer({ minimum: 0, maximum: 65535, default: 8443 }),
          keyFile: text,
          certFile: text,
          caFile: text,
        },
        closed,
      ),
    ),
    /** Who may say, in a header, with which client certificate a request came: SHA-256 fingerprint in hex. */
    proxy: Type.Optional(
      Type.Object(
        { addresses: Type.Array(text, { minItems: 1 }), certificateHeader: Type.String({ pattern: '^[a-z0-9-]+$' }) },
        closed,
      ),
    ),
    maxRequestBytes: Type.Integer({ minimum: 10_000, maximum: 50_000_000, default: 1_000_000 }),
  },
  closed,
)
type Parsed = Static<typeof schema>
export type SyslogSettings = NonNullable<Parsed['audit']['syslog']>
export type MutualTlsSettings = NonNullable<Parsed['mutualTls']>
export type ProxySettings = NonNullable<Parsed['proxy']>
export type InstalledGateway = {
  readonly settings: GatewaySettings
  readonly syslog?: SyslogSettings
  readonly mutualTls?: MutualTlsSettings
  readonly proxy?: ProxySettings
}

/** Whose key a file holds: it signs assertions, or the certificates of those that do. */
export type KeyHolder = 'issuer' | 'authority'

/** What the file of gateway settings holds. `read` gives the text of a file it names. Throws a Problem that names everything wrong. */
export function parseGatewaySettings(
  value: unknown,
  read: (file: string, holder: KeyHolder) => string,
): InstalledGateway {
  const filled = Value.Default(schema, structuredClone(value))
  if (!Value.Check(schema, filled)) {
    const found = [...Value.Errors(schema, filled)].map((error) => `${error.instancePath || '/'} ${error.message}`)
    throw new Problem('invalid', `Gateway settings: ${found.join('; ')}`)
  }
  const unknownArea = Object.keys(filled.areas ?? {}).find((area) => !Object.hasOwn(everyArea, area))
  if (unknownArea) throw new Problem('invalid', `Gateway settings: /areas/${unknownArea} is no area of a GP record`)
  const communities = filled.communities.map(
    (one, index): Community => ({
      ...one,
      clientCertificates: one.clientCertificates.map((fingerprint) => fingerprint.replaceAll(':', '').toLowerCase()),
      organisations: one.organisations.map(({ name, odsCode }) => {
        const code = parseOdsCode(odsCode)
        if (!code) throw new Problem('invalid', `Gateway settings: /communities/${index}: ${odsCode} is no ODS code`)
        return { name, odsCode: code }
      }),
    }),
  )
  const issuers = filled.xua.issuers.map(({ certificateFiles, authorityFiles, ...issuer }) => {
    if (certificateFiles.length + authorityFiles.length === 0)
      throw new Problem(
        'invalid',
        `Gateway settings: the issuer ${issuer.issuer} has neither certificateFiles nor authorityFiles`,
      )
    return {
      ...issuer,
      certificates: certificateFiles.map((name) => read(name, 'issuer')),
      authorities: authorityFiles.map((name) => read(name, 'authority')),
    }
  })
  const { audit, areas: asked, mutualTls, proxy, ...rest } = filled
  return {
    settings: {
      ...rest,
      areas: (asked as Areas | undefined) ?? everyArea,
      xua: { ...filled.xua, issuers },
      communities,
      audit: { sourceId: audit.sourceId, enterpriseSiteId: audit.enterpriseSiteId },
    },
    ...(audit.syslog && { syslog: audit.syslog }),
    ...(mutualTls && { mutualTls }),
    ...(proxy && { proxy }),
  }
}
