import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Problem } from '../../src/kernel/problem.ts'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import { applyFhirPathPatch } from '../../src/standards/fhir/patch/fhirpath-patch.ts'
import { applyJsonPatch } from '../../src/standards/fhir/patch/json-patch.ts'
import { child, elements, readTree, resourceOf, type Tree } from './fhir-xml.ts'

const data = process.env.CONFORMANCE_DATA
const skip = data ? false : 'CONFORMANCE_DATA is not set: it names the folder with fhir-test-cases'
const read = (name: string) => readFileSync(join(data ?? '', 'fhir-test-cases/r4/patch', name), 'utf8')

test("HL7's JSON Patch cases pass", { skip }, (context) => {
  const cases = JSON.parse(read('json-patch-tests.json')) as {
    comment: string
    doc: unknown
    patch: unknown
    expected?: unknown
    error?: string
  }[]
  for (const { comment, doc, patch, expected, error } of cases) {
    if (error === undefined) assert.deepEqual(applyJsonPatch(doc, patch), expected, comment)
    else assert.throws(() => applyJsonPatch(doc, patch), Problem, comment)
  }
  context.diagnostic(
    `${cases.length} of ${cases.length}; the XML Patch cases are not run: R4 servers take JSON and FHIRPath`,
  )
  assert.ok(cases.length >= 16)
})

test("HL7's FHIRPath Patch cases pass", { skip }, (context) => {
  const definitions = loadDefinitions()
  const resource = (tree: Tree | undefined) => resourceOf(elements(tree)[0] as Tree, definitions)
  const cases = elements(readTree(read('fhir-patch-tests.xml')))
  for (const one of cases) {
    const name = one.attributes.name ?? ''
    const input = resource(child(one, 'input'))
    const before = structuredClone(input)
    const patch = () => applyFhirPathPatch(input, resource(child(one, 'diff')), definitions)
    const output = child(one, 'output')
    if (output) assert.deepEqual(patch(), resource(output), name)
    else assert.throws(patch, Problem, name)
    assert.deepEqual(input, before, `${name}: the input is as it was`)
  }
  context.diagnostic(`${cases.length} of ${cases.length}`)
  assert.ok(cases.length >= 30)
})
