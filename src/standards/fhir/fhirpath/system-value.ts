import { numberText } from '../json.ts'
import { compareDecimals, decimal, parseDecimal, type Decimal } from './decimal.ts'
import { quantityOf, type Quantity } from './quantity.ts'
import { parseTemporal, type Temporal } from './temporal.ts'
import type { TypedValue } from './typed-value.ts'

/**
 * A primitive or quantity as FHIRPath calculates with it; FHIR's primitives become FHIRPath's own types here.
 * https://hl7.org/fhir/R4/fhirpath.html#types
 */
export type SystemValue =
  | { readonly kind: 'Boolean'; readonly value: boolean }
  | { readonly kind: 'String'; readonly value: string }
  | { readonly kind: 'Integer'; readonly value: number }
  | { readonly kind: 'Decimal'; readonly value: Decimal }
  | { readonly kind: 'Date' | 'DateTime' | 'Time'; readonly value: Temporal }
  | { readonly kind: 'Quantity'; readonly value: Quantity }

export type SystemKind = SystemValue['kind']

/** FHIRPath's type behind a type of the model; undefined for what has parts of its own. */
export const systemKinds: ReadonlyMap<string, SystemKind> = new Map<string, SystemKind>([
  ['System.Boolean', 'Boolean'],
  ['System.String', 'String'],
  ['System.Integer', 'Integer'],
  ['System.Decimal', 'Decimal'],
  ['System.Date', 'Date'],
  ['System.DateTime', 'DateTime'],
  ['System.Time', 'Time'],
  ['System.Quantity', 'Quantity'],
  ['boolean', 'Boolean'],
  ['integer', 'Integer'],
  ['positiveInt', 'Integer'],
  ['unsignedInt', 'Integer'],
  ['decimal', 'Decimal'],
  ['date', 'Date'],
  ['dateTime', 'DateTime'],
  ['instant', 'DateTime'],
  ['time', 'Time'],
  ...['string', 'code', 'id', 'markdown', 'uri', 'url', 'canonical', 'oid', 'uuid', 'base64Binary', 'xhtml'].map(
    (type): [string, SystemKind] => [type, 'String'],
  ),
  ...['Quantity', 'Age', 'Count', 'Distance', 'Duration', 'Money'].map((type): [string, SystemKind] => [
    type,
    'Quantity',
  ]),
])

/** Undefined for a complex value, a missing one, and one that is not what its type says. */
export function systemValue(value: TypedValue): SystemValue | undefined {
  const kind = systemKinds.get(value.type)
  return kind === undefined ? undefined : read(kind, value)
}

function read(kind: SystemKind, { type, value }: TypedValue): SystemValue | undefined {
  switch (kind) {
    case 'Boolean':
      return typeof value === 'boolean' ? { kind, value } : undefined
    case 'String':
      return typeof value === 'string' ? { kind, value } : undefined
    case 'Integer': {
      const number = typeof value === 'number' ? value : Number(numberText(value))
      return Number.isInteger(number) ? { kind, value: number } : undefined
    }
    case 'Decimal': {
      const decimal = type === 'System.Decimal' ? (value as Decimal) : parseDecimal(numberText(value) ?? '')
      return decimal && { kind, value: decimal }
    }
    case 'Date':
    case 'DateTime':
    case 'Time': {
      const temporal = typeof value === 'string' ? parseTemporal(value, kind) : undefined
      return temporal && { kind, value: temporal }
    }
    case 'Quantity': {
      const quantity = type === 'System.Quantity' ? (value as Quantity) : quantityOf(value)
      return quantity && { kind, value: quantity }
    }
  }
}

/** The number of an Integer or Decimal. */
export function toDecimal(value: SystemValue): Decimal | undefined {
  if (value.kind === 'Integer') return decimal(value.value)
  return value.kind === 'Decimal' ? value.value : undefined
}

/** Numbers by value; text by code points, as databases with the C collation order it. */
export function compareNumbers(a: SystemValue, b: SystemValue): number | undefined {
  if (a.kind === 'Integer' && b.kind === 'Integer') return a.value - b.value
  const x = toDecimal(a)
  const y = toDecimal(b)
  return x && y && compareDecimals(x, y)
}
