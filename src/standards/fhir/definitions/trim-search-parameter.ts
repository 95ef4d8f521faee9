import type { ExtractedSearchParameter, SearchParameterType } from './extract.ts'
import { narrowExpression } from './narrow-expression.ts'

/** What is read of a SearchParameter. https://hl7.org/fhir/R4/searchparameter.html */
export type SearchParameter = {
  readonly resourceType: 'SearchParameter'
  readonly url: string
  readonly version?: string
  readonly code: string
  readonly type: SearchParameterType
  readonly base: readonly string[]
  readonly expression?: string
  readonly target?: readonly string[]
  readonly component?: readonly { readonly definition: string; readonly expression: string }[]
  readonly comparator?: readonly string[]
  readonly modifier?: readonly string[]
  readonly multipleOr?: boolean
  readonly multipleAnd?: boolean
  readonly chain?: readonly string[]
}

/** A SearchParameter with its expression narrowed to each base type. */
export function trimSearchParameter(
  parameter: SearchParameter,
  isResourceType: (name: string) => boolean,
): ExtractedSearchParameter {
  const expression = parameter.expression ?? ''
  const { url, code, type, target, comparator, modifier, multipleOr, multipleAnd, chain } = parameter
  const components = parameter.component?.map((component) => ({
    definition: component.definition,
    // Observation's code-value-date says DateTime, a type that R4 does not have.
    expression: component.expression.replace('ofType(DateTime)', 'ofType(dateTime)'),
  }))
  return {
    url,
    code,
    type,
    expressions: Object.fromEntries(
      parameter.base.map((base) => [base, expression && narrowExpression(expression, base, isResourceType)]),
    ),
    ...(target && { target }),
    ...(components && { components }),
    ...(comparator && { comparator }),
    ...(modifier && { modifier }),
    ...(multipleOr !== undefined && { multipleOr }),
    ...(multipleAnd !== undefined && { multipleAnd }),
    ...(chain && { chain }),
  }
}
