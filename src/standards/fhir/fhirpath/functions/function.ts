import type { Run, State } from '../state.ts'
import type { Collection } from '../typed-value.ts'

/** Types a result may have; undefined when that is open until evaluation. */
export type Types = readonly string[] | undefined

/** A FHIRPath function: how many arguments, what it does, what comes out. */
export type FhirPathFunction = {
  readonly minimum: number
  readonly maximum: number
  /** Whether arguments are expressions over each item (`where`) rather than values. */
  readonly isLambda: boolean
  readonly apply: (input: Collection, args: readonly Run[], state: State) => Collection
  /** Types of the result, from those of the input and of the arguments. */
  readonly result: (input: Types, args: readonly Types[]) => Types
  /** Of the result: the order is by chance (`children`). */
  readonly isUnordered?: true
  /** Of the input: the order decides the result (`first`). */
  readonly needsOrder?: true
  readonly takesRegularExpression?: true
}

type Result = FhirPathFunction['result']

export const same: Result = (input) => input
export const unknown: Result = () => undefined
export const always =
  (type: string): Result =>
  () => [type]
export const bool = always('System.Boolean')

/** A function of values: its arguments are evaluated first, on what surrounds the call. */
export function ofValues(
  minimum: number,
  maximum: number,
  result: Result,
  apply: (input: Collection, args: readonly Collection[], state: State) => Collection,
): FhirPathFunction {
  return {
    minimum,
    maximum,
    isLambda: false,
    result,
    apply: (input, args, state) =>
      apply(
        input,
        args.map((arg) => arg(state)),
        state,
      ),
  }
}

/** A function that evaluates its arguments itself, each as often as it needs, on `$this` of its choice. */
export function ofExpressions(
  minimum: number,
  maximum: number,
  result: Result,
  apply: FhirPathFunction['apply'],
): FhirPathFunction {
  return { minimum, maximum, isLambda: true, result, apply }
}

export const ordered = (definition: FhirPathFunction): FhirPathFunction => ({ ...definition, needsOrder: true })
export const unordered = (definition: FhirPathFunction): FhirPathFunction => ({ ...definition, isUnordered: true })

export const byRegularExpression = (definition: FhirPathFunction): FhirPathFunction => ({
  ...definition,
  takesRegularExpression: true,
})

export type FunctionList = Readonly<Record<string, FhirPathFunction>>
