import { compareValues } from './equality.ts'
import { single } from './singleton.ts'
import { within, type Run, type State } from './state.ts'
import type { Collection } from './typed-value.ts'

export type SortKey = { readonly run: Run; readonly isDescending: boolean }

/** By the keys, each deciding where those before it do not; by the items themselves without any. What has no key comes first, either way. */
export function sorted(items: Collection, keys: readonly SortKey[], state: State): Collection {
  const rows = items.map((item, index) => ({
    item,
    values: keys.length === 0 ? [item] : keys.map((key) => single(key.run(within(state, [item], index)), 'sort')),
  }))
  rows.sort((a, b) => {
    for (const [index, left] of a.values.entries()) {
      const right = b.values[index]
      if (left === undefined && right === undefined) continue
      if (left === undefined || right === undefined) return left === undefined ? -1 : 1
      const order = compareValues(left, right) ?? 0
      if (order !== 0) return keys[index]?.isDescending ? -order : order
    }
    return 0
  })
  return rows.map(({ item }) => item)
}
