import type { KeyObject } from 'node:crypto'
import type { Call, Clock, Ids } from '../../../kernel/ports.ts'
import type { ReadThrough } from '../../../platform/cache/port.ts'
import type { Transport } from '../../../platform/http/port.ts'
import type { Bundle } from '../../../standards/fhir/types.ts'
import type { Tracer } from '../../../platform/telemetry/port.ts'
import { cached } from '../cached.ts'
import { accessTokens } from './access-token.ts'
import { differsIn, type Fetched, gpConnect } from './gp-connect.ts'
import { pds } from './pds.ts'
import { type Persistence, persistently } from './persistently.ts'
import type { Areas, Asking, LocatedPatient, RecordAnswer, Sources } from './port.ts'
import { refusedTogether } from './record-request.ts'
import { recordWarnings } from './record-warnings.ts'
import { sds } from './sds.ts'
import { type NhsSettings, type OrganisationSettings, organisationFor } from './settings.ts'
import { isObject, jsonOf, notReached, unavailable } from './upstream.ts'

export type NhsSourcesDeps = {
  readonly settings: NhsSettings
  readonly transports: {
    readonly token: Transport
    readonly pds: Transport
    readonly sds: Transport
    /** Each organisation comes with its own certificate. */
    readonly spine: (organisation: OrganisationSettings) => Transport
  }
  /** The key behind `token.keyId`, as it is now. */
  readonly signingKey: () => KeyObject
  readonly readThrough: ReadThrough
  readonly tracer: Tracer
  /** Waits before something is asked again, the longer the oftener it was asked. */
  readonly pause: Persistence['pause']
  readonly clock: Clock
  readonly ids: Ids
  /** https://www.w3.org/TR/trace-context/ of the call, sent onwards. */
  readonly traceparent: (call: Call) => string | undefined
}

/** Patients from PDS, records from the practice that SDS points to, through Spine. */
export function nhsSources(deps: NhsSourcesDeps): Sources {
  const { settings, transports, readThrough, tracer, clock, ids, traceparent } = deps
  const persistence = { attempts: settings.retry.attempts, pause: deps.pause }
  const tokens = accessTokens({
    persistence,
    settings: settings.token,
    transport: transports.token,
    signingKey: deps.signingKey,
    clock,
    ids,
    traceparent,
  })
  const findIn = pds({ settings, transport: transports.pds, tokens, readThrough, tracer, clock, ids, traceparent })
  const routeTo = sds({ settings, transport: transports.sds, readThrough, tracer, ids, traceparent })
  const fetchFrom = gpConnect({ settings, transport: transports.spine, clock, ids, traceparent })

  const fetched = async (
    call: Call,
    asking: Asking,
    organisation: OrganisationSettings,
    patient: LocatedPatient,
    areas: Areas,
  ): Promise<Fetched> => {
    const route = await routeTo(call, patient.practice)
    if (route.outcome !== 'route') return route
    const first = await persistently<Fetched>(persistence, call.signal, (attempt) =>
      fetchFrom(call, asking, organisation, patient, route, areas, attempt),
    )
    if (first.outcome !== 'route-wrong') return first
    const newRoute = await routeTo(call, patient.practice, { fresh: true })
    if (newRoute.outcome !== 'route') return newRoute
    return fetchFrom(call, asking, organisation, patient, newRoute, areas, 1)
  }
  return {
    async findPatient(call, asking, query) {
      const organisation = organisationFor(settings, asking.community, asking.organisation.odsCode)
      return organisation ? findIn(call, organisation, query) : notConfigured('pds')
    },
    async structuredRecord(call, asking, patient, areas) {
      const organisation = organisationFor(settings, asking.community, asking.organisation.odsCode)
      if (!organisation) return notConfigured('gp-connect')
      const refused = refusedTogether(areas)
      if (refused) return unavailable('gp-connect', 'bad-request', refused)
      try {
        const { value, from } = await cached<Fetched>(
          deps,
          call,
          {
            key: {
              kind: 'record',
              subject: patient.demographics.nhsNumber,
              view: viewOf(call, asking, patient, areas),
            },
            ttlSeconds: settings.cacheSeconds.record,
            encode: (record) =>
              record.outcome === 'bundle'
                ? Buffer.concat([Buffer.from(`${record.at.toISOString()}\n`), record.body])
                : undefined,
            decode: keptRecord,
          },
          (loading) => fetched(loading, asking, organisation, patient, areas),
        )
        return answerOf(value, from, patient)
      } catch (thrown) {
        return notReached('gp-connect', thrown, call.signal)
      }
    },
  }
}

/** Who sees the same: the same tenant's organisation, in the same role, for the same purpose, asking the same practice for the same areas. */
function viewOf(call: Call, asking: Asking, patient: LocatedPatient, areas: Areas): string {
  const { organisation, community, role, purposeOfUse } = asking
  return JSON.stringify([
    call.tenant,
    organisation.odsCode,
    community,
    role.code,
    purposeOfUse.code,
    patient.practice,
    areas,
  ])
}

function keptRecord(kept: Buffer): Fetched | undefined {
  const end = kept.indexOf('\n')
  const at = new Date(kept.subarray(0, end).toString())
  const body = kept.subarray(end + 1)
  const bundle = jsonOf(body)
  if (end < 0 || Number.isNaN(at.getTime()) || !isObject(bundle)) return undefined
  return { outcome: 'bundle', bundle: bundle as Bundle, body, at }
}

function answerOf(fetched: Fetched, from: 'cache' | 'source', patient: LocatedPatient): RecordAnswer {
  if (fetched.outcome === 'route-wrong') return fetched.answer
  if (fetched.outcome !== 'bundle') return fetched
  const { bundle, at } = fetched
  // A kept record too: PDS may know more about the patient by now.
  const differs = differsIn(bundle, patient) ?? ['identifier']
  if (differs.length > 0) return { outcome: 'demographics-mismatch', differs }
  return {
    outcome: 'record',
    bundle,
    practice: patient.practice,
    retrievedAt: at,
    from,
    warnings: recordWarnings(bundle),
  }
}

const notConfigured = (upstream: 'pds' | 'gp-connect') =>
  unavailable(upstream, 'not-configured', 'This community may not ask for that organisation')
