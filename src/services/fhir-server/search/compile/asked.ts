import type { Finder } from './context.ts'

/** Asked of one resource. */
export function holds({ from, where, rid, negated, asWhole }: Finder, alias: string): string {
  const not = negated ? 'not ' : ''
  if (asWhole) return `${not}(${alias}.rid in (select ${rid} from ${from} where ${where}))`
  return `${not}exists (select from ${from} where ${where} and ${rid} = ${alias}.rid)`
}

/**
 * The same so that the planner cannot make a join of it: row by row. `sameIndex`: the row that asks is one of the very
 * parameter, so that of several types' parameters only its own is looked at.
 */
export function holdsRowByRow(finder: Finder, alias: string, sameIndex = false): string {
  const { from, where, rid, negated, asWhole, ofOne } = finder
  if (asWhole) return holds(finder, alias)
  const found = ofOne
    ? // Or PostgreSQL, which may take any value for rare, goes along all that have such a one, for each resource anew.
      `(select * from ${from} where ${ofOne.rows} and ${rid} = ${alias}.rid
        ${sameIndex ? `and ${ofOne.alias}.p = ${alias}.p` : ''} offset 0) ${ofOne.alias} where ${ofOne.condition}`
    : `${from} where ${where} and ${rid} = ${alias}.rid`
  return `(select true from ${found} limit 1) is ${negated ? '' : 'not '}null`
}
