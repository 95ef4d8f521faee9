import { Problem } from '../../../../kernel/problem.ts'
import { distinct, ValueSet } from '../distinct.ts'
import { singleInteger } from '../singleton.ts'
import { nothing } from '../typed-value.ts'
import { ofValues, ordered, same, type FunctionList, type Types } from './function.ts'

const either = (input: Types, [other]: readonly Types[]): Types =>
  input && other ? [...new Set([...input, ...other])] : undefined

/** https://hl7.org/fhirpath/N1/#subsetting and https://hl7.org/fhirpath/N1/#combining */
export const subsetting: FunctionList = {
  single: ofValues(0, 0, same, (input) => {
    if (input.length > 1) throw new Problem('invalid', `FHIRPath: single() of ${input.length} items`)
    return input
  }),
  first: ordered(ofValues(0, 0, same, (input) => (input.length > 1 ? input.slice(0, 1) : input))),
  last: ordered(ofValues(0, 0, same, (input) => (input.length > 1 ? input.slice(-1) : input))),
  tail: ordered(ofValues(0, 0, same, (input) => input.slice(1))),
  skip: ordered(
    ofValues(1, 1, same, (input, [count = nothing]) => input.slice(Math.max(0, singleInteger(count, 'skip') ?? 0))),
  ),
  take: ordered(
    ofValues(1, 1, same, (input, [count = nothing]) => input.slice(0, Math.max(0, singleInteger(count, 'take') ?? 0))),
  ),
  intersect: ofValues(1, 1, same, (input, [other = nothing]) => {
    const known = new ValueSet(other)
    return distinct(input.filter((value) => known.has(value)))
  }),
  exclude: ofValues(1, 1, same, (input, [other = nothing]) => {
    const known = new ValueSet(other)
    return input.filter((value) => !known.has(value))
  }),
  union: ofValues(1, 1, either, (input, [other = nothing]) => distinct([...input, ...other])),
  combine: ofValues(1, 1, either, (input, [other = nothing]) => [...input, ...other]),
}
