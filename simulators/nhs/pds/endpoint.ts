import type { Clock } from '../../../src/kernel/ports.ts'
import { parseNhsNumber } from '../../../src/standards/nhs/nhs-number.ts'
import { parseOdsCode } from '../../../src/standards/nhs/ods-code.ts'
import type { Asked, Said } from '../http.ts'
import { pdsOutcome } from '../outcome.ts'
import type { TokenEndpoint } from '../token-endpoint.ts'
import type { World } from '../world.ts'
import { searchPatients } from './search.ts'
import { visible } from './visible.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The Personal Demographics Service, application-restricted. https://digital.nhs.uk/developer/api-catalogue/personal-demographics-service-fhir */
export function pdsEndpoint(deps: {
  readonly world: World
  readonly tokens: TokenEndpoint
  readonly clock: Clock
  /** 0: no limit. */
  readonly perSecond: number
}): (asked: Asked, path: string) => Said {
  const times: number[] = []
  const tooMany = () => {
    if (deps.perSecond === 0) return false
    const now = deps.clock().getTime()
    while ((times[0] ?? now) <= now - 1000) times.shift()
    if (times.length >= deps.perSecond) return true
    times.push(now)
    return false
  }
  const answer = (asked: Asked, path: string): Said => {
    const token = /^Bearer (\S+)$/.exec(asked.headers['authorization'] ?? '')?.[1]
    if (!token || !deps.tokens.holder(token))
      return pdsOutcome('ACCESS_DENIED', 'Missing, invalid or expired access token')
    if (tooMany()) return pdsOutcome('TOO_MANY_REQUESTS')
    const wrong = checkHeaders(asked)
    if (wrong) return wrong
    if (asked.method !== 'GET') return pdsOutcome('INVALID_METHOD')
    if (path === '/Patient' || path === '/Patient/') return searchPatients(asked.query, deps.world)
    const id = /^\/Patient\/([^/]+)$/.exec(path)?.[1]
    if (id === undefined) return { status: 404, wrong: 'No such resource', body: '<h1>Not Found</h1>' }
    return retrieve(id, deps.world)
  }
  return (asked, path) => {
    const said = answer(asked, path)
    const { 'x-request-id': requestId, 'x-correlation-id': correlationId } = asked.headers
    return {
      ...said,
      headers: {
        ...said.headers,
        ...(requestId && { 'x-request-id': requestId }),
        ...(correlationId && { 'x-correlation-id': correlationId }),
      },
    }
  }
}

function checkHeaders(asked: Asked): Said | undefined {
  const { 'x-request-id': requestId, 'x-correlation-id': correlationId } = asked.headers
  const organisation = asked.headers['nhsd-end-user-organisation-ods']
  if (!requestId) return pdsOutcome('MISSING_VALUE', "Missing value - 'header/X-Request-ID'")
  if (!uuid.test(requestId)) return pdsOutcome('INVALID_VALUE', "Invalid value in header 'X-Request-ID'")
  if (correlationId && !uuid.test(correlationId))
    return pdsOutcome('INVALID_VALUE', "Invalid value in header 'X-Correlation-ID'")
  if (!organisation) return pdsOutcome('MISSING_VALUE', "Missing value - 'header/NHSD-End-User-Organisation-ODS'")
  if (!parseOdsCode(organisation))
    return pdsOutcome('INVALID_VALUE', "Invalid value in header 'NHSD-End-User-Organisation-ODS'")
  return undefined
}

function retrieve(id: string, world: World): Said {
  const nhsNumber = parseNhsNumber(id)
  if (!nhsNumber || nhsNumber !== id) return pdsOutcome('INVALID_RESOURCE_ID')
  const patient = world.patients.get(nhsNumber)
  if (!patient) return pdsOutcome('RESOURCE_NOT_FOUND')
  if (patient.pdsState === 'invalidated') return pdsOutcome('INVALIDATED_RESOURCE')
  const current = typeof patient.pdsState === 'object' ? world.patients.get(patient.pdsState.supersededBy) : patient
  if (!current) return pdsOutcome('INVALIDATED_RESOURCE')
  const body = visible(current)
  return { status: 200, headers: { etag: `W/"${body.meta?.versionId ?? '1'}"` }, body }
}
