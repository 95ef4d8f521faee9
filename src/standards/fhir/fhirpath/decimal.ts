/**
 * Exact decimals: `coefficient × 10^-scale`. The digits somebody wrote are kept, so 1.50 prints as 1.50 and equals 1.5.
 * https://hl7.org/fhirpath/N1/#decimal
 */
export type Decimal = { readonly coefficient: bigint; readonly scale: number }

const maximumFraction = 20

export function decimal(coefficient: bigint | number, scale = 0): Decimal {
  return { coefficient: BigInt(coefficient), scale }
}

/** `-1.50`, `1e3`; undefined for what is no number, or one with an exponent that nobody means. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text)
  if (!match) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const coefficient = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`)
  const scale = fraction.length - Number(exponent)
  return scale >= 0 ? { coefficient, scale } : { coefficient: coefficient * tenTo(-scale), scale: 0 }
}

export function decimalText({ coefficient, scale }: Decimal): string {
  const negative = coefficient < 0n
  const digits = (negative ? -coefficient : coefficient).toString().padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return negative ? `-${text}` : text
}

/** For what only floating point can do (logarithms, powers), and for sorting where a hair's breadth does not matter. */
export const decimalToNumber = (value: Decimal): number => Number(decimalText(value))

/** From a computed number; undefined for infinity and what is not a number. */
export function decimalFromNumber(value: number): Decimal | undefined {
  if (!Number.isFinite(value)) return undefined
  return parseDecimal(String(value))
}

export const add = (a: Decimal, b: Decimal): Decimal => aligned(a, b, (x, y) => x + y)
export const subtract = (a: Decimal, b: Decimal): Decimal => aligned(a, b, (x, y) => x - y)
export const multiply = (a: Decimal, b: Decimal): Decimal => ({
  coefficient: a.coefficient * b.coefficient,
  scale: a.scale + b.scale,
})

/** Rounded half up after 20 places where it does not end before; undefined when divided by zero. */
export function divide(a: Decimal, b: Decimal): Decimal | undefined {
  if (b.coefficient === 0n) return undefined
  const shift = maximumFraction + 1 + b.scale
  const quotient = { coefficient: (a.coefficient * tenTo(shift)) / b.coefficient, scale: a.scale + shift - b.scale }
  return withoutTrailingZeros(round(quotient, maximumFraction))
}

/** Towards zero; undefined when divided by zero. */
export function divideWhole(a: Decimal, b: Decimal): bigint | undefined {
  if (b.coefficient === 0n) return undefined
  const scale = Math.max(a.scale, b.scale)
  return rescaled(a, scale) / rescaled(b, scale)
}

/** With the dividend's sign; undefined when divided by zero. */
export function modulo(a: Decimal, b: Decimal): Decimal | undefined {
  if (b.coefficient === 0n) return undefined
  return aligned(a, b, (x, y) => x % y)
}

export const negate = (value: Decimal): Decimal => ({ coefficient: -value.coefficient, scale: value.scale })

export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale)
  const x = rescaled(a, scale)
  const y = rescaled(b, scale)
  return x < y ? -1 : x > y ? 1 : 0
}

/** Half away from zero. */
export function round(value: Decimal, places: number): Decimal {
  if (value.scale <= places) return value
  const unit = tenTo(value.scale - places)
  const half = unit / 2n
  const coefficient = value.coefficient < 0n ? (value.coefficient - half) / unit : (value.coefficient + half) / unit
  return { coefficient, scale: places }
}

export function truncate(value: Decimal, places = 0): Decimal {
  if (value.scale <= places) return value
  return { coefficient: value.coefficient / tenTo(value.scale - places), scale: places }
}

export function floor(value: Decimal, places = 0): Decimal {
  const down = truncate(value, places)
  return compareDecimals(down, value) > 0 ? { coefficient: down.coefficient - 1n, scale: down.scale } : down
}

export const ceiling = (value: Decimal, places = 0): Decimal => negate(floor(negate(value), places))

export function withScale(value: Decimal, scale: number): Decimal {
  return value.scale >= scale ? value : { coefficient: rescaled(value, scale), scale }
}

export function withoutTrailingZeros({ coefficient, scale }: Decimal): Decimal {
  let kept = coefficient
  let places = scale
  while (places > 0 && kept % 10n === 0n) {
    kept /= 10n
    places--
  }
  return { coefficient: kept, scale: places }
}

function aligned(a: Decimal, b: Decimal, combine: (x: bigint, y: bigint) => bigint): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return { coefficient: combine(rescaled(a, scale), rescaled(b, scale)), scale }
}

const rescaled = (value: Decimal, scale: number): bigint => value.coefficient * tenTo(scale - value.scale)
const tenTo = (exponent: number): bigint => 10n ** BigInt(exponent)
