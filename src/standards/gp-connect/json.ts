import { isRawNumber, numberText } from '../fhir/json.ts'

/** What came over the wire, before anything about it is known. Whatever is not of the kind asked for is absent. */
export type Json = { readonly [element: string]: unknown }

export function object(value: unknown): Json | undefined {
  // Nearly all are plain objects, which is told sooner than what they are not: a number kept as written inherits nothing.
  if (value instanceof Object) return Array.isArray(value) ? undefined : (value as Json)
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
    ? (value as Json)
    : undefined
}

/** The objects of an array; of an object that should have been an array of one, that one. */
export function objects(value: unknown): readonly Json[] {
  if (value === undefined || value === null) return none
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++)
      if (object(value[at]) === undefined) return value.filter((one) => object(one) !== undefined)
    return value as Json[]
  }
  const one = object(value)
  return one === undefined ? none : [one]
}
const none: readonly Json[] = []

export function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
}

/** A string with something in it; a number's digits as they were written. */
export function rawString(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return value === undefined || value === null ? undefined : numberText(value)
}

/** A boolean, also one in quotation marks: `notGiven: "true"` read as nothing would be a vaccine that was given. */
export function boolean(value: unknown): boolean | undefined {
  return value === 'true' ? true : value === 'false' ? false : typeof value === 'boolean' ? value : undefined
}
