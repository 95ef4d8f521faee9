import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import { compileFhirPath } from '../../src/standards/fhir/fhirpath/compile.ts'
import { createValidator } from '../../src/standards/fhir/validation/validator.ts'
import { madeResources } from './bundles.ts'

const definitions = loadDefinitions()
/** FHIRPath for the invariants: true or false when it says one thing, nothing otherwise. */
const validate = createValidator(definitions, (expression, type) => {
  const evaluate = compileFhirPath(expression, { type, definitions })
  return (node, resource, rootResource) => {
    const answer = evaluate(node, { resource, rootResource })
    return answer.length === 1 ? answer[0]?.value === true : undefined
  }
})

test('every made resource is valid R4', () => {
  const faults = new Map<string, string>()
  let checked = 0
  for (const resource of madeResources({ people: 60 })) {
    checked++
    for (const { code, diagnostics, expression } of validate(resource)) {
      faults.set(`${code} ${expression?.[0]?.replaceAll(/\[\d+\]/g, '')} ${diagnostics}`, resource.id ?? '')
    }
  }
  assert.ok(checked > 2_000)
  assert.deepEqual([...faults], [])
})
