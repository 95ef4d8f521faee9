/**
 * A table that words from a record are looked up in. It holds what it lists and nothing else: in a plain object
 * `constructor` and `__proto__` would be found too.
 */
export function lookup<Value>(entries: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.assign(Object.create(null) as Record<string, Value>, entries)
}
