import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { loadDefinitions } from '../../src/platform/definitions/load.ts'
import type { Constraint } from '../../src/standards/fhir/definitions/extract.ts'
import { compileFhirPath, type FhirPath } from '../../src/standards/fhir/fhirpath/compile.ts'
import { deepEqual } from '../../src/standards/fhir/fhirpath/equality.ts'
import { childrenOf, modelOf } from '../../src/standards/fhir/fhirpath/navigate.ts'
import { typedValue, type TypedValue } from '../../src/standards/fhir/fhirpath/typed-value.ts'
import type { Resource } from '../../src/standards/fhir/types.ts'
import { syntheaResources, usCoreExamples } from './resources.ts'

const data = process.env.CONFORMANCE_DATA
const skip = data ? false : 'CONFORMANCE_DATA is not set: it names the folder with synthea and us-core'

/** The npm library `fhirpath`, to compare with. https://github.com/HL7/fhirpath.js */
type Oracle = {
  compile(path: string | { base: string; expression: string }, model: unknown, options: object): OraclePath
}
type OraclePath = (value: unknown, variables?: object) => unknown[]
const require = createRequire(import.meta.url)
const oracle = require('fhirpath') as Oracle
const r4: unknown = require('fhirpath/fhir-context/r4')
const options = { traceFn: () => {} }

const definitions = loadDefinitions()
const model = modelOf(definitions)

/** Both get the resource as JSON.parse makes it: the library does not know numbers that keep their digits. */
function* resources(): Generator<Resource> {
  for (const source of [syntheaResources(data ?? ''), usCoreExamples(data ?? '')])
    for (const resource of source) yield JSON.parse(JSON.stringify(resource)) as Resource
}

/** Why two answers differ, by name; undefined for a difference that nobody has explained. */
type Explanation = { readonly name: string; readonly explains: (difference: Difference) => boolean }
type Difference = { expression: string; type: string; value: unknown; ours: unknown; theirs: unknown }

test('search parameters find what the fhirpath library finds, in every resource at hand', { skip }, (context) => {
  const explanations: Explanation[] = [
    {
      name: 'a primitive with extensions and no value is an item for Weft, and none for the library',
      explains: ({ ours, theirs }) =>
        Array.isArray(ours) &&
        deepEqual(
          ours.filter((value) => value !== undefined),
          theirs,
        ),
    },
  ]
  const compiled = new Map<string, { ours: FhirPath; theirs: OraclePath }>()
  const report = compareAll(explanations, function* () {
    for (const resource of resources()) {
      const type = resource.resourceType
      for (const { expression } of definitions.searchParameters(type).values()) {
        if (expression === '') continue
        const key = `${type} ${expression}`
        const paths = compiled.get(key) ?? {
          ours: compileFhirPath(expression, { type, definitions }),
          theirs: oracle.compile(withoutResolve(expression), r4, options),
        }
        compiled.set(key, paths)
        yield {
          expression,
          type,
          value: resource,
          ours: answer(() => paths.ours(resource).map(({ value }) => value)),
          theirs: answer(() => paths.theirs(resource)),
        }
      }
    }
  })
  context.diagnostic(
    `${report.compared} evaluations of ${compiled.size} expressions; ${JSON.stringify(report.explained)}`,
  )
  assert.deepEqual(report.unexplained, [])
  assert.ok(report.compared > 200_000)
})

/** The library would fetch what a reference leads to: it is asked about the reference's text instead. */
function withoutResolve(expression: string): string {
  return expression.replaceAll(/resolve\(\) is (\w+)/g, (_, type: string) => `reference.matches('(^|/)${type}[/?]')`)
}

test('invariants decide as the fhirpath library does, on every element of every resource at hand', {
  skip,
}, (context) => {
  const explanations: Explanation[] = [
    {
      name: 'dom-3 asks as() of many items: the library refuses, Weft filters',
      explains: ({ expression, theirs, ours }) =>
        expression.includes('.as(canonical)') &&
        /singleton on left side of 'as'/.test(String(theirs)) &&
        Array.isArray(ours),
    },
    {
      name: 'the library would fetch what resolve() leads to',
      explains: ({ expression, theirs }) =>
        expression.includes('resolve()') && /asynchronous function/.test(String(theirs)),
    },
    {
      name: 'a narrative with &reg;, which XML does not name: the library refuses it, Weft takes what US Core publishes',
      explains: ({ expression, value }) => expression === 'htmlChecks()' && String(value).includes('&reg;'),
    },
  ]
  const compiled = new Map<string, { ours: FhirPath; theirs: OraclePath }>()
  const report = compareAll(explanations, function* () {
    for (const resource of resources())
      for (const { node, constraint } of constraintsWithin(typedValue(resource.resourceType, resource))) {
        const key = `${node.type} ${constraint.key}`
        const paths = compiled.get(key) ?? {
          ours: compileFhirPath(constraint.expression, { type: node.type, definitions }),
          theirs: oracle.compile({ base: node.type, expression: constraint.expression }, r4, options),
        }
        compiled.set(key, paths)
        const environment = { resource, rootResource: resource }
        yield {
          expression: constraint.expression,
          type: node.type,
          value: node.value,
          ours: answer(() => paths.ours(node.value, environment).map(({ value }) => value)),
          theirs: answer(() => paths.theirs(node.value, environment)),
        }
      }
  })
  context.diagnostic(
    `${report.compared} evaluations of ${compiled.size} invariants; ${JSON.stringify(report.explained)}`,
  )
  assert.deepEqual(report.unexplained, [])
  assert.ok(report.compared > 200_000)
})

/** Every element with each invariant that its type or its place states. The library cannot judge ele-1 on a bare primitive. */
function* constraintsWithin(node: TypedValue): Generator<{ node: TypedValue; constraint: Constraint }> {
  const type = definitions.type(node.type)
  const place = node.parent && definitions.type(node.parent.type)?.properties.get(node.property)?.element
  if (node.value !== undefined)
    for (const constraint of [...(type?.constraints ?? []), ...(place?.constraints ?? [])])
      if (constraint.key !== 'ele-1' || type?.kind !== 'primitive') yield { node, constraint }
  for (const child of childrenOf(model, node)) yield* constraintsWithin(child)
}

test('the expressions of types that no example has compile and find nothing in an empty resource', { skip }, () => {
  const empty = definitions.resourceTypes.flatMap((resourceType) =>
    [...definitions.searchParameters(resourceType).values()]
      .filter(({ expression }) => expression !== '')
      .map(({ expression }) => {
        const ours = compileFhirPath(expression, { type: resourceType, definitions })({ resourceType })
        const theirs = oracle.compile(withoutResolve(expression), r4, options)({ resourceType })
        return deepEqual(
          ours.map(({ value }) => value),
          theirs,
        )
          ? undefined
          : `${resourceType}: ${expression}`
      }),
  )
  assert.ok(empty.length > 2500)
  assert.deepEqual(
    empty.filter((difference) => difference !== undefined),
    [],
  )
})

function answer(evaluate: () => unknown): unknown {
  try {
    return evaluate()
  } catch (problem) {
    return `refused: ${problem instanceof Error ? problem.message : String(problem)}`
  }
}

function compareAll(explanations: readonly Explanation[], differences: () => Generator<Difference>) {
  const explained: Record<string, number> = {}
  const unexplained = new Map<string, string>()
  let compared = 0
  for (const one of differences()) {
    compared++
    if (deepEqual(one.ours, one.theirs)) continue
    const explanation = explanations.find(({ explains }) => explains(one))
    if (explanation) explained[explanation.name] = (explained[explanation.name] ?? 0) + 1
    else
      unexplained.set(
        `${one.type}: ${one.expression}`,
        `ours ${JSON.stringify(one.ours)?.slice(0, 300)}, theirs ${JSON.stringify(one.theirs)?.slice(0, 300)}`,
      )
  }
  return { compared, explained, unexplained: [...unexplained] }
}
