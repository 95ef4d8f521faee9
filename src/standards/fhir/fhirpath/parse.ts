import { Problem } from '../../../kernel/problem.ts'
import type { Ast, LiteralType, TypeSpecifier } from './ast.ts'
import { syntaxProblem, tokenize, type Token } from './tokens.ts'

/** An expression as a tree, or a Problem that says where it stops making sense. https://hl7.org/fhirpath/N1/#operator-precedence */
export function parseFhirPath(expression: string): Ast {
  if (expression.length > maximumLength) throw new Problem('invalid', 'FHIRPath: the expression is too long')
  const parser = new Parser(expression)
  const ast = parser.expression(0)
  parser.expectEnd()
  return ast
}

/** From loosest to tightest; `is` and `as` take a type on their right. */
const precedence: readonly (readonly string[])[] = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '~', '!=', '!~'],
  ['<', '>', '<=', '>='],
  ['|'],
  ['is', 'as'],
  ['+', '-', '&'],
  ['*', '/', 'div', 'mod'],
]
const binding = new Map(precedence.flatMap((operators, level) => operators.map((operator) => [operator, level + 1])))
const polarityBinding = precedence.length + 1

const calendarUnits = /^(year|month|week|day|hour|minute|second|millisecond)s?$/

/** The longest invariant of R4 has 900 characters. */
const maximumLength = 20_000

/** Deeper expressions than any person writes would exhaust the stack. */
const maximumDepth = 200

/** A chain is as deep as it is long: `a.b.c`, `1 + 1 + 1`. */
const maximumChain = 1000

class Parser {
  readonly #expression: string
  readonly #tokens: Token[]
  #position = 0
  #depth = 0
  #links = 0

  constructor(expression: string) {
    this.#expression = expression
    this.#tokens = tokenize(expression)
  }

  expression(minimum: number): Ast {
    if (++this.#depth > maximumDepth) throw this.#problem(this.#token, 'nested too deeply')
    let left = this.#operand()
    for (;;) {
      const token = this.#token
      const level = token.kind === 'symbol' || token.kind === 'identifier' ? binding.get(token.text) : undefined
      if (level === undefined || level <= minimum) break
      this.#link()
      this.#position++
      left =
        token.text === 'is' || token.text === 'as'
          ? { kind: 'type', operator: token.text, operand: left, type: this.#typeSpecifier(), at: token.at }
          : { kind: 'binary', operator: token.text, left, right: this.expression(level), at: token.at }
    }
    this.#depth--
    return left
  }

  expectEnd(): void {
    if (this.#token.kind !== 'end') throw this.#problem(this.#token, `unexpected ${this.#token.text}`)
  }

  #operand(): Ast {
    const token = this.#token
    if (token.kind === 'symbol' && (token.text === '-' || token.text === '+')) {
      this.#position++
      return { kind: 'polarity', operator: token.text, operand: this.expression(polarityBinding), at: token.at }
    }
    let ast = this.#term()
    for (;;) {
      this.#link()
      if (this.#skip('.')) ast = this.#invocation(ast)
      else if (this.#token.text === '[' && this.#token.kind === 'symbol') {
        const at = this.#token.at
        this.#position++
        ast = { kind: 'indexer', target: ast, index: this.expression(0), at }
        this.#expect(']')
      } else return ast
    }
  }

  #term(): Ast {
    const token = this.#token
    switch (token.kind) {
      case 'string':
        return this.#literal('System.String', token)
      case 'number':
        return this.#number(token)
      case 'date':
        return this.#literal('System.Date', token, token.text.slice(1))
      case 'dateTime':
        return this.#literal('System.DateTime', token, token.text.slice(1))
      case 'time':
        return this.#literal('System.Time', token, token.text.slice(2))
      case 'symbol':
        return this.#symbol(token)
      case 'identifier':
        if (token.text === 'true' || token.text === 'false') return this.#literal('System.Boolean', token)
        return this.#invocation(undefined)
      case 'quoted-identifier':
        return this.#invocation(undefined)
      case 'end':
        throw this.#problem(token, 'unexpected end')
    }
  }

  #symbol(token: Token): Ast {
    const { text, at } = token
    this.#position++
    if (text === '(') {
      const ast = this.expression(0)
      this.#expect(')')
      return ast
    }
    if (text === '{') {
      this.#expect('}')
      return { kind: 'empty', at }
    }
    if (text === '%') return { kind: 'variable', name: this.#variableName(), at }
    if (text === '$this') return { kind: 'this', at }
    if (text === '$index') return { kind: 'index', at }
    if (text === '$total') return { kind: 'total', at }
    throw this.#problem(token, `unexpected ${text}`)
  }

  #number(token: Token): Ast {
    this.#position++
    const next = this.#token
    if (next.kind === 'string' || (next.kind === 'identifier' && calendarUnits.test(next.text))) {
      this.#position++
      const unit = next.kind === 'string' ? next.text : calendar(next.text)
      return { kind: 'literal', type: 'System.Quantity', text: token.text, unit, at: token.at }
    }
    const type = token.text.includes('.') ? 'System.Decimal' : 'System.Integer'
    return { kind: 'literal', type, text: token.text, at: token.at }
  }

  #invocation(target: Ast | undefined): Ast {
    const token = this.#token
    if (token.text === '$this' && target) {
      this.#position++
      return { kind: 'this', at: token.at }
    }
    const name = this.#identifier()
    if (token.kind === 'quoted-identifier' || !this.#skip('(')) return { kind: 'member', target, name, at: token.at }
    const args: Ast[] = []
    if (!this.#skip(')')) {
      do args.push(this.expression(0))
      while (this.#skip(','))
      this.#expect(')')
    }
    return { kind: 'call', target, name, args, at: token.at }
  }

  #link(): void {
    if (++this.#links > maximumChain) throw this.#problem(this.#token, 'too many parts')
  }

  #typeSpecifier(): TypeSpecifier {
    const first = this.#identifier()
    return this.#skip('.') ? { namespace: first, name: this.#identifier() } : { namespace: undefined, name: first }
  }

  #identifier(): string {
    const token = this.#token
    if (token.kind !== 'identifier' && token.kind !== 'quoted-identifier')
      throw this.#problem(token, `expected a name, found ${token.text || 'the end'}`)
    this.#position++
    return token.text
  }

  #variableName(): string {
    if (this.#token.kind !== 'string') return this.#identifier()
    const { text } = this.#token
    this.#position++
    return text
  }

  #literal(type: LiteralType, token: Token, text = token.text): Ast {
    this.#position++
    return { kind: 'literal', type, text, at: token.at }
  }

  #skip(symbol: string): boolean {
    if (this.#token.kind !== 'symbol' || this.#token.text !== symbol) return false
    this.#position++
    return true
  }

  #expect(symbol: string): void {
    if (!this.#skip(symbol))
      throw this.#problem(this.#token, `expected ${symbol}, found ${this.#token.text || 'the end'}`)
  }

  get #token(): Token {
    const token = this.#tokens[this.#position]
    if (!token) throw syntaxProblem(this.#expression, this.#expression.length, 'unexpected end')
    return token
  }

  #problem(token: Token, reason: string) {
    return syntaxProblem(this.#expression, token.at, reason)
  }
}

/** A calendar word stays a word, in the singular: `2 months` is not `2 'mo'`. */
const calendar = (word: string) => word.replace(/s$/, '')
