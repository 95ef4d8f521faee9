/** Exact fractions: unit factors like 5/9 have no end as decimals. The denominator is positive. */
export type Rational = { readonly numerator: bigint; readonly denominator: bigint }

export const one: Rational = { numerator: 1n, denominator: 1n }

export function rational(numerator: bigint, denominator = 1n): Rational {
  const sign = denominator < 0n ? -1n : 1n
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator * sign) || 1n
  return { numerator: (numerator * sign) / divisor, denominator: (denominator * sign) / divisor }
}

/** From decimal text such as `453.59237` or `6.02e23`. */
export function parseRational(text: string): Rational {
  const [mantissa = '0', exponent = '0'] = text.split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const power = Number(exponent) - fraction.length
  const digits = BigInt(whole + fraction)
  return power >= 0 ? rational(digits * 10n ** BigInt(power)) : rational(digits, 10n ** BigInt(-power))
}

export const times = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.numerator, a.denominator * b.denominator)
export const over = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator, a.denominator * b.numerator)
export const plus = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)

export function power(base: Rational, exponent: number): Rational {
  const size = BigInt(Math.abs(exponent))
  const raised = { numerator: base.numerator ** size, denominator: base.denominator ** size }
  return exponent < 0 ? rational(raised.denominator, raised.numerator) : raised
}

export function compareRationals(a: Rational, b: Rational): number {
  const x = a.numerator * b.denominator
  const y = b.numerator * a.denominator
  return x < y ? -1 : x > y ? 1 : 0
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}
