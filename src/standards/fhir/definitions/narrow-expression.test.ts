import assert from 'node:assert/strict'
import { test } from 'node:test'
import { narrowExpression } from './narrow-expression.ts'

const isResourceType = (name: string) => ['Patient', 'Person', 'Observation'].includes(name)

test('a union keeps the branch of the type', () => {
  assert.equal(narrowExpression('Patient.name | Person.name', 'Person', isResourceType), 'Person.name')
})

test('a branch in parentheses is opened', () => {
  assert.equal(
    narrowExpression('(Observation.value as Quantity) | (Patient.deceased as dateTime)', 'Patient', isResourceType),
    'Patient.deceased as dateTime',
  )
})

test('a union within a call stays whole', () => {
  const expression = "Patient.name.where(use = 'a|b' or (given | family).exists())"
  assert.equal(narrowExpression(expression, 'Patient', isResourceType), expression)
})

test('a branch that starts nowhere in particular stays', () => {
  assert.equal(
    narrowExpression('value.ofType(Quantity) | value.ofType(Range)', 'Patient', isResourceType),
    'value.ofType(Quantity) | value.ofType(Range)',
  )
})
