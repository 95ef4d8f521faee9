import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../../kernel/problem.ts'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { compileFhirPath } from './compile.ts'
import { functions } from './functions/index.ts'
import { operators } from './operators.ts'

const definitions = loadDefinitions()
const words = [
  ...functions.keys(),
  ...operators.keys(),
  ...'Patient name given family birthDate extension contained value constructor __proto__ is as ofType sort'.split(' '),
  ...`$this $index $total %resource %context . ( ) [ ] , { } - 0 1 2147483647 1.50 'a' '' @2024 @2024-02-30 @T10:00`.split(
    ' ',
  ),
  ...`@2024-01-01T10:00:00Z true 5'mg' 2\u0020days System.Integer FHIR.string \`name\` // /* '\\u0041' \\ "`.split(' '),
]
const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  0,
  '',
  'x',
  [],
  {},
  [null],
  [[]],
  [{}],
  { given: 5 },
  { given: [[null]] },
)
const patient = fc.record(
  {
    resourceType: fc.constant('Patient'),
    name: fc.oneof(odd, fc.array(fc.record({ given: odd, _given: odd, family: odd }), { maxLength: 3 })),
    birthDate: odd,
    _birthDate: odd,
    contained: odd,
    valueQuantity: odd,
  },
  { requiredKeys: ['resourceType'] },
)

test('whatever is asked of whatever is there, the answer is a collection or a Problem', () => {
  let answers = 0
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...words), { maxLength: 12 }),
      patient,
      fc.boolean(),
      (parts, resource, located) => {
        try {
          const path = compileFhirPath(parts.join(' '), { type: 'Patient', definitions, located })
          answers += Array.isArray(path(resource, { now: () => new Date(0), maximumSteps: 10_000 })) ? 1 : 0
        } catch (error) {
          assert.ok(error instanceof Problem, `${parts.join(' ')}: ${error instanceof Error ? error.stack : error}`)
        }
      },
    ),
    { numRuns: 5000 },
  )
  assert.ok(answers > 0)
})

test('functions of one another, on data of any form', () => {
  const argument = fc.constantFrom('1', "'a'", '$this', '%resource', 'name', '{}', "1 'mg'", 'true', '-1', '2.5')
  const call = fc
    .tuple(fc.constantFrom(...functions.entries()), fc.array(argument, { minLength: 3, maxLength: 3 }), fc.boolean())
    .map(
      ([[name, { minimum, maximum }], args, most]) => `${name}(${args.slice(0, most ? maximum : minimum).join(', ')})`,
    )
  const start = fc.constantFrom(
    'name',
    'name.given',
    'birthDate',
    'children()',
    '1',
    '1.5',
    "'a'",
    "2 'mg'",
    '@2024-01',
    '{}',
    '(1|2)',
  )
  let answers = 0
  fc.assert(
    fc.property(start, fc.array(call, { minLength: 1, maxLength: 4 }), patient, (first, calls, resource) => {
      const expression = [first, ...calls].join('.')
      try {
        const path = compileFhirPath(expression, { type: 'Patient', definitions })
        answers += Array.isArray(path(resource, { now: () => new Date(0), maximumSteps: 10_000 })) ? 1 : 0
      } catch (error) {
        assert.ok(error instanceof Problem, `${expression}: ${error instanceof Error ? error.stack : error}`)
      }
    }),
    { numRuns: 5000 },
  )
  assert.ok(answers > 500)
})
