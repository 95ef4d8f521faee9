import { splitPrefix, type Prefix } from './compile/prefix.ts'
import type { Search, SortKey } from './term.ts'

const directions: Partial<Record<Prefix, 'up' | 'down'>> = {
  gt: 'down',
  ge: 'down',
  sa: 'down',
  lt: 'up',
  le: 'up',
  eb: 'up',
}
const ordered = new Set(['date', 'number', 'quantity'])

/**
 * The order for a search that asks for none. Where nothing but ranges of values is asked for, such as `date=ge2024`,
 * matches lie together at one end of an index: going along it finds the first page at once, however many there are.
 * Otherwise the newest resources come first: an empty list.
 */
export function naturalSort({ terms }: Pick<Search, 'terms'>): SortKey[] {
  const positive = terms.filter(
    (term) => !('not' in term && term.not) && !(term.kind === 'match' && term.modifier === 'not'),
  )
  const ranges = positive.flatMap((term) =>
    term.kind === 'match' && ordered.has(term.parameter.type) && term.modifier === undefined ? [term] : [],
  )
  if (ranges.length === 0 || ranges.length < positive.length) return []
  const key = ranges.flatMap(({ parameter, values }) => {
    const direction = values.length === 1 ? directions[splitPrefix(values[0] as string).prefix] : undefined
    return direction ? [{ parameter, descending: direction === 'down' }] : []
  })
  return key.slice(0, 1)
}
