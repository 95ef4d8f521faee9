import {
  asidSystem,
  interactionIdSystem,
  interactionIds,
  partyKeySystem,
} from '../../src/standards/nhs/interaction-ids.ts'
import { odsCodeSystem } from '../../src/standards/nhs/ods-code.ts'
import type { Asked, Said } from './http.ts'
import type { SimulatedPractice, World } from './world.ts'

type Query = { organisation: string | undefined; interaction: string | undefined; partyKey: string | undefined }

/** The Spine Directory Service. https://digital.nhs.uk/developer/api-catalogue/spine-directory-service-fhir */
export function sdsEndpoint(deps: {
  readonly world: World
  readonly apiKeys: readonly string[]
  readonly ids: () => string
}) {
  return (asked: Asked, path: string): Said => {
    if (!deps.apiKeys.includes(asked.headers['apikey'] ?? ''))
      return wrong(401, 'login', 'Missing or invalid apikey header')
    if (asked.method !== 'GET') return wrong(405, 'not-supported', 'HTTP operation not supported')
    if (path !== '/Device' && path !== '/Endpoint') return wrong(404, 'not-found', 'HTTP endpoint not found')
    const accept = asked.headers['accept'] ?? '*/*'
    if (!/application\/(fhir\+)?json|\*\/\*/.test(accept)) return wrong(406, 'not-supported', 'Unsupported media type')
    const query = read(asked.query, path)
    if (typeof query === 'string') return wrong(400, 'required', query)
    const resources = path === '/Endpoint' ? endpoints(query, deps.world) : devices(query, deps.world)
    return { status: 200, body: searchset(resources, asked, deps.ids) }
  }
}

function read(query: URLSearchParams, path: string): Query | string {
  const allowed =
    path === '/Device' ? ['organization', 'identifier', 'manufacturing-organization'] : ['organization', 'identifier']
  for (const name of query.keys()) if (!allowed.includes(name)) return `Illegal query parameters: ${name}`
  const tokens = (name: string) => query.getAll(name).map((token) => token.split(/\|(.*)/s))
  const identifiers = tokens('identifier')
  for (const [system, value] of identifiers) {
    if (system !== interactionIdSystem && system !== partyKeySystem)
      return "Unsupported identifier system in 'identifier'"
    if (!value) return "Missing value in query parameter 'identifier'"
  }
  const [organisation] = tokens('organization')
  if (organisation && (organisation[0] !== odsCodeSystem || !organisation[1]))
    return `Missing or invalid 'organization' query parameter. Should be 'organization=${odsCodeSystem}|value'`
  const of = (system: string) => identifiers.find((identifier) => identifier[0] === system)?.[1]
  const found = { organisation: organisation?.[1], interaction: of(interactionIdSystem), partyKey: of(partyKeySystem) }
  if (path === '/Device' && !(found.organisation && found.interaction))
    return "Missing or invalid 'organization' or 'identifier' query parameter"
  if ([found.organisation, found.interaction, found.partyKey].filter(Boolean).length < 2)
    return 'Unsupported combination of query parameters'
  return found
}

function matching({ organisation, interaction, partyKey }: Query, world: World): SimulatedPractice[] {
  if (interaction && interaction !== interactionIds.getStructuredRecord) return []
  return [...world.practices.values()].filter(
    (practice) =>
      practice.sds !== 'none' &&
      (!organisation || practice.odsCode === organisation) &&
      (!partyKey || practice.partyKey === partyKey),
  )
}

function endpoints(query: Query, world: World): Found[] {
  return matching(query, world).map((practice) => ({
    resourceType: 'Endpoint',
    id: idOf(practice.asid, 'e'),
    status: 'active',
    connectionType: {
      system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
      code: 'hl7-fhir-msg',
      display: 'HL7 FHIR Messaging',
    },
    payloadType: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/endpoint-payload-type', code: 'any', display: 'Any' },
        ],
      },
    ],
    address: practice.sds === 'blank-address' ? '' : practice.address,
    managingOrganization: { identifier: { system: odsCodeSystem, value: practice.odsCode } },
    identifier: [{ system: partyKeySystem, value: practice.partyKey }],
    extension: [interactionExtension],
  }))
}

function devices(query: Query, world: World): Found[] {
  const device = (practice: SimulatedPractice, asid: string, partyKey: string) => ({
    resourceType: 'Device',
    id: idOf(asid, 'd'),
    identifier: [
      { system: asidSystem, value: asid },
      { system: partyKeySystem, value: partyKey },
    ],
    extension: [interactionExtension],
    owner: { identifier: { system: odsCodeSystem, value: practice.odsCode } },
  })
  return matching({ ...query, partyKey: undefined }, world).flatMap((practice) => {
    const consumerKey = `${practice.partyKey}-C`
    const all = [
      ...(practice.consumerAsid ? [{ asid: practice.consumerAsid, partyKey: consumerKey }] : []),
      { asid: practice.sds === 'blank-asid' ? '' : practice.asid, partyKey: practice.partyKey },
    ]
    return all
      .filter(({ partyKey }) => !query.partyKey || partyKey === query.partyKey)
      .map(({ asid, partyKey }) => device(practice, asid, partyKey))
  })
}

const interactionExtension = {
  url: 'https://fhir.nhs.uk/StructureDefinition/Extension-SDS-NhsServiceInteractionId',
  valueReference: { identifier: { system: interactionIdSystem, value: interactionIds.getStructuredRecord } },
}

const idOf = (asid: string, kind: 'd' | 'e') =>
  `00000000-0000-4000-8000-${kind}${(asid || '0').padStart(11, '0').slice(-11)}`

type Found = { readonly resourceType: string; readonly id: string }

function searchset(resources: readonly Found[], asked: Asked, ids: () => string) {
  const base = 'https://api.service.nhs.uk'
  return {
    resourceType: 'Bundle',
    id: ids().toUpperCase(),
    type: 'searchset',
    total: resources.length,
    link: [{ relation: 'self', url: `${base}${asked.target}` }],
    entry: resources.map((resource) => ({
      fullUrl: `${base}/spine-directory/FHIR/R4/${resource.resourceType}/${resource.id}`,
      resource,
      search: { mode: 'match' },
    })),
  }
}

const wrong = (status: number, code: string, diagnostics: string): Said => ({
  status,
  wrong: diagnostics,
  body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code, diagnostics }] },
})
