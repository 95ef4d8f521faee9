import type { Call, Clock, Ids } from '../../../kernel/ports.ts'
import { splitAddress, type Transport } from '../../../platform/http/port.ts'
import type { Bundle } from '../../../standards/fhir/types.ts'
import { interactionIds } from '../../../standards/nhs/interaction-ids.ts'
import { type ProviderCode, type ProxyCode, spineErrorOf } from '../../../standards/nhs/spine-errors.ts'
import { spineJwt } from '../../../standards/nhs/spine-jwt.ts'
import type { Areas, Asking, LocatedPatient, RecordAnswer, Unavailable } from './port.ts'
import { recordRequest } from './record-request.ts'
import { recordDiffersFrom } from './same-person.ts'
import type { Route } from './sds.ts'
import type { NhsSettings, OrganisationSettings } from './settings.ts'
import { badAnswer, isObject, type Json, jsonOf, notReached, unavailable } from './upstream.ts'

export type GpConnectDeps = {
  readonly settings: NhsSettings
  /** With the certificate of the organisation. */
  readonly transport: (organisation: OrganisationSettings) => Transport
  readonly clock: Clock
  readonly ids: Ids
  readonly traceparent: (call: Call) => string | undefined
}

/** A record as it came, or how it ended without one. `route-wrong`: SDS must be asked again. */
export type Fetched =
  | { readonly outcome: 'bundle'; readonly bundle: Bundle; readonly body: Buffer; readonly at: Date }
  | { readonly outcome: 'route-wrong'; readonly answer: Unavailable }
  | Exclude<RecordAnswer, { outcome: 'record' }>

export type GpConnect = (
  call: Call,
  asking: Asking,
  organisation: OrganisationSettings,
  patient: LocatedPatient,
  route: Route,
  areas: Areas,
  /** How often it was asked for, this time included. */
  attempt: number,
) => Promise<Fetched>

/** https://developer.nhs.uk/apis/gpconnect-1-5-1/accessrecord_structured_development_retrieve_patient_record.html */
export function gpConnect(deps: GpConnectDeps): GpConnect {
  return async (call, asking, organisation, patient, route, areas, attempt) => {
    const { settings, clock, ids } = deps
    const separator = route.address.endsWith('/') ? '' : '/'
    const url = `${settings.spine.proxyUrl}/${route.address}${separator}Patient/$gpc.getstructuredrecord`
    const address = splitAddress(url)
    if (!address)
      return { outcome: 'route-wrong', answer: unavailable('gp-connect', 'bad-answer', 'SDS gave no usable address') }
    const traceId = ids()
    const traceparent = deps.traceparent(call)
    try {
      const response = await deps.transport(organisation)(
        {
          method: 'POST',
          ...address,
          headers: {
            accept: 'application/fhir+json',
            'content-type': 'application/fhir+json',
            authorization: `Bearer ${tokenFor(settings, asking, organisation, route, clock())}`,
            'ssp-traceid': traceId,
            'ssp-from': organisation.asid,
            'ssp-to': route.asid,
            'ssp-interactionid': interactionIds.getStructuredRecord,
            ...(traceparent && { traceparent }),
          },
          body: JSON.stringify(recordRequest(patient.demographics.nhsNumber, areas)),
          // Reading does no harm twice, but each request needs a token and a trace id of its own.
          safe: false,
          attempt,
        },
        call.signal,
      )
      const body = jsonOf(response.body)
      if (response.status === 200 && isObject(body) && body['resourceType'] === 'Bundle') {
        const bundle = body as Bundle
        if (bundle.id !== traceId) call.log.warn('gp-connect.trace-id-differs', { requestId: call.requestId })
        return checked(bundle, patient, response.body, clock())
      }
      const error = spineErrorOf(body)
      if (error?.from === 'provider') return providerAnswers[error.code](patient)
      if (error?.from === 'proxy') return proxyAnswers[error.code]
      if (response.status === 429) return unavailable('gp-connect', 'busy', 'Answered with status 429')
      if (response.status === 504) return unavailable('gp-connect', 'timeout', 'Answered with status 504')
      return badAnswer('gp-connect', response)
    } catch (thrown) {
      return notReached('gp-connect', thrown, call.signal)
    }
  }
}

/** The record of another, or of nobody, is refused before anybody can keep or read it. */
function checked(bundle: Bundle, patient: LocatedPatient, body: Buffer, at: Date): Fetched {
  const differs = differsIn(bundle, patient)
  if (differs === undefined) return unavailable('gp-connect', 'bad-answer', 'The record has not one Patient to compare')
  return differs.length > 0 ? { outcome: 'demographics-mismatch', differs } : { outcome: 'bundle', bundle, body, at }
}

/** undefined: the record does not say whose it is. */
export function differsIn(bundle: Bundle, patient: LocatedPatient): string[] | undefined {
  const patients = (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === 'Patient' ? [resource] : [],
  )
  const [found] = patients
  if (!found || patients.length > 1) return undefined
  return recordDiffersFrom(patient.demographics, found as Json)
}

function tokenFor(
  settings: NhsSettings,
  asking: Asking,
  organisation: OrganisationSettings,
  route: Route,
  now: Date,
): string {
  const { family, given, prefix } = asking.name
  return spineJwt({
    issuer: organisation.issuer ?? settings.issuer,
    audience: route.address,
    device: settings.device,
    organisation: { odsCode: organisation.odsCode, name: organisation.name },
    practitioner: {
      id: asking.userId,
      family,
      given,
      prefix,
      ...(asking.sdsUserId && { sdsUserId: asking.sdsUserId }),
      ...(asking.sdsRoleProfileId && { sdsRoleProfileId: asking.sdsRoleProfileId }),
      localSystem: settings.userIdSystem,
    },
    issuedAt: Math.floor(now.getTime() / 1000),
  })
}

const refusedRequest = (code: ProviderCode) => () =>
  unavailable('gp-connect', 'bad-request', `The practice's system says ${code}`)

const providerAnswers: Readonly<Record<ProviderCode, (patient: LocatedPatient) => Fetched>> = {
  INVALID_NHS_NUMBER: () => ({ outcome: 'invalid-number' }),
  INVALID_PATIENT_DEMOGRAPHICS: () => ({ outcome: 'demographics-mismatch', differs: ['demographics'] }),
  NO_PATIENT_CONSENT: () => ({ outcome: 'no-consent' }),
  NO_ORGANISATION_CONSENT: () => ({ outcome: 'no-organisation-consent' }),
  NO_RELATIONSHIP: () => ({ outcome: 'no-relationship' }),
  ACCESS_DENIED: () => unavailable('gp-connect', 'access-denied', "The practice's system says ACCESS_DENIED"),
  PATIENT_NOT_FOUND: () => ({ outcome: 'patient-not-at-practice' }),
  NO_RECORD_FOUND: () => ({ outcome: 'no-record' }),
  NOT_IMPLEMENTED: ({ practice }) => ({ outcome: 'practice-disabled', practice }),
  INTERNAL_SERVER_ERROR: () =>
    unavailable('gp-connect', 'unreachable', "The practice's system says INTERNAL_SERVER_ERROR"),
  INVALID_IDENTIFIER_SYSTEM: refusedRequest('INVALID_IDENTIFIER_SYSTEM'),
  INVALID_IDENTIFIER_VALUE: refusedRequest('INVALID_IDENTIFIER_VALUE'),
  BAD_REQUEST: refusedRequest('BAD_REQUEST'),
  INVALID_RESOURCE: refusedRequest('INVALID_RESOURCE'),
  INVALID_PARAMETER: refusedRequest('INVALID_PARAMETER'),
  REFERENCE_NOT_FOUND: refusedRequest('REFERENCE_NOT_FOUND'),
}

const proxySays = (reason: Unavailable['reason'], detail: string) => unavailable('gp-connect', reason, detail)
const proxyAnswers: Readonly<Record<ProxyCode, Fetched>> = {
  'endpoint-varies': {
    outcome: 'route-wrong',
    answer: proxySays('bad-request', 'Spine knows another address for this practice'),
  },
  'receiver-refused': {
    outcome: 'route-wrong',
    answer: proxySays('access-denied', 'Spine knows another ASID for this practice'),
  },
  'sender-refused': proxySays('access-denied', 'Spine refuses the ASID of the organisation that asks'),
  'pair-refused': proxySays('access-denied', 'Spine does not let these two organisations speak about this'),
  'endpoint-unreachable': proxySays('unreachable', "Spine cannot reach the practice's system"),
  other: proxySays('bad-answer', 'Spine refused the request'),
}
