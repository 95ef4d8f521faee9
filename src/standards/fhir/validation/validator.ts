import type { Definitions } from '../definitions/definitions.ts'
import type { OutcomeIssue, Resource } from '../types.ts'
import { expressionsByFhirPath } from './expressions.ts'
import { compileInvariants, type CompileExpression } from './invariants.ts'
import { type Run, type Scope, toIssue } from './run.ts'
import { compileTypes } from './type-rules.ts'
import { createWalk } from './walk.ts'

/** Every issue of a resource at once; none for a valid one. */
export type Validator = (resource: Resource) => OutcomeIssue[]

/**
 * Validation against R4 as its StructureDefinitions say: structure, cardinality, types and their formats, choices,
 * required bindings, contained resources and references, invariants. Each type is compiled when it is first met.
 * https://hl7.org/fhir/R4/validation.html
 */
export function createValidator(
  definitions: Definitions,
  compileExpression: CompileExpression = expressionsByFhirPath(definitions),
): Validator {
  const rulesOf = compileTypes(definitions, compileInvariants(definitions, compileExpression))
  const checkResource = createWalk({ rulesOf, isResourceType: definitions.isResourceType })

  return (resource) => {
    const { resourceType } = (resource ?? {}) as Partial<Resource>
    if (typeof resourceType !== 'string' || !definitions.isResourceType(resourceType)) return [notAResource]
    const run: Run = { names: [resourceType], indices: [-1], depth: 1, found: [], scope: noScope }
    checkResource(resource, -1, run)
    return run.found.map(toIssue)
  }
}

const notAResource: OutcomeIssue = {
  severity: 'fatal',
  code: 'structure',
  diagnostics: 'Expected an object with the resourceType of a resource of FHIR R4',
  expression: ['Resource'],
}

const noScope: Scope = {
  resource: { resourceType: '' },
  root: { resourceType: '' },
  isContained: false,
  contained: undefined,
  mentioned: new Set(),
  pointingUp: new Set(),
  elementIds: undefined,
}
