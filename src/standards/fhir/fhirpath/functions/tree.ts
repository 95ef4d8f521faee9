import { childrenOf, type Model } from '../navigate.ts'
import type { Collection, TypedValue } from '../typed-value.ts'
import { ofValues, unknown, unordered, type FunctionList } from './function.ts'

/** https://hl7.org/fhirpath/N1/#tree-navigation */
export const tree: FunctionList = {
  children: unordered(
    ofValues(0, 0, unknown, (input, _, { evaluation: { model } }) => input.flatMap((item) => childrenOf(model, item))),
  ),
  descendants: unordered(ofValues(0, 0, unknown, (input, _, { evaluation: { model } }) => descendantsOf(input, model))),
}

/** Level by level. */
function descendantsOf(input: Collection, model: Model): TypedValue[] {
  const found: TypedValue[] = []
  let level: Collection = input
  while (level.length > 0) {
    level = level.flatMap((item) => childrenOf(model, item))
    for (const item of level) found.push(item)
  }
  return found
}
