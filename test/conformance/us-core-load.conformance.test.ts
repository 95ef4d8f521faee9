/** US Core's examples load, or the answer names what is wrong with the example. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import { parseJson } from '../../src/standards/fhir/json.ts'
import type { Resource } from '../../src/standards/fhir/types.ts'
import { createValidator } from '../../src/standards/fhir/validation/validator.ts'
import { testFhirServer } from '../harness/fhir.ts'
import { usCoreResources, whyNot } from './published-resources.ts'

test('US Core 5.0.1', { skip: whyNot }, async (t) => {
  const definitions = loadDefinitions()
  const validate = createValidator(definitions)
  const { ask, errors } = await testFhirServer({ validate })
  const resources = usCoreResources().filter(
    ({ resource }) => definitions.isResourceType(resource.resourceType) && resource.id !== undefined,
  )
  const refused: string[] = []

  await t.test('each of its resources is stored and read back, or refused by name', async () => {
    assert.ok(resources.length > 200, `only ${resources.length} resources in the package`)
    for (const { name, resource } of resources) {
      const put = await ask('PUT', `/${resource.resourceType}/${resource.id}`, JSON.stringify(resource))
      if (put.status === 422) {
        const issues = put.json.issue as { severity: string; diagnostics: string; expression: string[] }[]
        const wrong = issues.filter(({ severity }) => severity === 'error')
        assert.ok(
          wrong.length > 0 && wrong.every(({ diagnostics, expression }) => diagnostics && expression?.[0]),
          put.text,
        )
        refused.push(
          `${name}: ${wrong.map(({ diagnostics, expression }) => `${expression[0]}: ${diagnostics}`).join('; ')}`,
        )
        continue
      }
      assert.ok(put.status === 201 || put.status === 200, `${name}: ${put.status} ${put.text.slice(0, 300)}`)
      const back = parseJson((await ask('GET', `/${resource.resourceType}/${resource.id}`)).text) as Resource
      const { meta: _meta, ...rest } = resource
      const { meta: _stamped, ...restBack } = back
      assert.deepEqual(JSON.parse(JSON.stringify(restBack)), JSON.parse(JSON.stringify(rest)), name)
    }
    for (const line of refused) t.diagnostic(line)
    assert.ok(refused.length < resources.length / 50, `${refused.length} refused:\n${refused.join('\n')}`)
  })

  await t.test('nothing failed within', () => assert.deepEqual(errors, []))
})
