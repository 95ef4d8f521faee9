import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../../../kernel/problem.ts'
import { loadDefinitions } from '../../../../platform/definitions/load.ts'
import { parseJson } from '../../json.ts'
import { compileFhirPath } from '../compile.ts'
import { decimalText, type Decimal } from '../decimal.ts'
import { quantityText, type Quantity } from '../quantity.ts'
import type { Environment } from '../state.ts'
import type { TypedValue } from '../typed-value.ts'

const definitions = loadDefinitions()
const observation = parseJson(`{
  "resourceType": "Observation", "id": "o", "status": "final",
  "code": { "coding": [{ "system": "http://loinc.org", "code": "a" }, { "code": "b" }] },
  "valueQuantity": { "value": 1.50, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg" },
  "component": [{ "valueInteger": 1 }, { "valueInteger": 2 }, { "valueString": "x" }],
  "text": { "status": "generated", "div": "<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><b>x</b></div>" }
}`)

function plain({ type, value }: TypedValue): unknown {
  if (type === 'System.Decimal') return decimalText(value as Decimal)
  return type === 'System.Quantity' ? quantityText(value as Quantity) : value
}
const evaluate = (expression: string, environment?: Environment) =>
  compileFhirPath(expression, { type: 'Observation', definitions })(observation, environment).map(plain)

/** Every expression yields what stands beside it. */
function holds(expected: Readonly<Record<string, readonly unknown[]>>, environment?: Environment): void {
  const found = Object.fromEntries(
    Object.keys(expected).map((expression) => [expression, evaluate(expression, environment)]),
  )
  assert.deepEqual(found, expected)
}

test('collections are counted, compared and searched', () => {
  holds({
    'component.exists(value is integer)': [true],
    'component.all(value.exists())': [true],
    '(true | false).allTrue()': [false],
    '(1 | 2).subsetOf(1 | 2 | 3)': [true],
    '(1 | 2 | 2.0).count()': [2],
    'component.value.ofType(integer).aggregate($this + $total, 0)': [3],
    'component.select($index)': [0, 1, 2],
    'component.value.skip(1).first()': [2],
    '(1 | 2 | 3).intersect(2 | 3 | 4)': [2, 3],
    '(3 | 1 | 2).sort(-$this)': [3, 2, 1],
    "iif(status = 'x', 1, 2)": [2],
    "code.repeat(coding).code | 'z'": ['a', 'b', 'z'],
  })
})

test('text is cut, searched and put together', () => {
  holds({
    "'abcdef'.substring(2, 3)": ['cde'],
    "'abc'.indexOf('c')": [2],
    "'a,b'.split(',').join('-')": ['a-b'],
    "'abc'.matches('^a.c$')": [true],
    "'2024-01-02'.replaceMatches('(\\\\d+)-(\\\\d+)-(\\\\d+)', '$3.$2.$1')": ['02.01.2024'],
    "'a.a'.replace('a', '$&')": ['$&.$&'],
    "'é'.encode('base64').decode('base64')": ['é'],
    "'<&>'.escape('html').unescape('html')": ['<&>'],
    '{}.upper()': [],
  })
})

test('values are converted where they can be', () => {
  holds({
    "'12'.toInteger()": [12],
    "'1.50'.toDecimal()": ['1.50'],
    "'yes'.toBoolean()": [true],
    "'4 days'.toQuantity()": ['4 days'],
    "'2024-02-30'.convertsToDate()": [false],
    '@2024-01-02T03:04.toDate()': ['2024-01-02'],
    'value.toString()': ["1.50 'mg'"],
    "value.toQuantity('g')": ["0.0015 'g'"],
  })
})

test('decimals are exact and keep their digits', () => {
  holds({
    '0.1 + 0.2 = 0.3': [true],
    'value.value + 0': ['1.50'],
    '1 / 3': ['0.33333333333333333333'],
    '7 mod 4': [3],
    '(-7) div 2': [-3],
    '2.5.power(3)': ['15.625'],
    '1000.log(10)': ['3'],
    '(-1).sqrt()': [],
    '1.587.highBoundary(2)': ['1.59'],
    '2147483647 + 1': [],
  })
})

test('quantities are compared and calculated across units', () => {
  holds({
    "value = 0.0015 'g'": [true],
    "value < 2 'mg'": [true],
    "value = 1.5 'cm'": [],
    "1 'g' + 1 'mg'": ["1001 'mg'"],
    '1 year = 12 months': [true],
    "1 'a' = 1 year": [],
    '1 year + 1 month': ['13 months'],
    '1 year + 1 week': [],
    "3 months - 5 'cm'": [],
    "6 'm' / 2 's'": ["3 'm.s-1'"],
    "2 'm' * 3 'm'": ["6 'm2'"],
    '1 year * 2 days': [],
    "1 'a' ~ 1 year": [true],
    "37 'Cel' = 310.15 'K'": [true],
  })
})

test('time comes from the clock that is handed in, and stands still', () => {
  let calls = 0
  const now = () => new Date(Date.UTC(2024, 0, 31, 23, 30, calls++))
  holds({ 'now() = now()': [true] }, { now })
  holds({ 'today()': ['2024-01-31'] }, { now })
  holds({ 'today()': ['2024-02-01'], 'today() + 1 month': ['2024-03-01'] }, { now, offsetMinutes: 60 })
  assert.throws(() => evaluate('now()'), Problem)
})

test('what FHIR adds is answered here or by who is asked', () => {
  holds({
    'text.`div`.htmlChecks()': [true],
    'status.hasValue()': [true],
    "conformsTo('http://hl7.org/fhir/StructureDefinition/Observation')": [true],
    '%`vs-observation-status`': ['http://hl7.org/fhir/ValueSet/observation-status'],
    '%resource.id': ['o'],
  })
  holds(
    { "status.memberOf('v')": [true], '%name': ['n'] },
    { memberOf: (_, url) => url === 'v', variables: { name: 'n' } },
  )
  assert.throws(() => evaluate('%constructor'), Problem)
  assert.throws(() => evaluate("conformsTo('http://example.org/unknown')"), Problem)
})

test('what makes no sense is a Problem', () => {
  for (const expression of [
    "1 + 'a'",
    "1 < 'a'",
    'component.single()',
    '(1 | 2) + 1',
    'code.startsWith(1)',
    "'a'.matches('(')",
    "@2024-01-01 + 1 'mo'",
    '-status',
  ])
    assert.throws(() => evaluate(expression), Problem, expression)
})

test('an expression that asks for too much is given up', () => {
  for (const expression of [
    `'a'${".replace('', 'aaaaaaaaaaaaaaaa')".repeat(20)}`,
    '9999.power(1000).power(1000).power(1000)',
    '%resource.descendants().select(%resource.descendants().select(%resource.descendants()))',
    `1${' + 1'.repeat(2000)}`,
    `${'('.repeat(300)}1${')'.repeat(300)}`,
  ])
    assert.throws(() => evaluate(expression, { maximumSteps: 1000 }), Problem, expression.slice(0, 80))
})

test('regular expressions are not for strangers', () => {
  const options = { type: 'Observation', definitions, isFromStranger: true }
  assert.throws(() => compileFhirPath("status.matches('(a+)+$')", options), /not for expressions in requests/)
})
