import type { Call, Clock, Ids } from '../../../kernel/ports.ts'
import type { ReadThrough } from '../../../platform/cache/port.ts'
import { type OutboundResponse, splitAddress, type Transport } from '../../../platform/http/port.ts'
import { type NhsNumber, parseNhsNumber } from '../../../standards/nhs/nhs-number.ts'
import { type PdsError, pdsErrorOf } from '../../../standards/nhs/pds-errors.ts'
import type { Tracer } from '../../../platform/telemetry/port.ts'
import { cached } from '../cached.ts'
import type { AccessTokens } from './access-token.ts'
import { patientAnswer } from './pds-patient.ts'
import { lacking, searchQuery } from './pds-search.ts'
import type { CurrentPatientAnswer, PatientAnswer, PatientQuery, SearchDemographics, Unavailable } from './port.ts'
import { differsFrom } from './same-person.ts'
import type { NhsSettings, OrganisationSettings } from './settings.ts'
import { badAnswer, isObject, jsonOf, notReached, objects, text, unavailable } from './upstream.ts'

export type PdsDeps = {
  readonly settings: NhsSettings
  readonly transport: Transport
  readonly tokens: AccessTokens
  readonly readThrough: ReadThrough
  readonly tracer: Tracer
  readonly clock: Clock
  readonly ids: Ids
  readonly traceparent: (call: Call) => string | undefined
}
export type Pds = (call: Call, organisation: OrganisationSettings, query: PatientQuery) => Promise<PatientAnswer>

/** A Patient, or how it ended without one. */
type Retrieved = { readonly patient: object } | { readonly answer: CurrentPatientAnswer }

/** The Personal Demographics Service. https://digital.nhs.uk/developer/api-catalogue/personal-demographics-service-fhir */
export function pds(deps: PdsDeps): Pds {
  return async (call, organisation, query) => {
    try {
      return query.by === 'nhs-number'
        ? await byNumber(deps, call, organisation, query.nhsNumber, query.demographics)
        : await byDemographics(deps, call, organisation, query.demographics, query.fuzzy ?? false)
    } catch (thrown) {
      return notReached('pds', thrown, call.signal)
    }
  }
}

async function byNumber(
  deps: PdsDeps,
  call: Call,
  organisation: OrganisationSettings,
  number: string,
  demographics: Partial<SearchDemographics> = {},
): Promise<PatientAnswer> {
  const asked = parseNhsNumber(number)
  if (!asked) return { outcome: 'invalid-number' }
  const { value } = await cached<Retrieved>(
    deps,
    call,
    {
      key: { kind: 'pds', subject: asked, view: `${call.tenant} ${organisation.odsCode}` },
      ttlSeconds: deps.settings.cacheSeconds.patient,
      encode: (retrieved) => ('patient' in retrieved ? Buffer.from(JSON.stringify(retrieved.patient)) : undefined),
      decode(kept) {
        const patient = jsonOf(kept)
        return isObject(patient) ? { patient } : undefined
      },
    },
    (loading) => retrieve(deps, loading, organisation, asked),
  )
  const current =
    'answer' in value
      ? value.answer
      : (patientAnswer(value.patient, deps.clock()) ?? unavailable('pds', 'bad-answer', 'The answer is no PDS Patient'))
  const held = demographicsIn(current)
  const differs = held ? differsFrom(demographics, held) : []
  if (differs.length > 0) return { outcome: 'demographics-mismatch', differs }
  if (!held || held.nhsNumber === asked) return current
  return { outcome: 'superseded', asked, nhsNumber: held.nhsNumber, current }
}

async function retrieve(
  deps: PdsDeps,
  call: Call,
  organisation: OrganisationSettings,
  nhsNumber: NhsNumber,
): Promise<Retrieved> {
  const response = await ask(deps, call, organisation, `/Patient/${nhsNumber}`)
  if ('outcome' in response) return { answer: response }
  const body = jsonOf(response.body)
  if (response.status === 200 && isObject(body) && body['resourceType'] === 'Patient') return { patient: body }
  return { answer: errorAnswer(response, body, {}) }
}

async function byDemographics(
  deps: PdsDeps,
  call: Call,
  organisation: OrganisationSettings,
  demographics: SearchDemographics,
  fuzzy: boolean,
): Promise<CurrentPatientAnswer> {
  const wanted = lacking(demographics, fuzzy)
  if (wanted.length > 0) return { outcome: 'more-needed', wanted }
  const found = await search(deps, call, organisation, demographics, fuzzy)
  if (found.outcome !== 'none' || !demographics.postcode) return found
  // With a postcode PDS hides restricted patients. Without it one may be found: who is then told as what they are.
  const { postcode: _postcode, ...rest } = demographics
  if (lacking(rest, fuzzy).length > 0) return found
  const again = await search(deps, call, organisation, rest, fuzzy)
  return again.outcome === 'restricted' || again.outcome === 'unavailable' ? again : found
}

async function search(
  deps: PdsDeps,
  call: Call,
  organisation: OrganisationSettings,
  demographics: SearchDemographics,
  fuzzy: boolean,
): Promise<CurrentPatientAnswer> {
  const response = await ask(deps, call, organisation, `/Patient?${searchQuery(demographics, fuzzy)}`)
  if ('outcome' in response) return response
  const body = jsonOf(response.body)
  if (response.status !== 200 || !isObject(body) || body['resourceType'] !== 'Bundle')
    return errorAnswer(response, body, demographics)
  const entries = objects(body['entry']).filter(
    ({ resource }) => isObject(resource) && resource['resourceType'] === 'Patient',
  )
  const [entry] = entries
  if (!entry)
    return body['total'] === 0
      ? { outcome: 'none' }
      : unavailable('pds', 'bad-answer', 'Matches were counted and not given')
  if (entries.length > 1) return { outcome: 'too-many' }
  const how = entry['search']
  const score = isObject(how) ? Number(how['score']) : Number.NaN
  return (
    patientAnswer(entry['resource'], deps.clock(), Number.isFinite(score) ? score : undefined) ??
    unavailable('pds', 'bad-answer', 'The match is no PDS Patient')
  )
}

/** With a token, and once more with a new one where the first was refused. */
async function ask(
  deps: PdsDeps,
  call: Call,
  organisation: OrganisationSettings,
  target: string,
): Promise<OutboundResponse | Unavailable> {
  const address = splitAddress(`${deps.settings.pds.baseUrl}${target}`)
  if (!address) return unavailable('pds', 'not-configured', 'The address of PDS is no address')
  let token = await deps.tokens.get(call)
  for (let attempt = 1; typeof token === 'string'; attempt++) {
    const traceparent = deps.traceparent(call)
    const response = await deps.transport(
      {
        method: 'GET',
        ...address,
        headers: {
          accept: 'application/fhir+json',
          authorization: `Bearer ${token}`,
          'x-request-id': deps.ids(),
          'x-correlation-id': deps.ids(),
          'nhsd-end-user-organisation-ods': organisation.odsCode,
          ...(traceparent && { traceparent }),
        },
        safe: true,
        attempt,
      },
      call.signal,
    )
    if (response.status !== 401 || attempt > 1) return response
    token = await deps.tokens.renew(token, call)
  }
  return token
}

function errorAnswer(response: OutboundResponse, body: unknown, asked: SearchDemographics): CurrentPatientAnswer {
  const said = pdsErrorOf(response.status, body)
  if (!said) return badAnswer('pds', response)
  return answers[said.error](said.code, asked, Number(text(response.headers['retry-after'])) || undefined)
}

type Answer = (code: string, asked: SearchDemographics, retryAfterSeconds?: number) => CurrentPatientAnswer
const answers: Readonly<Record<PdsError, Answer>> = {
  none: () => ({ outcome: 'none' }),
  invalidated: () => ({ outcome: 'invalidated' }),
  'invalid-number': () => ({ outcome: 'invalid-number' }),
  'too-many': () => ({ outcome: 'too-many' }),
  'more-needed': (code, asked) => {
    const elements = ['family', 'given', 'birthDate', 'gender', 'postcode'] as const
    const wanted = elements.filter((element) => asked[element] === undefined)
    return wanted.length > 0
      ? { outcome: 'more-needed', wanted }
      : unavailable('pds', 'bad-request', `PDS cannot search by what was given (${code})`)
  },
  'bad-request': (code) => unavailable('pds', 'bad-request', `PDS says ${code}`),
  'access-denied': (code) => unavailable('pds', 'access-denied', `PDS says ${code}`),
  busy: (code, _asked, seconds) => unavailable('pds', 'busy', `PDS says ${code}`, seconds),
  timeout: (code) => unavailable('pds', 'timeout', `PDS says ${code}`),
}

function demographicsIn(answer: CurrentPatientAnswer) {
  if (answer.outcome === 'found') return answer.patient.demographics
  return 'demographics' in answer ? answer.demographics : undefined
}
