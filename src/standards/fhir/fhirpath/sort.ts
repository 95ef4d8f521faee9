import { compareValues } from './equality.ts'
import { single } from './singleton.ts'
import { within, type Run, type State } from './state.ts'
import type { Collection, TypedValue } from './typed-value.ts'

export type SortKey = { readonly run: Run; readonly isDescending: boolean }

/** By the keys, each deciding where those before it do not; by the items themselves without any. What has no key comes first. */
export function sorted(items: Collection, keys: readonly SortKey[], state: State): Collection {
  const rows = items.map((item, index) => ({
    item,
    values: keys.length === 0 ? [item] : keys.map((key) => single(key.run(within(state, [item], index)), 'sort')),
  }))
  rows.sort((a, b) => {
    for (const [index, left] of a.values.entries()) {
      const order = compareKeys(left, b.values[index])
      if (order !== 0) return keys[index]?.isDescending ? -order : order
    }
    return 0
  })
  return rows.map(({ item }) => item)
}

function compareKeys(a: TypedValue | undefined, b: TypedValue | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1)
  return compareValues(a, b) ?? 0
}
