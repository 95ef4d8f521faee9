import { Problem } from '../../../kernel/problem.ts'
import { calculate } from './arithmetic.ts'
import { distinct, ValueSet } from './distinct.ts'
import { compareValues, equalCollections, equivalentCollections } from './equality.ts'
import { condition, single, singleString } from './singleton.ts'
import type { Run, State } from './state.ts'
import { fromBoolean, fromString, nothing, type Collection } from './typed-value.ts'

/** A binary operator. The right side is not evaluated where the left decides. */
export type Operator = {
  readonly evaluate: (left: Run, right: Run, state: State) => Collection
  /** Type of every result; `union` for the types of both sides. */
  readonly result: string | 'union' | undefined
}

/** https://hl7.org/fhirpath/N1/#operations, other than `is` and `as`. */
export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['=', both('System.Boolean', (a, b) => fromBoolean(equalCollections(a, b)))],
  ['!=', both('System.Boolean', (a, b) => fromBoolean(negate(equalCollections(a, b))))],
  ['~', both('System.Boolean', (a, b) => fromBoolean(equivalentCollections(a, b)))],
  ['!~', both('System.Boolean', (a, b) => fromBoolean(!equivalentCollections(a, b)))],
  ['<', comparison('<', (order) => order < 0)],
  ['>', comparison('>', (order) => order > 0)],
  ['<=', comparison('<=', (order) => order <= 0)],
  ['>=', comparison('>=', (order) => order >= 0)],
  ['|', both('union', (a, b) => distinct(a.length === 0 ? b : b.length === 0 ? a : [...a, ...b]))],
  ['in', both('System.Boolean', (a, b) => isIn(a, b, 'in'))],
  ['contains', both('System.Boolean', (a, b) => isIn(b, a, 'contains'))],
  ['+', both(undefined, (a, b) => calculate('+', a, b))],
  ['-', both(undefined, (a, b) => calculate('-', a, b))],
  ['*', both(undefined, (a, b) => calculate('*', a, b))],
  ['/', both(undefined, (a, b) => calculate('/', a, b))],
  ['div', both(undefined, (a, b) => calculate('div', a, b))],
  ['mod', both(undefined, (a, b) => calculate('mod', a, b))],
  ['&', both('System.String', (a, b) => fromString((singleString(a, '&') ?? '') + (singleString(b, '&') ?? '')))],
  ['and', { evaluate: and, result: 'System.Boolean' }],
  ['or', { evaluate: or, result: 'System.Boolean' }],
  ['xor', both('System.Boolean', xor)],
  ['implies', { evaluate: implies, result: 'System.Boolean' }],
])

function both(result: Operator['result'], apply: (left: Collection, right: Collection) => Collection): Operator {
  return { evaluate: (left, right, state) => apply(left(state), right(state)), result }
}

const negate = (value: boolean | undefined) => (value === undefined ? undefined : !value)

function comparison(operator: string, holds: (order: number) => boolean): Operator {
  return both('System.Boolean', (left, right) => {
    const a = single(left, operator)
    const b = single(right, operator)
    if (a === undefined || b === undefined) return nothing
    const order = compareValues(a, b)
    return order === undefined ? nothing : fromBoolean(holds(order))
  })
}

function isIn(item: Collection, collection: Collection, operator: string): Collection {
  const one = single(item, operator)
  return one === undefined ? nothing : fromBoolean(new ValueSet(collection).has(one))
}

function and(left: Run, right: Run, state: State): Collection {
  const a = condition(left(state), 'and')
  if (a === false) return fromBoolean(false)
  const b = condition(right(state), 'and')
  return b === false ? fromBoolean(false) : a === undefined || b === undefined ? nothing : fromBoolean(true)
}

function or(left: Run, right: Run, state: State): Collection {
  const a = condition(left(state), 'or')
  if (a === true) return fromBoolean(true)
  const b = condition(right(state), 'or')
  return b === true ? fromBoolean(true) : a === undefined || b === undefined ? nothing : fromBoolean(false)
}

function xor(left: Collection, right: Collection): Collection {
  const a = condition(left, 'xor')
  const b = condition(right, 'xor')
  return a === undefined || b === undefined ? nothing : fromBoolean(a !== b)
}

function implies(left: Run, right: Run, state: State): Collection {
  const a = condition(left(state), 'implies')
  if (a === false) return fromBoolean(true)
  const b = condition(right(state), 'implies')
  if (b === true) return fromBoolean(true)
  return a === undefined || b === undefined ? nothing : fromBoolean(false)
}

export function operatorNamed(name: string): Operator {
  const operator = operators.get(name)
  if (!operator) throw new Problem('invalid', `FHIRPath: there is no operator ${name}`)
  return operator
}
