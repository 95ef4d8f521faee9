import { interactionIds } from '../../src/standards/nhs/interaction-ids.ts'
import type { ProviderAsked } from './gp-connect/provider.ts'
import type { Asked, Said } from './http.ts'
import { proxyOutcome } from './outcome.ts'
import type { SimulatedPractice, World } from './world.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const operation = '/Patient/$gpc.getstructuredrecord'

/**
 * The Spine Secure Proxy: who may speak to whom, about what, at exactly which address.
 * https://developer.nhs.uk/apis/spine-core-1-0/ssp_implementation_guide.html
 */
export function spineProxy(deps: {
  readonly world: World
  readonly provider: (asked: ProviderAsked) => Promise<Said>
  readonly ids: () => string
}): (asked: Asked) => Promise<Said> {
  const { world, provider, ids } = deps
  const refuse = (status: number, issue: string, text: string) => proxyOutcome(status, issue, text, ids().toUpperCase())

  return async (asked) => {
    if (asked.method !== 'POST') return refuse(405, 'not-supported', 'METHOD_NOT_ALLOWED')
    const header = (name: string) => asked.headers[name] ?? ''
    const [traceId, from, to] = [header('ssp-traceid'), header('ssp-from'), header('ssp-to')]
    const interactionId = header('ssp-interactionid')
    for (const [name, value] of Object.entries({
      'Ssp-TraceID': traceId,
      'Ssp-From': from,
      'Ssp-To': to,
      'Ssp-InteractionID': interactionId,
    }))
      if (!value) return refuse(400, 'invalid', `MISSING_HEADER_${name}`)
    if (!uuid.test(traceId)) return refuse(400, 'invalid', 'INVALID_HEADER_Ssp-TraceID')
    if (!/^application\/fhir\+json\b/.test(header('content-type')))
      return refuse(415, 'not-supported', 'UNSUPPORTED_MEDIA_TYPE')

    const consumer = world.consumers.find(({ asid }) => asid === from)
    if (!consumer || consumer.commonName !== asked.client)
      return refuse(403, 'forbidden', `ASID_CHECK_FAILED_MESSAGESENDER_${from}`)
    const practice = [...world.practices.values()].find(({ asid }) => asid === to)
    if (!practice || interactionId !== interactionIds.getStructuredRecord)
      return refuse(403, 'forbidden', `PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_${to}`)
    if (consumer.refusedBy?.includes(practice.odsCode))
      return refuse(403, 'forbidden', `FOT_CHECK_FAILED_MESSAGESENDER_${from}_MESSAGERECEIVER_${to}`)

    const url = asked.target.slice(1)
    if (url !== urlOf(practice)) {
      const registered = `ENDPOINT_${practice.address}_CPAID_S${practice.asid}_VARIES_FROM_TARGETURL_${url}`
      return refuse(400, 'invalid', registered)
    }
    if (practice.state === 'unreachable') return refuse(502, 'transient', `ERROR_COMMUNICATING_TO_ENDPOINT_URL_${url}`)
    return provider({ asked, practice, consumerOdsCode: consumer.odsCode, traceId })
  }
}

const urlOf = ({ address }: SimulatedPractice) => `${address.replace(/\/$/, '')}${operation}`
