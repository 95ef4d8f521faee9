import { Problem } from '../../../../kernel/problem.ts'
import { dateInterval } from '../date-interval.ts'
import { unescaped } from '../escaping.ts'
import { parameterKey } from '../hash.ts'
import { postgresTime } from '../postgres-time.ts'
import { type Compile, type Context, valueFinder } from './context.ts'
import { type Prefix, splitPrefix } from './prefix.ts'

/** https://hl7.org/fhir/R4/search.html#date */
export const date: Compile = ({ parameter, values }, indexes, context) => {
  const conditions = values.map((value) => {
    const { prefix, rest } = splitPrefix(unescaped(value))
    const interval = dateInterval(rest)
    if (!interval) {
      // A plus in an address is a space.
      const hint = / \d\d:\d\d$/.test(rest) ? '; the + of a time zone is %2B in an address' : ''
      const reason = `${parameter.code} takes a date or time as FHIR writes it${hint}`
      throw new Problem('invalid', reason, { at: parameter.code })
    }
    return (t: string) => compare[prefix](t, interval, context)
  })
  const anyOf = (t: string) => conditions.map((condition) => `(${condition(t)})`).join(' or ')
  return valueFinder('ix_date', indexes.map(parameterKey), anyOf, 4, context)
}

type Interval = { readonly lo: Date; readonly hi: Date }

/** `t.lo` and `t.hi` bound what the resource says, `lo` and `hi` what the search says. */
const compare: Readonly<Record<Prefix, (t: string, interval: Interval, context: Context) => string>> = {
  eq: (t, { lo, hi }, { bind }) => `${t}.lo >= ${at(bind, lo)} and ${t}.hi <= ${at(bind, hi)}`,
  ne: (t, { lo, hi }, { bind }) => `${t}.lo < ${at(bind, lo)} or ${t}.hi > ${at(bind, hi)}`,
  gt: (t, { hi }, { bind }) => `${t}.hi > ${at(bind, hi)}`,
  lt: (t, { lo }, { bind }) => `${t}.lo < ${at(bind, lo)}`,
  // The first condition follows from the others; an index can seek by it.
  ge: (t, { lo, hi }, { bind }) => {
    const from = at(bind, lo)
    return `${t}.hi > ${from} and (${t}.hi > ${at(bind, hi)} or ${t}.lo >= ${from})`
  },
  le: (t, { lo, hi }, { bind }) => {
    const until = at(bind, hi)
    return `${t}.lo < ${until} and (${t}.lo < ${at(bind, lo)} or ${t}.hi <= ${until})`
  },
  sa: (t, { hi }, { bind }) => `${t}.lo >= ${at(bind, hi)}`,
  eb: (t, { lo }, { bind }) => `${t}.hi <= ${at(bind, lo)}`,
  // A tenth of the time between then and now, to both sides.
  ap: (t, { lo, hi }, { bind, now }) => {
    const slack = Math.abs(now.getTime() - lo.getTime()) / 10
    const from = at(bind, new Date(lo.getTime() - slack))
    return `${t}.hi > ${from} and ${t}.lo < ${at(bind, new Date(hi.getTime() + slack))}`
  },
}

const at = (bind: Context['bind'], time: Date) => `${bind(postgresTime(time))}::timestamptz`
