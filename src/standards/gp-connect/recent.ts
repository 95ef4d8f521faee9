/** What was found out about the texts that came last. */
export type Recent<Value> = {
  get(text: string): Value | undefined
  set(text: string, value: Value): void
}

/**
 * For texts that a record writes again and again: URLs, references, names of types. A Map has to hash each of them first,
 * since every text of a parsed record is a new string; here it is compared with the one that stands in its place. Holds
 * 128 texts at most, and none that is very long.
 */
export function recent<Value>(): Recent<Value> {
  // Strings from the start: they are compared as such, and an empty one has no value yet.
  const texts = Array.from({ length: places }, () => '')
  const values = Array.from({ length: places }, (): Value | undefined => undefined)
  return {
    get(text) {
      const place = placeOf(text)
      return texts[place] === text ? values[place] : undefined
    },
    set(text, value) {
      if (text.length > longest) return
      const place = placeOf(text)
      texts[place] = text
      values[place] = value
    },
  }
}
const places = 128
const longest = 300

/** Ids of one length differ in every character, URLs of one kind in their length and somewhere in their second half. */
function placeOf(text: string): number {
  const { length } = text
  const mixed = 5 * length + 3 * text.charCodeAt(length >> 1) + 7 * text.charCodeAt(length - (length >> 2) - 1)
  return (mixed + 17 * text.charCodeAt(length - 1)) & (places - 1)
}
