import { gzipSync } from 'node:zlib'
import type { Clock } from '../../../src/kernel/ports.ts'
import type { Bundle, Resource } from '../../../src/standards/fhir/types.ts'
import { type Asked, Prepared, type Said } from '../http.ts'
import { type ProviderOutcomeCode, providerOutcome, spineCodeSystem } from '../outcome.ts'
import type { GpConnectBehaviour, SimulatedPatient, SimulatedPractice, World } from '../world.ts'
import { listCode, primaryLists } from './filter-record.ts'
import { checkJwt } from './jwt-check.ts'
import { type AreaParameter, type RecordRequest, readParameters } from './parameters.ts'

export type ProviderAsked = {
  readonly asked: Asked
  readonly practice: SimulatedPractice
  /** ODS code of the organisation behind Ssp-From. */
  readonly consumerOdsCode: string
  readonly traceId: string
}

/** A practice's system: what GP Connect's getstructuredrecord answers. */
export function gpConnectProvider(deps: {
  readonly world: World
  readonly clock: Clock
  readonly sleep: (ms: number) => Promise<void>
  readonly slowMs: number
}): (asked: ProviderAsked) => Promise<Said> {
  const { world, clock } = deps
  const prepared = preparedRecords(maxPrepared)
  return async ({ asked, practice, consumerOdsCode, traceId }) => {
    const now = clock()
    if (practice.state === 'disabled') return providerOutcome('NOT_IMPLEMENTED', 'GP Connect is not enabled here')
    const audience = practice.address
    const refused = checkJwt(
      asked.headers['authorization'],
      audience,
      consumerOdsCode,
      Math.floor(now.getTime() / 1000),
    )
    if (refused) return providerOutcome(refused.code, refused.why)
    const request = readParameters(parsed(asked.body), now.toISOString().slice(0, 10))
    if ('why' in request) return providerOutcome(request.code, request.why)
    const patient = world.patients.get(request.nhsNumber)
    if (!patient?.record || !isRegisteredHere(patient, practice)) return providerOutcome('PATIENT_NOT_FOUND')
    if (patient.gpConnect === 'slow') await deps.sleep(deps.slowMs)
    const outcome = patient.gpConnect && refusals[patient.gpConnect]
    if (outcome) return providerOutcome(outcome)
    const record = patient.record
    // What somebody misbehaves by is not the same each time.
    if (patient.gpConnect !== undefined || request.unrecognised.length > 0)
      return { status: 200, body: { ...changed(record(request), patient, request, world), id: traceId } }
    const rest = prepared(request, () => record(request))
    return { status: 200, body: new Prepared(`{"resourceType":"Bundle","id":${JSON.stringify(traceId)},`, rest) }
  }
}

/** Each is a tenth of its record. */
const maxPrepared = 2000

/** Practices are asked for the same records again and again: each is written and zipped once, but for its id. */
function preparedRecords(max: number): (request: RecordRequest, make: () => Bundle) => Buffer {
  const kept = new Map<string, { readonly asked: string; readonly rest: Buffer }>()
  return (request, make) => {
    const { nhsNumber, areas, problemFilters } = request
    const asked = JSON.stringify([Array.from(areas, ([area, parts]) => [area, [...parts]]), problemFilters])
    const known = kept.get(nhsNumber)
    if (known?.asked === asked) return known.rest
    const { resourceType: _type, id: _id, ...record } = make()
    const rest = gzipSync(JSON.stringify(record).slice(1), { level: 1 })
    kept.set(nhsNumber, { asked, rest })
    if (kept.size > max) kept.delete(kept.keys().next().value ?? '')
    return rest
  }
}

const refusals: Partial<Record<GpConnectBehaviour, ProviderOutcomeCode>> = {
  dissent: 'NO_PATIENT_CONSENT',
  'no-organisation-consent': 'NO_ORGANISATION_CONSENT',
  'no-relationship': 'NO_RELATIONSHIP',
  'not-found': 'PATIENT_NOT_FOUND',
  'no-record': 'NO_RECORD_FOUND',
  failing: 'INTERNAL_SERVER_ERROR',
}

/** Restricted and deceased patients are not given either, and their practice is not told. */
function isRegisteredHere(patient: SimulatedPatient, practice: SimulatedPractice): boolean {
  if (patient.pdsState !== undefined || patient.pds['deceasedDateTime'] !== undefined) return false
  const practices = (patient.pds['generalPractitioner'] ?? []) as { identifier?: { value?: string } }[]
  return practices.some(({ identifier }) => identifier?.value === practice.odsCode)
}

function changed(record: Bundle, patient: SimulatedPatient, request: RecordRequest, world: World): Bundle {
  const entry = record.entry ?? []
  const disabled: readonly AreaParameter[] =
    patient.gpConnect === 'areas-disabled' ? ['includeConsultations', 'includeProblems', 'includeReferrals'] : []
  const warned = [
    ...request.unrecognised.map((name) => ({ name, text: `${name} is an unrecognised parameter` })),
    ...disabled.filter((area) => request.areas.has(area)).map((name) => ({ name, text: `${name} has been disabled` })),
  ]
  const left = disabled.length > 0 ? withoutAreas(entry, disabled) : entry
  const warnings = warned.length > 0 ? [{ resource: warningOutcome(warned) }] : []
  const shown = left.map(({ resource }) => ({ resource: resource && behaved(resource, patient, request, world) }))
  return { ...record, entry: [...shown.flatMap(({ resource }) => (resource ? [{ resource }] : [])), ...warnings] }
}

/** A List of a disabled area is not there; what only it led to stays out of reach of the reader's headings. */
function withoutAreas(entry: NonNullable<Bundle['entry']>, areas: readonly AreaParameter[]) {
  const codes = new Set(areas.flatMap((area) => primaryLists[area].map(([code]) => code)))
  const gone = new Set(areas.includes('includeProblems') ? ['Condition'] : [])
  if (areas.includes('includeConsultations')) gone.add('Encounter')
  if (areas.includes('includeReferrals')) gone.add('ReferralRequest')
  return entry.filter(
    ({ resource }) =>
      resource &&
      !gone.has(resource.resourceType) &&
      !(resource.resourceType === 'List' && codes.has(listCode(resource) ?? '')),
  )
}

const listWarnings = {
  'confidential-items': 'Items excluded due to confidentiality and/or patient preferences.',
  'data-in-transit':
    'Patient record transfer from previous GP practice not yet complete; information recorded before 01-Jan-2024 may be missing.',
  'data-awaiting-filing':
    'Patient data may be incomplete as there is data supplied by a third party awaiting review before becoming available.',
} as const

function behaved(
  resource: Resource,
  patient: SimulatedPatient,
  request: RecordRequest,
  world: World,
): Resource | undefined {
  const { gpConnect } = patient
  if (gpConnect === 'missing-patient' && resource.resourceType === 'Patient') return undefined
  if (gpConnect === 'mismatch' && resource.resourceType === 'Patient')
    return somebodyElse(patient, request, world) ?? resource
  const text =
    gpConnect && Object.hasOwn(listWarnings, gpConnect)
      ? listWarnings[gpConnect as keyof typeof listWarnings]
      : undefined
  const primary = Object.values(primaryLists).some((lists) => lists.some(([code]) => code === listCode(resource)))
  if (!text || resource.resourceType !== 'List' || !primary) return resource
  const url = 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ListWarningCode-1'
  return {
    ...resource,
    extension: [...((resource['extension'] ?? []) as object[]), { url, valueCode: gpConnect }],
    note: [...((resource['note'] ?? []) as object[]), { text }],
  }
}

function somebodyElse(patient: SimulatedPatient, request: RecordRequest, world: World): Resource | undefined {
  for (const other of world.patients.values()) {
    if (other.nhsNumber === patient.nhsNumber || !other.record) continue
    const found = other.record(request).entry?.find(({ resource }) => resource?.resourceType === 'Patient')?.resource
    if (found) return found
  }
  return undefined
}

function warningOutcome(warned: readonly { readonly name: string; readonly text: string }[]): Resource {
  return {
    resourceType: 'OperationOutcome',
    meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-OperationOutcome-1'] },
    issue: warned.map(({ name, text }) => ({
      severity: 'warning',
      code: 'not-supported',
      details: { coding: [{ system: spineCodeSystem, code: 'NOT_IMPLEMENTED', display: 'Not implemented' }], text },
      diagnostics: name,
    })),
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}
