import { Problem } from '../../../../kernel/problem.ts'
import { distinct, ValueSet } from '../distinct.ts'
import { condition } from '../singleton.ts'
import { within } from '../state.ts'
import { fromBoolean, fromInteger, nothing, type Collection } from '../typed-value.ts'
import { always, bool, ofExpressions, ofValues, same, type FunctionList } from './function.ts'

/** https://hl7.org/fhirpath/N1/#existence */
export const existence: FunctionList = {
  empty: ofValues(0, 0, bool, (input) => fromBoolean(input.length === 0)),
  exists: ofExpressions(0, 1, bool, (input, [criteria], state) =>
    fromBoolean(
      criteria === undefined
        ? input.length > 0
        : input.some((item, index) => condition(criteria(within(state, [item], index)), 'exists') === true),
    ),
  ),
  all: ofExpressions(1, 1, bool, (input, [criteria], state) =>
    fromBoolean(
      input.every((item, index) => condition(criteria?.(within(state, [item], index)) ?? nothing, 'all') === true),
    ),
  ),
  allTrue: ofValues(0, 0, bool, (input) => fromBoolean(booleans(input).every((value) => value))),
  anyTrue: ofValues(0, 0, bool, (input) => fromBoolean(booleans(input).some((value) => value))),
  allFalse: ofValues(0, 0, bool, (input) => fromBoolean(booleans(input).every((value) => !value))),
  anyFalse: ofValues(0, 0, bool, (input) => fromBoolean(booleans(input).some((value) => !value))),
  subsetOf: ofValues(1, 1, bool, (input, [other = nothing]) => fromBoolean(isSubset(input, other))),
  supersetOf: ofValues(1, 1, bool, (input, [other = nothing]) => fromBoolean(isSubset(other, input))),
  count: ofValues(0, 0, always('System.Integer'), (input) => fromInteger(input.length)),
  distinct: ofValues(0, 0, same, (input) => distinct(input)),
  isDistinct: ofValues(0, 0, bool, (input) => fromBoolean(distinct(input).length === input.length)),
  not: ofValues(0, 0, bool, (input) => {
    const value = condition(input, 'not')
    return value === undefined ? nothing : fromBoolean(!value)
  }),
}

function booleans(input: Collection): boolean[] {
  return input.map(({ type, value }) => {
    if (typeof value !== 'boolean') throw new Problem('invalid', `FHIRPath: expected a Boolean, not a ${type}`)
    return value
  })
}

function isSubset(some: Collection, all: Collection): boolean {
  const known = new ValueSet(all)
  return some.every((value) => known.has(value))
}
