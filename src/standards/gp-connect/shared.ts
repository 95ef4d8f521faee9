import type { Source } from './source.ts'

/** What many items name may come to so many characters in all, when each of the record's resources names it. */
const largestInAll = 2_000_000
const longestText = 1000
const mostOfOne = 20

/**
 * A person, a place or a product that many items point at, for those items: a name the size of a book, told once for each
 * of thousands, would make a small record a document that nobody can open. What is of any ordinary size stays as it is.
 */
export function shared<T extends object>(value: T, key: string, source: Source): T {
  const allowed = largestInAll / source.entries.length
  if (sizeOf(value, allowed) <= Math.max(allowed, longestText)) return value
  let cut = false
  const walk = (one: unknown, name = ''): unknown => {
    if (typeof one === 'string' && one.length > longestText && name !== 'key') {
      cut = true
      // No half of a character that takes two.
      return `${one.slice(0, longestText).replace(/[\uD800-\uDBFF]$/, '')}…`
    }
    if (Array.isArray(one)) {
      if (one.length > mostOfOne) cut = true
      return one.slice(0, mostOfOne).map((each) => walk(each))
    }
    if (typeof one !== 'object' || one === null) return one
    return Object.fromEntries(Object.entries(one).map(([inner, each]) => [inner, walk(each, inner)]))
  }
  const made = walk(value) as T
  if (!cut) return value
  source.issue({
    severity: 'error',
    text: 'Something that the record refers to again and again is too long to be told in full each time, and is cut short',
    resource: key,
  })
  return made
}

/** Characters of its text, counted as far as it matters. */
function sizeOf(value: unknown, enough: number): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  let size = 0
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    size += sizeOf(inner, enough)
    if (size > enough && size > longestText) return size
  }
  return size
}
