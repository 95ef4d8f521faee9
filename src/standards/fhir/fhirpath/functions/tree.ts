import { childrenOf } from '../navigate.ts'
import { spend, type Evaluation } from '../state.ts'
import type { Collection, TypedValue } from '../typed-value.ts'
import { ofValues, unknown, unordered, type FunctionList } from './function.ts'

/** https://hl7.org/fhirpath/N1/#tree-navigation */
export const tree: FunctionList = {
  children: unordered(ofValues(0, 0, unknown, (input, _, { evaluation }) => childrenOfAll(input, evaluation))),
  descendants: unordered(ofValues(0, 0, unknown, (input, _, { evaluation }) => descendantsOf(input, evaluation))),
}

function childrenOfAll(input: Collection, evaluation: Evaluation): TypedValue[] {
  const found = input.flatMap((item) => childrenOf(evaluation.model, item))
  spend(evaluation, found.length)
  return found
}

/** Level by level. */
function descendantsOf(input: Collection, evaluation: Evaluation): TypedValue[] {
  const found: TypedValue[] = []
  let level: Collection = input
  while (level.length > 0) {
    level = childrenOfAll(level, evaluation)
    for (const item of level) found.push(item)
  }
  return found
}
