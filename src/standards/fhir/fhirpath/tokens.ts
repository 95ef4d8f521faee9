import { Problem } from '../../../kernel/problem.ts'

export type Token = {
  readonly kind:
    | 'identifier'
    | 'quoted-identifier'
    | 'string'
    | 'number'
    | 'date'
    | 'dateTime'
    | 'time'
    | 'symbol'
    | 'end'
  readonly text: string
  readonly at: number
}

/** https://hl7.org/fhirpath/N1/grammar.html: the words of an expression, comments left out, strings unescaped. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < expression.length) {
    const found = scan(expression, at)
    if (!found) throw syntaxProblem(expression, at, `unexpected ${expression[at]}`)
    if (found.token) tokens.push(found.token)
    at = found.end
  }
  tokens.push({ kind: 'end', text: '', at })
  return tokens
}

export function syntaxProblem(expression: string, at: number, reason: string): Problem {
  return new Problem('invalid', `FHIRPath: ${reason} at character ${at + 1} of ${shortened(expression)}`)
}

const shortened = (expression: string) => (expression.length > 200 ? `${expression.slice(0, 200)}…` : expression)

type Rule = { readonly pattern: RegExp; readonly kind?: Token['kind']; readonly quoted?: true }

const rules: readonly Rule[] = [
  { pattern: /\s+|\/\/[^\n\r]*|\/\*[^]*?\*\//y },
  { pattern: /@T\d\d(:\d\d(:\d\d(\.\d+)?)?)?/y, kind: 'time' },
  {
    pattern: /@\d{4}(-\d\d(-\d\d)?)?T(\d\d(:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?)?/y,
    kind: 'dateTime',
  },
  { pattern: /@\d{4}(-\d\d(-\d\d)?)?/y, kind: 'date' },
  { pattern: /\d+(\.\d+)?/y, kind: 'number' },
  { pattern: /[A-Za-z_]\w*/y, kind: 'identifier' },
  { pattern: /`(?:[^`\\]|\\.)*`/y, kind: 'quoted-identifier', quoted: true },
  { pattern: /'(?:[^'\\]|\\.)*'/y, kind: 'string', quoted: true },
  { pattern: /<=|>=|!=|!~|\$this|\$index|\$total|[.,()[\]{}|+\-*/&<>=~%]/y, kind: 'symbol' },
]

function scan(expression: string, at: number): { token: Token | undefined; end: number } | undefined {
  if (expression.startsWith('/*', at) && !expression.includes('*/', at + 2)) return undefined
  for (const { pattern, kind, quoted } of rules) {
    pattern.lastIndex = at
    const match = pattern.exec(expression)?.[0]
    if (match === undefined) continue
    const text = quoted ? unescape(match.slice(1, -1), expression, at) : match
    return { token: kind && { kind, text, at }, end: at + match.length }
  }
  return undefined
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' }

function unescape(text: string, expression: string, at: number): string {
  return text.replaceAll(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    if ('\\/"\'`'.includes(escape)) return escape
    const character = escapes[escape]
    if (character === undefined) throw syntaxProblem(expression, at, `unknown escape \\${escape}`)
    return character
  })
}
