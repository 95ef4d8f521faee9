import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import { readInput, readSuite, runCase } from './fhirpath-suite.ts'

const data = process.env.CONFORMANCE_DATA
const skip = data ? false : 'CONFORMANCE_DATA is not set: it names the folder with fhir-test-cases'
const known = JSON.parse(readFileSync(new URL('fhirpath-known.json', import.meta.url), 'utf8')) as {
  notRun: Record<string, string>
  different: Record<string, string>
}

test("HL7's FHIRPath cases for R4 pass, but for those listed with a reason", { skip }, (context) => {
  const definitions = loadDefinitions()
  const cases = readSuite(join(data ?? '', 'fhir-test-cases/r4/fhirpath/tests-fhir-r4.xml'))
  const notRun: string[] = []
  const failed: Record<string, string> = {}
  let passed = 0
  for (const one of cases) {
    const resource = one.input === undefined ? { resourceType: 'Patient' } : readInput(one.input)
    const wrong = resource && runCase(one, resource, definitions)
    if (!resource) notRun.push(one.input ?? '')
    else if (wrong === undefined) passed++
    else failed[one.key] = wrong
  }
  context.diagnostic(
    `${passed} of ${cases.length} pass, ${notRun.length} lack their input, ${Object.keys(failed).length} differ`,
  )
  assert.deepEqual(
    Object.entries(failed).filter(([key]) => !(key in known.different)),
    [],
  )
  assert.deepEqual(
    Object.keys(known.different).filter((key) => !(key in failed)),
    [],
    'listed as different, but passing',
  )
  assert.deepEqual([...new Set(notRun)].sort(), Object.keys(known.notRun).sort())
  assert.ok(passed >= 900)
})
