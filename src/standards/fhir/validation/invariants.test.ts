import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { breakEach } from '../../../../test/builders/broken-resources.ts'
import { seededRandom } from '../../../../test/builders/random.ts'
import { validResources } from '../../../../test/builders/valid-resources.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import type { Constraint } from '../definitions/extract.ts'
import type { Resource } from '../types.ts'
import { expressionsByFhirPath } from './expressions.ts'
import { shortcutFor } from './shortcuts.ts'
import { createValidator } from './validator.ts'

const definitions = loadDefinitions()
const validate = createValidator(definitions)
const compileExpression = expressionsByFhirPath(definitions)

/** Every constraint of R4 with each type it is asked of. */
const constraints: { constraint: Constraint; type: string }[] = definitions.typeNames.flatMap((name) => {
  const type = definitions.type(name)
  const elements = [...(type?.elements.values() ?? [])]
  return [
    ...(type?.constraints ?? []).map((constraint) => ({ constraint, type: name })),
    ...elements.flatMap((element) =>
      element.types.flatMap(({ code }) => element.constraints.map((constraint) => ({ constraint, type: code }))),
    ),
  ]
})

test('every invariant of R4 compiles', () => {
  for (const { constraint, type } of constraints) compileExpression(constraint.expression, type)
  assert.ok(constraints.length > 1000)
})

test('valid resources keep every invariant', () => {
  for (const resource of validResources()) assert.deepEqual(validate(resource), [], resource.resourceType)
})

test('a resource that breaks one invariant has one issue, at the element that breaks it', () => {
  const random = seededRandom(11)
  let count = 0
  for (let round = 0; round < 20; round++)
    for (const resource of validResources())
      for (const { rule, resource: broken, expression } of breakEach(resource, definitions, random)) {
        if (rule !== 'broken invariant') continue
        count++
        const issues = validate(broken).map(({ code, expression: [at] = [] }) => ({ code, at }))
        assert.deepEqual(issues, [{ code: 'invariant', at: expression }])
      }
  assert.ok(count > 100)
})

test('an invariant says nothing of an element that has an issue of its own', () => {
  const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' } }
  const issues = (elements: object) =>
    validate({ ...observation, ...elements }).map(({ expression }) => expression?.[0])
  assert.deepEqual(issues({ valueFoo: 1, dataAbsentReason: { text: 'x' } }), ['Observation.value'])
  assert.deepEqual(issues({ valueString: 'x', dataAbsentReason: { text: 'x' }, issued: 'x' }), [
    'Observation.issued',
    'Observation',
  ])
})

test('every shortcut says what FHIRPath says, or leaves it to FHIRPath', () => {
  const decided = new Map<string, number>()
  for (const { constraint, type } of constraints) {
    const shortcut = shortcutFor(constraint.expression, type, definitions)
    if (!shortcut || decided.has(`${constraint.key} ${type}`)) continue
    const byFhirPath = compileExpression(constraint.expression, type)
    let count = 0
    fc.assert(
      fc.property(nodeFor(constraint.expression, type), (node) => {
        const resource = resourceOf(constraint.key, type, node)
        const short = shortcut(node, resource)
        if (short === undefined) return
        count++
        assert.equal(short, byFhirPath(node, resource, resource), `${constraint.key} ${JSON.stringify(node)}`)
      }),
      { seed: 1, numRuns: 60 },
    )
    assert.ok(count > 0, `${constraint.key} is never decided`)
    decided.set(`${constraint.key} ${type}`, count)
  }
  for (const key of [
    'ext-1 Extension',
    'per-1 Period',
    'qty-3 Quantity',
    'bdl-7 Bundle',
    'obs-7 Observation',
    'ig-1 ImplementationGuide.definition',
    'ig-2 ImplementationGuide',
    'sdf-8 StructureDefinition.snapshot',
    'sdf-8a StructureDefinition.differential',
    'obs-6 Observation',
  ])
    assert.ok(decided.has(key), key)
})

/** The resource that a node stands in, as far as its invariants look. */
function resourceOf(key: string, type: string, node: Record<string, unknown>): Resource {
  const part = { 'sdf-8': 'snapshot', 'sdf-8a': 'differential' }[key]
  if (part) return { resourceType: 'StructureDefinition', kind: 'resource', type: 'Patient', [part]: node }
  return { resourceType: definitions.isResourceType(type) ? type : 'Basic', ...node }
}

/** Nodes with any of the elements that the expression speaks of. */
function nodeFor(expression: string, type: string): fc.Arbitrary<Record<string, unknown>> {
  const special = specialNodes[type]
  if (special) return special
  const words = new Set(expression.match(/[A-Za-z]\w*/g))
  const elements = [...(definitions.type(type)?.elements.values() ?? [])].filter(({ name }) => words.has(name))
  const members = elements.flatMap((element) => {
    const [key = '', { code = '' } = {}] = [...element.properties].at(-1) ?? []
    const isPrimitive = definitions.type(code)?.kind === 'primitive'
    const value = isPrimitive ? 'x' : { id: 'x' }
    const beside = { extension: [{ url: 'x' }] }
    return [
      [key, element.isArray ? [value] : value],
      ...(isPrimitive ? [[`_${key}`, element.isArray ? [beside] : beside]] : []),
    ]
  })
  return fc.subarray(members).map((some) => Object.fromEntries(some) as Record<string, unknown>)
}

const dates = [
  '2020',
  '2021',
  '2020-01',
  '2020-01-02',
  '2020-01-01',
  '2020-01-01T10:00:00Z',
  '2020-01-01T10:00:00+01:00',
  '2020-01-01T09:30:00Z',
  '2020-01-01T10:00:00.5Z',
  '2020-01-01T10:00:00.4Z',
]
const coding = fc.record(
  {
    system: fc.constantFrom('http://x', 'http://y'),
    code: fc.constantFrom('a', 'b'),
    display: fc.constantFrom('A', 'B'),
    userSelected: fc.boolean(),
  },
  { requiredKeys: ['system'] },
)
const concept = fc.record({ coding: fc.array(coding, { minLength: 1, maxLength: 2 }) })
const paths = fc.record({
  element: fc.array(fc.record({ path: fc.constantFrom('Patient', 'Patient.a', 'Patient.ab', 'Basic.a', 'PatientX') }), {
    minLength: 1,
    maxLength: 3,
  }),
})
const specialNodes: Record<string, fc.Arbitrary<Record<string, unknown>>> = {
  Observation: fc.record(
    {
      code: concept,
      valueString: fc.constant('x'),
      dataAbsentReason: fc.constant({ text: 'x' }),
      component: fc.array(fc.record({ code: concept }), { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['code'] },
  ),
  'ImplementationGuide.definition': fc.record(
    {
      grouping: fc.array(fc.record({ id: fc.constantFrom('a', 'b') }, { requiredKeys: [] }), { maxLength: 2 }),
      resource: fc.array(fc.record({ groupingId: fc.constantFrom('a', 'b') }, { requiredKeys: [] }), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
  ImplementationGuide: fc.record({
    fhirVersion: fc.subarray(['4.0.1', '4.0.0', '1.0']),
    definition: fc.record({
      resource: fc.array(fc.record({ fhirVersion: fc.subarray(['4.0.1', '1.0']) }), { maxLength: 2 }),
    }),
  }),
  'StructureDefinition.snapshot': paths,
  'StructureDefinition.differential': paths,
  Period: fc.record({ start: fc.constantFrom(...dates), end: fc.constantFrom(...dates) }, { requiredKeys: [] }),
  Bundle: fc.record({
    type: fc.constantFrom('history', 'collection'),
    entry: fc.array(
      fc.record(
        {
          fullUrl: fc.constantFrom('urn:x:1', 'urn:x:2', 'urn:x:3'),
          resource: fc.constantFrom<Resource>(
            { resourceType: 'Basic' },
            { resourceType: 'Basic', meta: { versionId: '1' } },
            { resourceType: 'Basic', meta: { versionId: '2' } },
          ),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 4 },
    ),
  }),
}

test('the walk finds the contained resources and references that dom-2 to dom-5 and ref-1 find', () => {
  // R4's dom-3 asks as() of many items, which FHIRPath refuses; R5 writes ofType().
  const expressionOf = (type: string, key: string) =>
    definitions
      .type(type)
      ?.constraints.find((constraint) => constraint.key === key)
      ?.expression.replaceAll(/\bas\(/g, 'ofType(') ?? ''
  const domain = ['dom-2', 'dom-3', 'dom-4', 'dom-5'].map((key) => ({
    key,
    test: compileExpression(expressionOf('Patient', key), 'Patient'),
  }))
  const refers = compileExpression(expressionOf('Reference', 'ref-1'), 'Reference')
  const reference = fc.record({ reference: fc.constantFrom('#a', '#b', '#c', 'Practitioner/1') })
  const contained = fc.record(
    {
      resourceType: fc.constant('PractitionerRole'),
      id: fc.constantFrom('a', 'b'),
      practitioner: fc.record({ reference: fc.constantFrom('#', '#a', 'Practitioner/1') }),
      contained: fc.constant([{ resourceType: 'Basic', id: 'x', code: { text: 'x' } }]),
      meta: fc.record({ versionId: fc.constant('1'), security: fc.constant([{ code: 'R' }]) }, { requiredKeys: [] }),
    },
    { requiredKeys: ['resourceType', 'id'] },
  )
  const patients = fc.record({
    resourceType: fc.constant('Patient'),
    contained: fc.uniqueArray(contained, { minLength: 1, maxLength: 2, selector: ({ id }) => id }),
    generalPractitioner: fc.array(reference, { minLength: 1, maxLength: 2 }),
  })
  fc.assert(
    fc.property(patients, (patient) => {
      const found = validate(patient).map(({ diagnostics = '' }) => diagnostics.split(':')[0])
      for (const { key, test } of domain)
        assert.equal(
          found.includes(key),
          test(patient, patient, patient) === false,
          `${key} ${JSON.stringify(patient)}`,
        )
      const dangling = patient.generalPractitioner.filter((one) => refers(one, patient, patient) === false)
      const own = validate(patient).filter(({ expression }) => expression?.[0]?.includes('generalPractitioner'))
      assert.equal(own.filter(({ code }) => code === 'invariant').length, dangling.length)
    }),
    { seed: 3, numRuns: 300 },
  )
})

test('lists without end are checked in proportion to their length', () => {
  const many = <T>(make: (n: number) => T) => Array.from({ length: 20_000 }, (_, n) => make(n))
  const text = (name: string) => ({ coding: many((n) => ({ system: 'http://x', code: `${name}${n}` })) })
  const element = many((n) => ({ id: `e${n}`, path: n === 0 ? 'Patient' : `Patient.e${n}` }))
  const vague = { url: 'http://x', name: 'X', status: 'draft' }
  // Compared each with each, any of these would take minutes, and this file its time limit.
  const resources: Resource[] = [
    {
      resourceType: 'Observation',
      status: 'final',
      code: text('a'),
      valueString: 'x',
      component: [{ code: text('b') }],
    },
    {
      resourceType: 'Observation',
      status: 'final',
      code: text('a'),
      valueString: 'x',
      component: many((n) => ({ code: { coding: [{ code: `${n}` }] } })),
    },
    {
      resourceType: 'ImplementationGuide',
      ...vague,
      packageId: 'x',
      fhirVersion: ['4.0.1'],
      definition: {
        grouping: many((n) => ({ id: `g${n}`, name: 'x' })),
        resource: many((n) => ({ reference: { display: 'x' }, groupingId: `g${n}` })),
      },
    },
    {
      resourceType: 'StructureDefinition',
      ...vague,
      kind: 'resource',
      abstract: false,
      type: 'Patient',
      baseDefinition: 'http://x',
      differential: { element },
    },
    { resourceType: 'Bundle', type: 'collection', entry: many((n) => ({ fullUrl: `urn:x:${n}` })) },
    { resourceType: 'CodeSystem', status: 'draft', content: 'complete', concept: many((n) => ({ code: `${n}` })) },
    { resourceType: 'Questionnaire', status: 'draft', item: many((n) => ({ linkId: `${n}`, type: 'string' })) },
  ]
  for (const resource of resources) {
    const errors = validate(resource).filter(({ code }) => code !== 'incomplete')
    assert.ok(resource.resourceType === 'Bundle' ? errors.length === 1000 : errors.length === 0, resource.resourceType)
  }
})
