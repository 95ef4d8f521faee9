/** A media type with its parameters, names in lower case. https://www.rfc-editor.org/rfc/rfc2045#section-5.1 */
export type ContentType = { readonly type: string; readonly parameters: Readonly<Record<string, string>> }

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Undefined where it is none. */
export function parseContentType(header: string): ContentType | undefined {
  const [type, ...rest] = splitOutsideQuotes(header)
  if (!type || !/^[^\s/;]+\/[^\s/;]+$/.test(type.trim())) return undefined
  const parameters: Record<string, string> = {}
  for (const part of rest) {
    const at = part.indexOf('=')
    if (at < 0) continue
    const name = part.slice(0, at).trim().toLowerCase()
    const value = part.slice(at + 1).trim()
    if (!token.test(name)) return undefined
    parameters[name] ??= /^".*"$/s.test(value) ? unescaped(value.slice(1, -1)) : value
  }
  return { type: type.trim().toLowerCase(), parameters }
}

const unescaped = (text: string) => (text.includes('\\') ? text.replaceAll(/\\(.)/gs, '$1') : text)

function splitOutsideQuotes(header: string): string[] {
  const parts: string[] = []
  let quoted = false
  let from = 0
  for (let at = 0; at < header.length; at++) {
    const character = header[at]
    if (character === '\\' && quoted) at++
    else if (character === '"') quoted = !quoted
    else if (character === ';' && !quoted) {
      parts.push(header.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, header.slice(from)]
}
