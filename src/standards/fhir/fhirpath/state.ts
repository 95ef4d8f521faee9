import { Problem } from '../../../kernel/problem.ts'
import type { Model } from './navigate.ts'
import type { Collection, TypedValue } from './typed-value.ts'

/** What an expression may ask of the world around the value it is evaluated on. Everything may be left out. */
export type Environment = {
  /** `%resource`: the resource that holds the value; the value itself when left out. */
  readonly resource?: object
  /** `%rootResource`: the container of a contained resource; `%resource` when left out. */
  readonly rootResource?: object
  /** `now()` and `today()` read it, once per evaluation; without it they are a Problem. */
  readonly now?: () => Date
  /** Minutes east of UTC in which `now()` and `today()` are said. */
  readonly offsetMinutes?: number
  /** Values of `%name`. */
  readonly variables?: Readonly<Record<string, Collection | string | number | boolean>>
  /** Companion of the value, when it is a primitive: its id and extensions. */
  readonly companion?: object
  /** What a Reference or canonical leads to; contained resources and Bundle entries are found without it. */
  readonly resolve?: (reference: string) => object | undefined
  /** Whether a code is in a value set; undefined when nobody can tell. R4's required value sets are known without. */
  readonly memberOf?: (value: TypedValue, valueSet: string) => boolean | undefined
  /** Whether the first code means what the second means, or more; undefined when nobody can tell. */
  readonly subsumes?: (general: TypedValue, special: TypedValue) => boolean | undefined
  /** Whether a value conforms to a profile; undefined for a profile that nobody knows. */
  readonly conformsTo?: (value: TypedValue, profile: string) => boolean | undefined
  readonly trace?: (name: string, values: Collection) => void
  /** Items looked at before an evaluation is given up: an expression of a few words can ask for more than anybody has time for. */
  readonly maximumSteps?: number
}

/** One evaluation: what stays the same throughout, and the place where it stands. */
export type State = {
  readonly evaluation: Evaluation
  /** `$this`. */
  readonly self: Collection
  /** `$index`. */
  readonly index: number
  /** `$total`. */
  readonly total: Collection
}

export type Evaluation = {
  readonly environment: Environment
  readonly model: Model
  readonly root: TypedValue
  moment: Date | undefined
  stepsLeft: number
}

export const defaultMaximumSteps = 10_000_000

/** A compiled expression, or a part of one. */
export type Run = (state: State) => Collection

/** The same evaluation, standing at one item. */
export function within(state: State, self: Collection, index: number, total = state.total): State {
  spend(state.evaluation, 1)
  return { evaluation: state.evaluation, self, index, total }
}

export function spend(evaluation: Evaluation, steps: number): void {
  evaluation.stepsLeft -= steps
  if (evaluation.stepsLeft < 0) throw new Problem('invalid', 'FHIRPath: the expression asks for too much')
}
