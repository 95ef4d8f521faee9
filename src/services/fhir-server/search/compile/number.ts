import { Problem } from '../../../../kernel/problem.ts'
import { splitEscaped, unescaped } from '../escaping.ts'
import { parameterKey } from '../hash.ts'
import { type NumberInterval, numberInterval } from '../number-interval.ts'
import { type Compile, type Context, valueFinder } from './context.ts'
import { type Prefix, splitPrefix } from './prefix.ts'

/** https://hl7.org/fhir/R4/search.html#number */
export const number: Compile = (term, indexes, context) =>
  amounts(term.parameter.code, term.values.map(unescaped), () => '', indexes, context)

/** `5.4|http://unitsofmeasure.org|mg`, `5.4||mg`, `5.4`. https://hl7.org/fhir/R4/search.html#quantity */
export const quantity: Compile = (term, indexes, context) =>
  amounts(term.parameter.code, term.values, unitCondition, indexes, context)

type Unit = (t: string, parts: readonly string[], context: Context) => string

function amounts(code: string, values: readonly string[], unit: Unit, indexes: readonly string[], context: Context) {
  const conditions = values.map((value) => {
    const [amount = '', ...rest] = unit === unitCondition ? splitEscaped(value, '|').map(unescaped) : [value]
    const { prefix, rest: digits } = splitPrefix(amount)
    const interval = numberInterval(digits)
    if (!interval) throw new Problem('invalid', `${code} takes a number`, { at: code })
    return (t: string) => `(${compare[prefix](t, interval, context)})${unit(t, rest, context)}`
  })
  const anyOf = (t: string) => conditions.map((condition) => `(${condition(t)})`).join(' or ')
  return valueFinder('ix_num', indexes.map(parameterKey), anyOf, 4, context)
}

const unitCondition: Unit = (t, [system, code], { bind }) => {
  const bySystem = system ? ` and ${t}.system = ${bind(system)}::text` : ''
  if (!code) return bySystem
  const named = bind(code)
  // Without a system the code may be the unit's code or what people read.
  return system
    ? `${bySystem} and ${t}.code = ${named}::text`
    : ` and (${t}.code = ${named}::text or ${t}.unit = ${named}::text)`
}

const compare: Readonly<Record<Prefix, (t: string, interval: NumberInterval, context: Context) => string>> = {
  eq: (t, { lo, hi }, { bind }) => `${t}.lo >= ${bind(lo)}::float8 and ${t}.hi < ${bind(hi)}::float8`,
  ne: (t, { lo, hi }, { bind }) => `${t}.lo < ${bind(lo)}::float8 or ${t}.hi >= ${bind(hi)}::float8`,
  // Nearly every row is a point, so that the index on `lo` serves; that on `hi` holds the rest.
  gt: (t, { value }, { bind }) => {
    const at = bind(value)
    return `${t}.lo > ${at}::float8 or (${t}.hi > ${at}::float8 and ${t}.hi <> ${t}.lo)`
  },
  ge: (t, { value }, { bind }) => {
    const at = bind(value)
    return `${t}.lo >= ${at}::float8 or (${t}.hi >= ${at}::float8 and ${t}.hi <> ${t}.lo)`
  },
  lt: (t, { value }, { bind }) => `${t}.lo < ${bind(value)}::float8`,
  le: (t, { value }, { bind }) => `${t}.lo <= ${bind(value)}::float8`,
  sa: (t, { value }, { bind }) => `${t}.lo > ${bind(value)}::float8`,
  eb: (t, { value }, { bind }) => {
    const at = bind(value)
    return `${t}.lo < ${at}::float8 and ${t}.hi < ${at}::float8`
  },
  ap: (t, { value }, { bind }) => {
    const slack = Math.abs(value) / 10
    return `${t}.lo <= ${bind(value + slack)}::float8 and ${t}.hi >= ${bind(value - slack)}::float8`
  },
}
