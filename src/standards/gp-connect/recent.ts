/** What was found out about the texts that came last. */
export type Recent<Value> = {
  get(text: string): Value | undefined
  set(text: string, value: Value): void
}

/**
 * For texts that one record after the other has, and that are kept for as long as the program runs: names of elements, URLs of
 * extensions. Holds 128 texts at most, and none that is very long.
 */
export function recent<Value>(): Recent<Value> {
  const values = new Map<string, Value>()
  return {
    get: (text) => values.get(text),
    set(text, value) {
      if (text.length > longest) return
      // Other records have other ones, and what is in use comes back at once.
      if (values.size >= most) values.clear()
      values.set(text, value)
    },
  }
}
const most = 128
const longest = 300
