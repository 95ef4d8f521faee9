import { Problem } from '../../../../kernel/problem.ts'
import { ValueSet } from '../distinct.ts'
import { condition, single } from '../singleton.ts'
import { within } from '../state.ts'
import { nothing, type TypedValue } from '../typed-value.ts'
import { ofExpressions, same, unknown, type FunctionList } from './function.ts'

/** More items than any resource has: an endless repeat() is cut here. */
const maximumItems = 1_000_000

/** https://hl7.org/fhirpath/N1/#filtering-and-projection */
export const filtering: FunctionList = {
  where: ofExpressions(1, 1, same, (input, [criteria], state) =>
    criteria === undefined
      ? nothing
      : input.filter((item, index) => condition(criteria(within(state, [item], index)), 'where') === true),
  ),
  select: ofExpressions(
    1,
    1,
    (_, [projection]) => projection,
    (input, [projection], state) => input.flatMap((item, index) => projection?.(within(state, [item], index)) ?? []),
  ),
  repeat: ofExpressions(1, 1, unknown, (input, [projection], state) => {
    const seen = new ValueSet()
    const found: TypedValue[] = []
    let queue = input
    while (queue.length > 0) {
      const next: TypedValue[] = []
      for (const [index, item] of queue.entries())
        for (const value of projection?.(within(state, [item], index)) ?? []) if (seen.add(value)) next.push(value)
      found.push(...next)
      if (found.length > maximumItems) throw new Problem('invalid', 'FHIRPath: repeat() does not end')
      queue = next
    }
    return found
  }),
  aggregate: ofExpressions(1, 2, unknown, (input, [aggregator, start], state) => {
    let total = start?.(state) ?? nothing
    for (const [index, item] of input.entries()) total = aggregator?.(within(state, [item], index, total)) ?? nothing
    return total
  }),
  iif: ofExpressions(
    2,
    3,
    (_, [, then, otherwise]) => (then && otherwise ? [...then, ...otherwise] : undefined),
    (input, [criterion, then, otherwise], state) => {
      const item = single(input, 'iif')
      const here = item === undefined ? state : within(state, [item], state.index)
      return (condition(criterion?.(here) ?? nothing, 'iif') === true ? then?.(here) : otherwise?.(here)) ?? nothing
    },
  ),
}
