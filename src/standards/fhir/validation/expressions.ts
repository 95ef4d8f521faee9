import type { Definitions } from '../definitions/definitions.ts'
import { compileFhirPath } from '../fhirpath/compile.ts'
import { condition } from '../fhirpath/singleton.ts'
import type { CompileExpression } from './invariants.ts'

/** Invariants by our own FHIRPath. */
export function expressionsByFhirPath(definitions: Definitions): CompileExpression {
  return (expression, type) => {
    const evaluate = compileFhirPath(expression, { type, definitions })
    return (node, resource, rootResource) => condition(evaluate(node, { resource, rootResource }), 'an invariant')
  }
}
