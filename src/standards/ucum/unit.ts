import { arbitraryUnits, atoms, baseUnits, metricArbitraryUnits, offsetUnits, prefixes } from './atoms.ts'
import { one, over, parseRational, plus, power, times, type Rational } from './rational.ts'

/**
 * A UCUM code understood: so many of a product of base units. https://ucum.org/ucum
 * `dimension` is that product as text (`g.m-3`), the same for every code that measures the same thing.
 */
export type Unit = {
  readonly factor: Rational
  readonly dimension: string
  /** Celsius and its like: base = (value + offset) × factor. */
  readonly offset: Rational | undefined
}

const known = new Map<string, Unit | undefined>()
const maximumKnown = 10_000

/** Undefined for a code that is not UCUM, or whose atoms Weft does not know. */
export function parseUnit(code: string): Unit | undefined {
  if (known.has(code)) return known.get(code)
  const unit = read(code)
  if (known.size < maximumKnown) known.set(code, unit)
  return unit
}

/** A value in base units, which can be compared with any other of the same dimension. */
export function toBaseUnits(value: Rational, code: string): { value: Rational; dimension: string } | undefined {
  const unit = parseUnit(code)
  if (!unit) return undefined
  const shifted = unit.offset ? plus(value, unit.offset) : value
  return { value: times(shifted, unit.factor), dimension: unit.dimension }
}

/** A value in base units, said in another unit of the same dimension. */
export function fromBaseUnits(value: Rational, code: string): Rational | undefined {
  const unit = parseUnit(code)
  if (!unit) return undefined
  const scaled = over(value, unit.factor)
  return unit.offset ? plus(scaled, { ...unit.offset, numerator: -unit.offset.numerator }) : scaled
}

type Parts = { factor: Rational; powers: Map<string, number> }

function read(code: string): Unit | undefined {
  const special = Object.hasOwn(offsetUnits, code) ? offsetUnits[code] : undefined
  if (special)
    return {
      factor: over(parseRational(special.factor[0]), parseRational(special.factor[1])),
      dimension: 'K',
      offset: parseRational(special.offset),
    }
  if (code.length > 200 || /[^\x21-\x7e]/.test(code)) return undefined
  const parts = new UnitParser(code).whole()
  return parts && { factor: parts.factor, dimension: dimensionText(parts.powers), offset: undefined }
}

function dimensionText(powers: ReadonlyMap<string, number>): string {
  const text = [...powers]
    .filter(([, exponent]) => exponent !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([unit, exponent]) => (exponent === 1 ? unit : `${unit}${exponent}`))
  return text.length === 0 ? '1' : text.join('.')
}

/** https://ucum.org/ucum#section-Syntax-Rules: terms joined by `.` and `/`, from left to right. */
class UnitParser {
  readonly #code: string
  #at = 0

  constructor(code: string) {
    this.#code = code
  }

  whole(): Parts | undefined {
    const parts = this.#code === '' ? undefined : this.#product()
    return this.#at === this.#code.length ? parts : undefined
  }

  #product(): Parts | undefined {
    let product: Parts = { factor: one, powers: new Map() }
    let sign = this.#take('/') ? -1 : 1
    for (;;) {
      const term = this.#term()
      if (!term) return undefined
      product = joined(product, term, sign)
      if (this.#take('.')) sign = 1
      else if (this.#take('/')) sign = -1
      else return product
    }
  }

  #term(): Parts | undefined {
    if (this.#take('(')) {
      const inner = this.#product()
      return inner && this.#take(')') ? inner : undefined
    }
    const annotation = this.#match(/\{[^{}]*\}/y)
    if (annotation) return { factor: one, powers: new Map() }
    const number = this.#match(/\d+(?![\d*^])/y)
    const term = number ? { factor: parseRational(number), powers: new Map<string, number>() } : this.#symbol()
    this.#match(/\{[^{}]*\}/y)
    return term
  }

  #symbol(): Parts | undefined {
    const name = this.#match(/(?:10[*^]|\[[^\]]*\]|[^\d./(){}+\-[\]]|\[|(?<=_)\d(?=\]))+/y)
    if (!name) return undefined
    const exponent = Number(this.#match(/[+-]?\d+/y) ?? 1)
    const unit = atomOrPrefixed(name)
    return unit && Math.abs(exponent) <= 400 ? joined({ factor: one, powers: new Map() }, unit, exponent) : undefined
  }

  #take(character: string): boolean {
    if (this.#code[this.#at] !== character) return false
    this.#at++
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#code)?.[0]
    if (match) this.#at += match.length
    return match
  }
}

function joined(a: Parts, b: Parts, exponent: number): Parts {
  const powers = new Map(a.powers)
  for (const [unit, size] of b.powers) powers.set(unit, (powers.get(unit) ?? 0) + size * exponent)
  return { factor: times(a.factor, power(b.factor, exponent)), powers }
}

const definitions = new Map(atoms.map(([code, metric, factor, of]) => [code, { metric, factor, of }]))
const arbitrary = new Set(arbitraryUnits)

function atomOrPrefixed(name: string): Parts | undefined {
  const whole = atom(name)
  if (whole) return whole
  for (const length of [2, 1]) {
    const prefix = name.slice(0, length)
    const rest = name.slice(length)
    if (!Object.hasOwn(prefixes, prefix) || !isMetric(rest)) continue
    const unit = atom(rest)
    if (unit) return { factor: times(parseRational(prefixes[prefix] ?? '1'), unit.factor), powers: unit.powers }
  }
  return undefined
}

const isMetric = (name: string) =>
  baseUnits.includes(name) || metricArbitraryUnits.has(name) || (definitions.get(name)?.metric ?? false)

function atom(name: string): Parts | undefined {
  if (baseUnits.includes(name)) return { factor: one, powers: new Map([[name, 1]]) }
  if (arbitrary.has(name)) return { factor: one, powers: new Map([[name.toLowerCase(), 1]]) }
  const definition = definitions.get(name)
  if (!definition) return undefined
  const factor = parseRational(definition.factor)
  if (definition.of === '1') return { factor, powers: new Map() }
  const of = new UnitParser(definition.of).whole()
  return of && { factor: times(factor, of.factor), powers: of.powers }
}
