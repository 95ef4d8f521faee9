/** Escaping in search values. https://hl7.org/fhir/R4/search.html#escaping */

/** The parts between separators that no backslash escapes; the parts stay escaped. */
export function splitEscaped(text: string, separator: ',' | '|' | '$'): string[] {
  if (!text.includes('\\')) return text.split(separator)
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === separator) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}

export function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\([\\,|$])/g, '$1') : text
}
