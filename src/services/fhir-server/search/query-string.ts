import { Problem } from '../../../kernel/problem.ts'

export type QueryParameter = { readonly name: string; readonly value: string }

/**
 * The parameters of a query string or a form body, in order, decoded; those without a value are left off, as the
 * standard wants. https://url.spec.whatwg.org/#concept-urlencoded-parser
 */
export function queryParameters(query: string): QueryParameter[] {
  if (query === '') return []
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=')
      const name = decode(equals < 0 ? part : part.slice(0, equals))
      return { name, value: equals < 0 ? '' : decode(part.slice(equals + 1)) }
    })
    .filter(({ value }) => value !== '')
}

export function queryString(parameters: readonly QueryParameter[]): string {
  return parameters.map(({ name, value }) => `${encode(name)}=${encode(value)}`).join('&')
}

// What may stand in a query as it is stays readable in links: https://datatracker.ietf.org/doc/html/rfc3986#section-3.4
const encode = (text: string) =>
  isPlain.test(text)
    ? text
    : encodeURIComponent(text).replaceAll(/%(3A|2F|2C|24|7C)/g, (escape) => decodeURIComponent(escape))
const isPlain = /^[\w.~:/,$|-]*$/

function decode(text: string): string {
  if (!/[%+]/.test(text)) return checked(text)
  try {
    return checked(decodeURIComponent(text.replaceAll('+', ' ')))
  } catch {
    throw new Problem('invalid', 'The query is not percent-encoded UTF-8', { at: 'http.query' })
  }
}

function checked(text: string): string {
  if (text.includes('\0')) throw new Problem('invalid', 'The query holds a NUL character', { at: 'http.query' })
  return text
}
