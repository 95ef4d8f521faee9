/**
 * Whether one value that a search parameter selects is what one value of a query asks for. Written from the standard's
 * text alone, https://hl7.org/fhir/R4/search.html#ptypes, to judge the server's index by.
 */
import { definitions, type Value } from './world.ts'
import { periodRange, type TimeRange, timeRange } from './time-range.ts'

/** Backslash escapes the next character; what stands between bare separators is given with its escapes resolved. */
export function split(text: string, separator: string): string[] {
  const parts: string[] = []
  let part = ''
  for (let at = 0; at < text.length; at++) {
    const next = text[at + 1]
    if (text[at] === '\\' && next !== undefined && ',|$\\'.includes(next)) {
      part += separator === ',' ? `\\${next}` : next
      at++
    } else if (text[at] === separator) {
      parts.push(part)
      part = ''
    } else part += text[at]
  }
  return [...parts, part]
}
export const bare = (text: string) => split(text, '\0').join('\0')

// --- token ---

export type Token = { readonly system?: string | undefined; readonly code?: string | undefined }

export function tokensOf({ type, value }: Value): Token[] {
  if (typeof value !== 'object') return [{ code: String(value) }]
  const one = value as { system?: string; code?: string; value?: string; coding?: Token[] }
  if (type === 'CodeableConcept') return one.coding ?? []
  if (type === 'Coding') return [one]
  if (type === 'Identifier') return [{ system: one.system, code: one.value }]
  if (type === 'ContactPoint') return [{ code: one.value }]
  return []
}

/** `implied` is the system that a plain code has by its definition. */
export function tokenMatches(value: Value, wanted: string, implied: string | undefined): boolean {
  const [first = '', ...rest] = split(wanted, '|')
  // Text as people write it has no case; codes and identifiers have.
  const isText = value.type === 'string' || value.type === 'ContactPoint'
  const same = (code: string | undefined, asked: string) =>
    isText ? code?.toLowerCase() === asked.toLowerCase() : code === asked
  return tokensOf(value).some(({ system, code }) => {
    if (rest.length === 0) return same(code, first)
    const codeWanted = rest.join('|')
    const isPlain = typeof value.value !== 'object'
    if (first === '') return system === undefined && same(code, codeWanted)
    if ((isPlain ? implied : system) !== first) return false
    return codeWanted === '' || same(code, codeWanted)
  })
}

// --- string ---

/** Neither case nor accents count, nor how wide a gap is. */
export function plain(text: string): string {
  const letters = [...text.normalize('NFKD')].filter((one) => !/\p{M}/u.test(one)).map((one) => one.toLowerCase())
  return letters
    .join('')
    .replaceAll('ς', 'σ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ')
}

export function stringsOf({ type, value }: Value): string[] {
  if (typeof value === 'string') return [value]
  const parts =
    type === 'HumanName'
      ? ['family', 'given', 'prefix', 'suffix', 'text']
      : type === 'Address'
        ? ['line', 'city', 'district', 'state', 'country', 'postalCode', 'text']
        : []
  return parts.flatMap((part) => (value as Record<string, string | string[] | undefined>)[part] ?? [])
}

export function stringMatches(value: Value, wanted: string, modifier: string | undefined): boolean {
  const text = bare(wanted)
  return stringsOf(value).some((one) =>
    modifier === 'exact'
      ? one === text
      : modifier === 'contains'
        ? plain(one).includes(plain(text))
        : plain(one).startsWith(plain(text)),
  )
}

// --- reference ---

/** `Patient/1` of a reference to here, whichever way it is written; anything else as it stands. */
export function targetsOf({ type, value }: Value, base: string): string[] {
  if (type === 'canonical' || type === 'uri')
    return [String(value), String(value).split('|')[0] as string].filter((one) => !one.startsWith('#'))
  const reference = typeof value === 'string' ? value : (value as { reference?: string }).reference
  return reference === undefined || reference.startsWith('#') ? [] : [local(reference, base)]
}

function local(reference: string, base: string): string {
  const here = reference.startsWith(base) ? reference.slice(base.length) : reference
  const [type = '', id, history] = here.split('/')
  return definitions.isResourceType(type) && id !== undefined && (history === undefined || history === '_history')
    ? `${type}/${id}`
    : here
}

export function referenceMatches(value: Value, wanted: string, type: string | undefined, base: string): boolean {
  const text = bare(wanted)
  return targetsOf(value, base).some((target) => {
    if (/^[A-Za-z0-9\-.]{1,64}$/.test(text)) {
      const [toType = '', id] = target.split('/')
      return id === text && definitions.isResourceType(toType) && (type === undefined || toType === type)
    }
    return target === local(text, base) && (type === undefined || target.startsWith(`${type}/`) || target.includes(':'))
  })
}

/** `:identifier` looks at the identifier that the reference carries. */
export function identifierMatches({ value }: Value, wanted: string): boolean {
  const identifier = (value as { identifier?: unknown }).identifier
  return identifier !== undefined && tokenMatches({ type: 'Identifier', value: identifier }, wanted, undefined)
}

// --- date ---

export function rangesOf({ type, value }: Value): TimeRange[] {
  const one = (range: TimeRange | undefined) => (range ? [range] : [])
  if (typeof value === 'string') return one(timeRange(value))
  if (type === 'Period') return one(periodRange(value as object))
  const { event = [], repeat } = value as { event?: string[]; repeat?: { boundsPeriod?: object } }
  return [...event.flatMap((at) => one(timeRange(at))), ...one(periodRange(repeat?.boundsPeriod ?? {}))]
}

const prefixed = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s

export function dateMatches(value: Value, wanted: string, now: Date): boolean {
  const [, prefix = 'eq', text = ''] = prefixed.exec(bare(wanted)) ?? []
  const asked = timeRange(text)
  if (!asked) throw new TypeError(`No date: ${wanted}`)
  return rangesOf(value).some((has) => {
    const isWithin = asked.lo <= has.lo && has.hi <= asked.hi
    // The range above the search value begins where it ends, and reaches for ever; so the other way below.
    const meetsAbove = has.hi > asked.hi
    const meetsBelow = has.lo < asked.lo
    const overlaps = has.lo < asked.hi && has.hi > asked.lo
    if (prefix === 'eq') return isWithin
    if (prefix === 'ne') return !isWithin
    if (prefix === 'gt') return meetsAbove
    if (prefix === 'lt') return meetsBelow
    if (prefix === 'ge') return meetsAbove || isWithin
    if (prefix === 'le') return meetsBelow || isWithin
    if (prefix === 'sa') return !overlaps && has.lo >= asked.hi
    if (prefix === 'eb') return !overlaps && has.hi <= asked.lo
    const slack = Math.abs(now.getTime() - asked.lo) / 10
    return has.lo < asked.hi + slack && has.hi > asked.lo - slack
  })
}

// --- number and quantity ---

export type Amount = {
  readonly lo: number
  readonly hi: number
  readonly system?: string
  readonly code?: string
  readonly unit?: string
}

export function amountsOf({ type, value }: Value): Amount[] {
  if (typeof value === 'number') return [{ lo: value, hi: value }]
  const { low, high, ...quantity } = value as Quantity & { low?: Quantity; high?: Quantity }
  if (type === 'Range') {
    const [from, to] = [low?.value, high?.value]
    if (from === undefined && to === undefined) return []
    return [
      {
        ...(from === undefined ? high : low),
        lo: from ?? Number.NEGATIVE_INFINITY,
        hi: to ?? Number.POSITIVE_INFINITY,
      },
    ]
  }
  if (quantity.value === undefined) return []
  if (type === 'Money') {
    const money = { lo: quantity.value, hi: quantity.value }
    return [
      quantity.currency === undefined ? money : { ...money, system: 'urn:iso:std:iso:4217', code: quantity.currency },
    ]
  }
  const { comparator = '' } = quantity
  return [
    {
      ...quantity,
      lo: comparator.startsWith('<') ? Number.NEGATIVE_INFINITY : quantity.value,
      hi: comparator.startsWith('>') ? Number.POSITIVE_INFINITY : quantity.value,
    },
  ]
}
type Quantity = {
  value?: number
  comparator?: string
  unit?: string
  system?: string
  code?: string
  currency?: string
}

export function amountMatches(value: Value, wanted: string, isQuantity: boolean): boolean {
  const [head = '', system = '', code = ''] = isQuantity ? split(wanted, '|') : [bare(wanted)]
  const [, prefix = 'eq', digits = ''] = prefixed.exec(head) ?? []
  const asked = Number(digits)
  if (digits === '' || Number.isNaN(asked)) throw new TypeError(`No number: ${wanted}`)
  const [from, to] = spanOf(digits)
  return amountsOf(value).some((has) => {
    if (system !== '' && has.system !== system) return false
    if (code !== '' && has.code !== code && (system !== '' || has.unit !== code)) return false
    if (prefix === 'eq') return has.lo >= from && has.hi < to
    if (prefix === 'ne') return !(has.lo >= from && has.hi < to)
    if (prefix === 'gt') return has.hi > asked
    if (prefix === 'ge') return has.hi >= asked
    if (prefix === 'lt') return has.lo < asked
    if (prefix === 'le') return has.lo <= asked
    if (prefix === 'sa') return has.lo > asked
    if (prefix === 'eb') return has.hi < asked
    const slack = Math.abs(asked) / 10
    return has.lo <= asked + slack && has.hi >= asked - slack
  })
}

/** 100 means [99.5, 100.5), 1.00 means [0.995, 1.005), 1e2 means [95, 105). */
function spanOf(digits: string): [number, number] {
  const [mantissa = '', exponent] = digits.toLowerCase().split('e')
  const places = (mantissa.split('.')[1] ?? '').length
  const half = exponent === undefined ? `5e${-places - 1}` : `5e${Number(exponent) - places - 2}`
  return [added(digits, half, -1), added(digits, half, 1)]
}

/** In whole numbers of a unit that both have, so that no binary fraction comes in between. */
function added(a: string, b: string, sign: number): number {
  const parts = [a, b].map((text) => {
    const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
    const [whole, fraction = ''] = mantissa.split('.')
    return { digits: BigInt(`${whole}${fraction}`.replace('+', '')), power: Number(exponent) - fraction.length }
  }) as [Part, Part]
  const power = Math.min(parts[0].power, parts[1].power)
  const [x, y] = parts.map((part) => part.digits * 10n ** BigInt(part.power - power)) as [bigint, bigint]
  return Number(`${x + BigInt(sign) * y}e${power}`)
}
type Part = { readonly digits: bigint; readonly power: number }
