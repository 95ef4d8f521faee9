import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readParameters } from '../../simulators/nhs/gp-connect/parameters.ts'
import { publishedWorld } from '../../simulators/nhs/published-world.ts'
import type { Transport } from '../../src/platform/http/port.ts'
import { readThrough } from '../../src/platform/cache/read-through.ts'
import { memoryCache } from '../../src/platform/cache/memory.ts'
import { sleep } from '../../src/platform/http/timing.ts'
import { noTracing } from '../../src/platform/telemetry/port.ts'
import { patientAnswer } from '../../src/services/ihe-gateway/sources/pds-patient.ts'
import type { Areas } from '../../src/services/ihe-gateway/sources/port.ts'
import { recordRequest } from '../../src/services/ihe-gateway/sources/record-request.ts'
import { recordWarnings } from '../../src/services/ihe-gateway/sources/record-warnings.ts'
import { sds } from '../../src/services/ihe-gateway/sources/sds.ts'
import type { NhsSettings } from '../../src/services/ihe-gateway/sources/settings.ts'
import type { Bundle } from '../../src/standards/fhir/types.ts'
import { parseNhsNumber } from '../../src/standards/nhs/nhs-number.ts'
import { parseOdsCode } from '../../src/standards/nhs/ods-code.ts'
import { pdsErrorOf } from '../../src/standards/nhs/pds-errors.ts'
import { spineErrorOf } from '../../src/standards/nhs/spine-errors.ts'
import { aCall, aGateway, anAsking, quiet } from '../builders/nhs-gateway.ts'
import { aConsumer } from '../builders/nhs-world.ts'

const data = process.env.CONFORMANCE_DATA ?? ''
const skip = data === '' && 'CONFORMANCE_DATA is not set: the published NHS records are not here'
if (skip) console.log(skip)
const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(data, ...path), 'utf8'))
const files = (...path: string[]) => readdirSync(join(data, ...path)).filter((name) => name.endsWith('.json'))
const everything: Areas = {
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

test('every published PDS Patient is somebody, and what they are is told', { skip }, () => {
  const now = new Date('2024-06-01')
  const outcomes = Object.fromEntries(
    files('pds', 'patientResponses').map((file) => {
      const answer = patientAnswer(read('pds', 'patientResponses', file), now)
      return [file.replace(/\D/g, ''), answer?.outcome]
    }),
  )
  assert.ok(
    Object.values(outcomes).every((outcome) => outcome !== undefined),
    JSON.stringify(outcomes),
  )
  assert.equal(outcomes['9000000009'], 'deceased')
  assert.equal(outcomes['9000000025'], 'restricted')
  assert.equal(outcomes['9000000033'], 'no-practice')
})

test('every published PDS search result is read: nobody, one, or too many', { skip }, () => {
  const now = new Date('2024-06-01')
  for (const file of files('pds', 'searchResponses')) {
    const body = read('pds', 'searchResponses', file) as Bundle
    if (body.resourceType !== 'Bundle') continue
    // Two of them have a number whose check digit is wrong.
    for (const { resource } of body.entry ?? [])
      assert.equal(patientAnswer(resource, now) === undefined, resource?.id === '9000000015', file)
  }
  assert.equal(pdsErrorOf(200, read('pds', 'searchResponses', 'TOO_MANY_MATCHES.json'))?.error, 'too-many')
})

test('every published PDS error to a reader is understood, and none is taken for "nobody" but the one that says so', {
  skip,
}, () => {
  const writing = /UPDATE|CREATE|PRECONDITION|VERSION|INSERT|NOT_SUPPORTED/
  for (const file of files('pds', 'errorResponses')) {
    const error = pdsErrorOf(400, read('pds', 'errorResponses', file))?.error
    assert.equal(error === 'none', file === 'RESOURCE_NOT_FOUND.json', file)
    if (!writing.test(file)) assert.ok(error, file)
  }
})

test('every published error of GP Connect and of the proxy is understood', { skip }, () => {
  const codes = Object.fromEntries(
    files('gpconnect', 'errors').map((file) => {
      const error = spineErrorOf(read('gpconnect', 'errors', file))
      return [file.replace('.json', ''), error && `${error.from} ${error.code}`]
    }),
  )
  assert.deepEqual(codes, {
    operationOutcomeBadRequest: 'provider BAD_REQUEST',
    operationOutcomeInvalidDemographic: 'provider INVALID_PATIENT_DEMOGRAPHICS',
    operationOutcomeInvalidParameter: 'provider INVALID_PARAMETER',
    operationOutcomeNoRelationship: 'provider NO_RELATIONSHIP',
    // To somebody who registers patients; a reader is never told so.
    spec_attempting_to_register_a_patient_that_already_exists: undefined,
    // An entry of a Bundle: a warning, see below.
    spec_bundle_warning_unrecognised_parameters: undefined,
    spec_invalid_nhs_number_supplied: 'provider INVALID_NHS_NUMBER',
    spec_malformed_json_claim_in_request: 'provider BAD_REQUEST',
    spec_no_patient_consent_to_share: 'provider NO_PATIENT_CONSENT',
    spec_patient_not_found: 'provider PATIENT_NOT_FOUND',
    spec_ssp_error_communicating_to_target_url: 'proxy endpoint-unreachable',
    spec_ssp_sender_asid_is_not_authorised_for_this_interaction: 'proxy sender-refused',
    spec_ssp_target_url_varies_from_endpoint_registered_in_sds: 'proxy endpoint-varies',
  })
  const entry = read('gpconnect', 'errors', 'spec_bundle_warning_unrecognised_parameters.json') as { resource: never }
  assert.deepEqual(
    recordWarnings({ resourceType: 'Bundle', type: 'collection', entry: [entry] }).map((warning) =>
      warning.warning === 'area-not-given' ? warning.area : warning,
    ),
    ['consultations', 'problems'],
  )
})

test('the published requests are written as we write them, and a strict provider reads them', { skip }, () => {
  const ours: Readonly<Record<string, Areas>> = {
    'allergies_request1.json': { allergies: { resolved: true } },
    'allergies_request2.json': { allergies: { resolved: false } },
    'consultations_request1.json': { consultations: { mostRecent: 3 } },
    'immunizations_request1.json': { immunisations: {} },
    'immunizations_request2.json': { immunisations: { notGiven: true } },
    'immunizations_request3.json': { immunisations: { notGiven: true, status: true } },
    'meds_request.json': { medication: {} },
    'pathology_request1.json': { investigations: { period: { start: '2017-01-02', end: '2017-07-02' } } },
    'problems_request1.json': { problems: { filters: [{ status: 'active' }] } },
    'uncategorised_request1.json': { uncategorisedData: { period: { start: '2019-01-25', end: '2019-06-25' } } },
  }
  for (const [file, areas] of Object.entries(ours)) {
    // Some of their NHS numbers fail the check digit, which is not what is compared here.
    const nhsNumber = parseNhsNumber('9999999999')
    assert.ok(nhsNumber)
    const [, ...published] = (read('gpconnect', 'requests', file) as { parameter: object[] }).parameter
    const request = recordRequest(nhsNumber, areas)
    assert.deepEqual(request.parameter.slice(1), published, file)
    assert.ok('areas' in readParameters(request, '2024-01-01'), file)
  }
})

test('the published answers of SDS lead to a route, or say that there is none', { skip }, async () => {
  const practice = parseOdsCode('ABC123')
  assert.ok(practice)
  const route = async (endpoint: string, device: string) => {
    const transport: Transport = async ({ target }) => ({
      status: 200,
      headers: {},
      body: readFileSync(join(data, 'sds', target.includes('/Endpoint') ? endpoint : device)),
    })
    const cache = memoryCache(
      () => new Date(0),
      1_000_000,
      () => 0,
    )
    const settings = {
      sds: { baseUrl: 'https://sds.example', apiKey: 'x' },
      cacheSeconds: { endpoint: 1 },
    } as NhsSettings
    const ids = () => '00000000-0000-4000-8000-000000000000'
    const look = sds({
      settings,
      transport,
      readThrough: readThrough({ cache, sleep, log: quiet }),
      tracer: noTracing,
      ids,
      traceparent: () => undefined,
    })
    return look(aCall(), practice)
  }
  const none = { outcome: 'practice-disabled', practice: 'ABC123' }
  assert.deepEqual(await route('gpconnect-stubs/sdsEmptyResult.json', 'gpconnect-stubs/sdsDevice.json'), none)
  assert.deepEqual(
    await route('gpconnect-stubs/sds_endpoint_no_address_response.json', 'gpconnect-stubs/sdsDevice.json'),
    none,
  )
  assert.deepEqual(
    await route('gpconnect-stubs/sds_endpoint_response.json', 'gpconnect-stubs/sdsEmptyResult.json'),
    none,
  )
  // Another party key than the endpoint's: not the ASID that answers there.
  assert.deepEqual(await route('gpconnect-stubs/sds_endpoint_response.json', 'gpconnect-stubs/sdsDevice.json'), none)
  assert.equal((await route('examples/single_endpoint.json', 'examples/single_device.json')).outcome, 'route')
})

test('every published record comes through the proxy to who may have it, whole and with its warnings', {
  skip,
}, async (t) => {
  const { world, recordOf } = publishedWorld(data, [aConsumer()])
  const { sources, nhs, locate } = await aGateway(t, world)
  const lost: string[] = []
  let warned = 0
  assert.ok(recordOf.size >= 20, `${recordOf.size} records`)
  for (const [nhsNumber, file] of recordOf) {
    const answer = await sources.structuredRecord(aCall(), anAsking(), await locate(nhsNumber), everything)
    assert.ok(answer.outcome === 'record', `${file}: ${JSON.stringify(answer)}`)
    const whole = read('gpconnect', file) as Bundle
    const count = (bundle: Bundle, type: string) =>
      bundle.entry?.filter(({ resource }) => resource?.resourceType === type).length ?? 0
    for (const type of [
      'AllergyIntolerance',
      'MedicationStatement',
      'Immunization',
      'Condition',
      'Encounter',
      'DiagnosticReport',
    ])
      if (count(answer.bundle, type) < count(whole, type))
        lost.push(`${file} ${type} ${count(answer.bundle, type)} of ${count(whole, type)}`)
    warned += answer.warnings.length
  }
  assert.ok(warned > 0)
  assert.deepEqual(
    nhs.seen.filter(({ wrong }) => wrong),
    [],
  )
  t.diagnostic(
    `${recordOf.size} records, ${warned} warnings; in no List and so not given: ${lost.join(', ') || 'none'}`,
  )
})
