import type { Call, Ids } from '../../../kernel/ports.ts'
import type { ReadThrough } from '../../../platform/cache/port.ts'
import { splitAddress, type Transport } from '../../../platform/http/port.ts'
import {
  asidSystem,
  interactionIdSystem,
  interactionIds,
  partyKeySystem,
} from '../../../standards/nhs/interaction-ids.ts'
import { type OdsCode, odsCodeSystem } from '../../../standards/nhs/ods-code.ts'
import type { Tracer } from '../../../platform/telemetry/port.ts'
import { cached } from '../cached.ts'
import type { Unavailable } from './port.ts'
import type { NhsSettings } from './settings.ts'
import { badAnswer, isObject, type Json, jsonOf, notReached, objects, text, unavailable } from './upstream.ts'

/** Where a practice's GP Connect is. The address goes on the wire as it stands here. */
export type Route = { readonly outcome: 'route'; readonly address: string; readonly asid: string }
export type RouteAnswer = Route | { readonly outcome: 'practice-disabled'; readonly practice: OdsCode } | Unavailable

export type SdsDeps = {
  readonly settings: NhsSettings
  readonly transport: Transport
  readonly readThrough: ReadThrough
  readonly tracer: Tracer
  readonly ids: Ids
  readonly traceparent: (call: Call) => string | undefined
}
/** `fresh`: what was kept has just proved wrong, so neither our cache nor the NHS's own is asked. */
export type Sds = (call: Call, practice: OdsCode, options?: { readonly fresh?: boolean }) => Promise<RouteAnswer>

/**
 * Endpoint, its party key, and with that the Device: asked straight for the Device, SDS may give the ASID with which the
 * practice itself asks others. https://digital.nhs.uk/developer/api-catalogue/spine-directory-service-fhir
 */
export function sds(deps: SdsDeps): Sds {
  return async (call, practice, { fresh = false } = {}) => {
    try {
      const { value } = await cached<RouteAnswer>(
        deps,
        call,
        {
          key: { kind: 'sds', subject: practice, view: interactionIds.getStructuredRecord },
          ttlSeconds: deps.settings.cacheSeconds.endpoint,
          encode: (answer) => (answer.outcome === 'route' ? Buffer.from(JSON.stringify(answer)) : undefined),
          decode(kept) {
            const route = jsonOf(kept)
            const [address, asid] = isObject(route) ? [text(route['address']), text(route['asid'])] : []
            return address && asid ? { outcome: 'route', address, asid } : undefined
          },
          fresh,
        },
        (loading) => lookUp(deps, loading, practice, fresh),
      )
      return value
    } catch (thrown) {
      return notReached('sds', thrown, call.signal)
    }
  }
}

async function lookUp(deps: SdsDeps, call: Call, practice: OdsCode, fresh: boolean): Promise<RouteAnswer> {
  const interaction = ['identifier', `${interactionIdSystem}|${interactionIds.getStructuredRecord}`] as const
  const organisation = ['organization', `${odsCodeSystem}|${practice}`] as const
  const endpoints = await ask(deps, call, '/Endpoint', [organisation, interaction], fresh)
  if (!Array.isArray(endpoints)) return endpoints
  const usable = endpoints.flatMap((endpoint) => {
    const [address, partyKey] = [text(endpoint['address']), identifier(endpoint, partyKeySystem)]
    return address && partyKey ? [{ address, partyKey }] : []
  })
  const [endpoint] = usable
  if (!endpoint) return { outcome: 'practice-disabled', practice }

  const partyKey = ['identifier', `${partyKeySystem}|${endpoint.partyKey}`] as const
  const devices = await ask(deps, call, '/Device', [organisation, interaction, partyKey], fresh)
  if (!Array.isArray(devices)) return devices
  const asids = devices
    .filter((device) => identifier(device, partyKeySystem) === endpoint.partyKey)
    .flatMap((device) => identifier(device, asidSystem) ?? [])
  const [asid] = asids
  return asid ? { outcome: 'route', address: endpoint.address, asid } : { outcome: 'practice-disabled', practice }
}

async function ask(
  deps: SdsDeps,
  call: Call,
  path: '/Endpoint' | '/Device',
  query: readonly (readonly [string, string])[],
  fresh: boolean,
): Promise<Json[] | Unavailable> {
  const encoded = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const address = splitAddress(`${deps.settings.sds.baseUrl}${path}?${encoded}`)
  if (!address) return unavailable('sds', 'not-configured', 'The address of SDS is no address')
  const traceparent = deps.traceparent(call)
  const response = await deps.transport(
    {
      method: 'GET',
      ...address,
      headers: {
        accept: 'application/fhir+json',
        apikey: deps.settings.sds.apiKey,
        'x-correlation-id': deps.ids(),
        ...(fresh && { 'cache-control': 'no-cache' }),
        ...(traceparent && { traceparent }),
      },
      safe: true,
    },
    call.signal,
  )
  const { status } = response
  if (status === 401 || status === 403) return unavailable('sds', 'access-denied', `SDS answered with status ${status}`)
  if (status === 429) return unavailable('sds', 'busy', 'SDS answered with status 429')
  if (status === 504) return unavailable('sds', 'timeout', 'SDS answered with status 504')
  if (status === 400) return unavailable('sds', 'bad-request', 'SDS answered with status 400')
  const body = jsonOf(response.body)
  if (status !== 200 || !isObject(body) || body['resourceType'] !== 'Bundle') return badAnswer('sds', response)
  return objects(body['entry']).flatMap(({ resource }) => (isObject(resource) ? [resource] : []))
}

const identifier = (resource: Json, system: string) =>
  text(objects(resource['identifier']).find((one) => one['system'] === system)?.['value'])
