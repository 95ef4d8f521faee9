import type { Definitions } from '../definitions/definitions.ts'
import type { Constraint } from '../definitions/extract.ts'
import type { Resource } from '../types.ts'
import { shortcutFor } from './shortcuts.ts'

/** An invariant of severity error, ready to be asked. False is broken; undefined is not known, and not broken. */
export type Invariant = {
  readonly key: string
  readonly human: string
  readonly expression: string
  test(node: unknown, resource: Resource, rootResource: Resource): boolean | undefined
}

/** FHIRPath, as validation needs it: `type` is the FHIR type of the node, which is asked with `%resource` and `%rootResource`. */
export type CompileExpression = (
  expression: string,
  type: string,
) => (node: unknown, resource: Resource, rootResource: Resource) => boolean | undefined

/** Of a constraint on a type or element; none where it is a warning, or where the walk itself sees to it. */
export type InvariantCompiler = (constraint: Constraint, type: string) => Invariant[]

/** ele-1 and the rules of contained resources, references and narratives: see walk.ts, contained.ts, references.ts, xhtml.ts. */
const checkedByTheWalk = new Set(['ele-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'ref-1', 'txt-1', 'txt-2'])

/** As R4 has them these refuse what they mean to allow; R4B and R5 say it so. */
const asMeant: ReadonlyMap<string, string> = new Map([
  // A FHIR boolean is no System.Boolean, which `Boolean` is.
  ['que-7', "operator = 'exists' implies (answer is boolean)"],
])

/** They compare two dates or two quantities, which may be of unequal precision or unit: empty means that nobody can tell. */
const mayBeUnknown = new Set(['per-1', 'rng-2', 'mdd-1', 'inv-1'])

/**
 * Invariants by FHIRPath, compiled when first evaluated. The few that stand on nearly every element have a shortcut in
 * plain code, which may leave a case it does not see through to FHIRPath.
 */
export function compileInvariants(definitions: Definitions, compileExpression: CompileExpression): InvariantCompiler {
  return ({ key, severity, human, expression: published }, type) => {
    if (severity !== 'error' || checkedByTheWalk.has(key)) return []
    const expression = asMeant.get(key) ?? published
    let compiled: ReturnType<CompileExpression> | undefined
    const byFhirPath: Invariant['test'] = (node, resource, rootResource) => {
      compiled ??= compileExpression(expression, type)
      // A condition that comes out empty is not met: `max.toInteger() > 0` of no number.
      return compiled(node, resource, rootResource) ?? (mayBeUnknown.has(key) ? undefined : false)
    }
    const shortcut = shortcutFor(expression, type, definitions)
    const test: Invariant['test'] = shortcut
      ? (node, resource, rootResource) =>
          shortcut(node as Record<string, unknown>, resource) ?? byFhirPath(node, resource, rootResource)
      : byFhirPath
    return [{ key, human, expression, test }]
  }
}
