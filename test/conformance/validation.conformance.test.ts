import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import type { Resource } from '../../src/standards/fhir/types.ts'
import { createValidator } from '../../src/standards/fhir/validation/validator.ts'
import { breakEach } from '../builders/broken-resources.ts'
import { seededRandom } from '../builders/random.ts'
import { syntheaBundles, usCoreResources, whyNot } from './published-resources.ts'

const definitions = loadDefinitions()
const validate = createValidator(definitions)
const issuesOf = (resource: Resource) => validate(resource).map(({ code, expression }) => `${code} ${expression}`)

/** Files of US Core's package that are not valid R4, and why. */
const invalid: Record<string, { issues: RegExp; reason: string }> = {
  'ig-r4.json': {
    issues: /^code-invalid ImplementationGuide\.definition\.parameter\[\d+\]\.code$/,
    reason: 'The publisher tool writes parameters outside guide-parameter-code, which R4 binds as required',
  },
  'other/validation-oo.json': {
    issues: /^(required Bundle\.entry\[\d+\]\.resource\.issue|value Bundle\.entry\[\d+\]\.resource\.id)$/,
    reason: "The publisher's log: OperationOutcomes without an issue (1..*), and ids longer than 64 characters",
  },
}

test('every resource of Synthea is valid', { skip: whyNot }, (t) => {
  let count = 0
  for (const { name, resource } of syntheaBundles()) {
    assert.deepEqual(issuesOf(resource), [], name)
    count += resource.entry?.length ?? 0
  }
  t.diagnostic(`${count} resources in Synthea's bundles have no issue`)
  assert.ok(count > 5000)
})

test("every resource of US Core's package is valid, save those that are known not to be", { skip: whyNot }, (t) => {
  const resources = usCoreResources()
  for (const { name, resource } of resources) {
    const issues = issuesOf(resource)
    const known = invalid[name]
    if (!known) assert.deepEqual(issues, [], name)
    else {
      assert.ok(issues.length > 0)
      for (const issue of issues) assert.match(issue, known.issues)
      t.diagnostic(`${name} is not valid: ${known.reason}`)
    }
  }
  t.diagnostic(`${resources.length - Object.keys(invalid).length} of ${resources.length} have no issue`)
  assert.ok(resources.length > 300)
})

test('resources broken in one place are refused, and the element is named', { skip: whyNot }, (t) => {
  const byType = Map.groupBy(
    syntheaBundles().flatMap(({ resource }) => (resource.entry ?? []).flatMap((entry) => entry.resource ?? [])),
    (resource) => resource.resourceType,
  )
  const random = seededRandom(2019)
  const tally = new Map<string, { broken: number; named: number; alone: number }>()
  const missed: string[] = []
  for (const resources of byType.values())
    for (const resource of Array.from({ length: 8 }, () => random.pick(resources)))
      for (const { rule, resource: broken, expression } of breakEach(resource, definitions, random)) {
        const found = validate(broken).map((issue) => issue.expression?.[0])
        const count = tally.get(rule) ?? { broken: 0, named: 0, alone: 0 }
        tally.set(rule, count)
        count.broken++
        if (found.includes(expression)) count.named++
        else missed.push(`${rule}: ${expression} is not among ${found}`)
        if (found.length === 1) count.alone++
      }
  let total = 0
  for (const [rule, { broken, named, alone }] of tally) {
    total += broken
    t.diagnostic(`${rule}: ${named} of ${broken} named, ${alone} by one issue alone`)
  }
  t.diagnostic(`${total - missed.length} of ${total} broken resources are refused with the right element named`)
  assert.equal(tally.size, 13)
  assert.ok(total >= 300)
  assert.deepEqual(missed, [])
})
