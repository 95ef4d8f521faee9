/** The same numbers for the same seed: mulberry32, https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
export type Random = {
  /** From 0 up to 1, without 1. */
  next(): number
  /** From 0 up to `below`, without it. */
  integer(below: number): number
  pick<T>(list: readonly T[]): T
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const integer = (below: number) => Math.floor(next() * below)
  return {
    next,
    integer,
    pick(list) {
      if (list.length === 0) throw new Error('Nothing to pick from')
      return list[integer(list.length)] as (typeof list)[number]
    },
  }
}
