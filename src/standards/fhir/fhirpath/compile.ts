import { Problem } from '../../../kernel/problem.ts'
import type { Definitions } from '../definitions/definitions.ts'
import { modelOf, resourceType } from './navigate.ts'
import { parseFhirPath } from './parse.ts'
import { defaultMaximumSteps, type Environment } from './state.ts'
import { compileStep, pathOf, type Context } from './steps.ts'
import { nothing, type Collection, type Companion, type TypedValue } from './typed-value.ts'
import { walkerFor } from './walker.ts'

export type CompileOptions = {
  /** Type of the value it will be evaluated on: a resource type, a datatype, or a backbone element's path. */
  readonly type: string
  readonly definitions: Definitions
  /**
   * Refuse what can never yield anything: elements that the types do not have, an index into no order; and hold `as` to
   * one item, as FHIRPath has it. Otherwise `as` filters like `ofType`, which R4's own expressions rely on (dom-3).
   */
  readonly strict?: boolean
  /** Values say where they were found (`locationOf`); plain paths then cost more. */
  readonly located?: boolean
  /** The expression comes from a request: regular expressions, which can be written to run for ever, are refused. */
  readonly isFromStranger?: boolean
}

/** Evaluates on a value of the type it was compiled for. */
export type FhirPath = (value: unknown, environment?: Environment) => Collection

/**
 * An expression as a function. Throws an `invalid` Problem for text that is no FHIRPath; so does the function, where the
 * values do not allow what the expression asks. https://hl7.org/fhirpath/N1/
 */
export function compileFhirPath(
  expression: string,
  { type, definitions, strict = false, located = false, isFromStranger = false }: CompileOptions,
): FhirPath {
  const model = modelOf(definitions)
  const isPolymorphic = definitions.type(type)?.isAbstract ?? false
  const ast = parseFhirPath(expression)
  const context: Context = {
    model,
    strict,
    located,
    isFromStranger,
    types: isPolymorphic ? undefined : [type],
    totalTypes: undefined,
  }
  const path = pathOf(ast, context)
  // The walk itself, without anything around it: what is not an object has nothing to walk through.
  if (path && definitions.type(type)?.kind !== 'primitive') return walkerFor(path)
  const { run } = compileStep(ast, context)
  return (value, environment = {}) => {
    const root: TypedValue = {
      type: isPolymorphic ? resourceType(value, type) : type,
      value,
      companion: environment.companion as Companion | undefined,
      parent: undefined,
      property: '',
      index: -1,
    }
    return withinLimits(() =>
      run({
        evaluation: {
          environment,
          model,
          root,
          moment: undefined,
          stepsLeft: environment.maximumSteps ?? defaultMaximumSteps,
        },
        self: [root],
        index: 0,
        total: nothing,
      }),
    )
  }
}

/** A text or a stack that grows beyond what JavaScript allows is the expression's fault. */
function withinLimits(evaluate: () => Collection): Collection {
  try {
    return evaluate()
  } catch (error) {
    if (error instanceof RangeError)
      throw new Problem('invalid', 'FHIRPath: the expression asks for too much', { cause: error })
    throw error
  }
}
